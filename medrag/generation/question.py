"""What a question asks for: its parts, the words that carry it, and the kind of answer it wants."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from medrag.generation.asked import asked_in
from medrag.generation.aspects import Aspect
from medrag.generation.language import Language, language_of
from medrag.generation.measures import Measure, measures_in
from medrag.generation.terms import Term, terms_of
from medrag.japanese.normalize import fold


class Wants(StrEnum):
    """The kind of answer that a wording asks for."""

    QUANTITY = "quantity"
    DOSE = "dose"
    CONTRAINDICATION = "contraindication"
    EXCEPTION = "exception"
    STRENGTH = "strength"
    REASON = "reason"
    CHANGE = "change"
    DIRECTIVE = "directive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that is asked.

    Attributes:
        text: As written, or completed by the topic of the part before it.
        terms: What it names.
        wants: The kinds of answer that its wording asks for.
        either: Positions of terms that are asked about one by one (「AとBの用量」).
        each: What the answer must state of what the question names, one by one (see Asked).
        editions: The editions that the question names, for example "2020年版".
        language: Of the whole question.
        measures: What it gives of a patient (CCr 40, 80歳).
    """

    text: str
    terms: tuple[Term, ...]
    wants: frozenset[Wants]
    either: tuple[int, ...] = ()
    each: tuple[tuple[Aspect, ...], ...] = ()
    editions: tuple[str, ...] = ()
    language: Language = "ja"
    measures: tuple[Measure, ...] = ()

    @property
    def named(self) -> str:
        """Everything that it names, what it took over included, as one text."""
        return " ".join((self.text, *(term.text for term in self.terms)))


#: What a term counts in a part of the question that takes it over from another part.
CARRIED = 0.6

#: What a term counts in a clause that only tells the circumstances.
CONTEXT = 0.6
#: And what a word counts there that the lexicon does not have.
STORY = 0.5
_CONTEXT = re.compile(
    r".{4,}(?:です|ます|た|る|い)(?:が|けれども?|けど|ので|のですが|んですが)[、,]"
)

_PART_END = re.compile(
    r"(?<=[。？！?!])\s*|\n+|(?<=は)[、，]?(?:また|あと|それと|ついでに|加えて)[、，]?|(?<=[^、あっるいば]と)、(?=[^、]{3,}[？?はか])"
)
_CUES: dict[Wants, re.Pattern[str]] = {
    Wants.QUANTITY: re.compile(
        r"いくつ|いくら|何(?:mg|g|mmhg|%|歳|回|日|週|か月|ヶ月|年|点|時間|分|ml|l|人|割|以上|以下|未満)|どのくらい|どれくらい|どの程度"
        r"|目標|基準|値|数値|期間|間隔|頻度|(?<![低高])用量|投与量|何歳|how (?:much|many|long|often)|\bdose\b|target|threshold"
    ),
    Wants.DOSE: re.compile(
        r"(?<![低高])用量|投与量|何mg|何錠|飲む量|使用量|初回量|維持量|最大|上限|減量|減ら|\bdose\b|how much"
    ),
    Wants.CONTRAINDICATION: re.compile(
        r"禁忌|使えない|使ってはいけない|避け|だめ|ダメ|飲めない|投与できない|してはいけない|contraindicat|should not|avoid"
    ),
    Wants.EXCEPTION: re.compile(r"例外|ただし|除外|注意|当てはま|except"),
    Wants.STRENGTH: re.compile(
        r"推奨の強さ|推奨度|推奨グレード|推奨クラス|推奨レベル|エビデンスレベル|エビデンスの確実性|確実性|どのくらい強く|[強弱]い推奨|どの程度強く|strength|certainty"
    ),
    Wants.REASON: re.compile(r"なぜ|理由|どうして|根拠|減る|増える|効果|差|why|reason|effect"),
    Wants.CHANGE: re.compile(r"変わ|変更|改訂|改定|以前|前の版|旧版|changed?|previous edition"),
    Wants.DIRECTIVE: re.compile(
        r"べき|[ばら](?:いい|よい|良い)|(?:て|で)も?(?:いい|よい|良い|大丈夫|構わない)|ますか|ましょうか|勧め|推奨|使え|第一選択|どうする|どうします|必要|続け|やめ|should|recommend"
    ),
}
#: Wording that says what kind of answer is wanted, and nothing about the matter.
_INTENT = re.compile(
    r"使ってはいけない|使えない|使用できない|投与できない|飲めない|飲んではいけない|(?:投与|使用)?してはいけない|推奨の強さ|推奨度|推奨グレード|推奨クラス"
    r"|推奨レベル|エビデンスの?(?:レベル|確実性|強さ|質)|教えてください|教えて下さい|(?:どう)?変わ(?:った|りました|る)|変更(?:され(?:た|ました)|点)|改訂|改定|以前(?:の版)?|それぞれ|どちら"
)
_ASKS = re.compile(r"[？?]\s*$|[^、]と$|(?:か|ください|下さい|教えて|は|のか|でしょう)[。.]?\s*$")


def read(question: str) -> tuple[Part, ...]:
    """The parts of a question, in order; at least one.

    A sentence that asks nothing (「喘息があります。」) says what the questions beside it are about.
    """
    pieces = [piece for piece in _PART_END.split(question.strip()) if piece and piece.strip()]
    asking = [piece for piece in pieces if _ASKS.search(piece)] or pieces[-1:] or [question]
    about = "".join(piece for piece in pieces if piece not in asking)
    parts = []
    topic: tuple[Term, ...] = terms_of(_INTENT.sub(" ", fold(about)))
    besides = {Wants.STRENGTH} if _CUES[Wants.STRENGTH].search(fold(about).lower()) else set()
    for piece in asking:
        asked = asked_in(_EDITION.sub(" ", _INTENT.sub(" ", _ages(fold(piece)))))
        wording = asked.wording
        context = _CONTEXT.match(wording)
        measures = measures_in(_ages(piece)) or measures_in(_ages(fold(about)))
        own = tuple(
            replace(term, weight=term.weight * _aside(term, CONTEXT), entity=False, told=True)
            if context and term.end <= context.end()
            else term
            for term in terms_of(wording)
            if not _measured(term, measures)
        )
        named = {term.text for term in own}
        carried = tuple(
            replace(term, weight=term.weight * _aside(term, CARRIED), entity=False, told=True)
            for term in topic
            if term.text not in named and not _measured(term, measures)
        )
        parts.append(
            Part(
                text=piece,
                terms=own + carried,
                either=_either(wording, own),
                each=asked.each,
                editions=tuple(_EDITION.findall(fold(question))),
                language=language_of(question),
                measures=measures,
                wants=frozenset(
                    kind for kind, cue in _CUES.items() if cue.search(fold(piece).lower())
                )
                | besides,
            )
        )
        topic += tuple(term for term in own if term.entity)
    return tuple(parts)


def _measured(term: Term, measures: tuple[Measure, ...]) -> bool:
    """Whether it is the number of a measure, which is compared and not looked for: 80 of 80歳."""
    return term.text.isdecimal() and any(
        float(term.text) in (one.low, one.high) for one in measures
    )


def _aside(term: Term, counts: float) -> float:
    """What a term counts that is told and not asked; a word that the lexicon lacks is mostly story."""
    return counts if term.known or term.entity else counts * STORY


_OLDER = re.compile(
    r"(?:aged?\s+)?([0-9]+)(?:[\s-]*years?)?(?:\s+of\s+age)?\s*(?:or|and)\s+(?:older|over|above)",
    re.IGNORECASE,
)
_YOUNGER = re.compile(
    r"(?:aged?\s+)?(?:younger than|under|below)\s+([0-9]+)(?=\s*(?:years?|$|[?,.]))"
    r"(?:\s*years?)?(?:\s+(?:of\s+age|old))?",
    re.IGNORECASE,
)


def _ages(wording: str) -> str:
    """English ages as Japanese guidelines write them: a bare number is not known to be an age."""
    return _YOUNGER.sub(r" \1歳未満 ", _OLDER.sub(r" \1歳以上 ", wording))


_AND = re.compile(r"\s*(?:と|や|、|・|,|または|又は|および|及び|or|and|vs\.?|/)\s*")


def _either(wording: str, terms: tuple[Term, ...]) -> tuple[int, ...]:
    """Positions of drugs that are named side by side."""
    drugs = [place for place, term in enumerate(terms) if term.drug]
    together: list[int] = []
    for one, other in pairwise(drugs):
        if _AND.fullmatch(wording[terms[one].end : terms[other].start]):
            together += [one, other]
    return tuple(dict.fromkeys(together))


_EDITION = re.compile(
    r"[0-9]{4}年(?:改訂)?版|第[0-9]+版|[0-9]{4}年(?=の[^、。？?]{0,16}(?:ガイドライン|指針|手引))"
)
