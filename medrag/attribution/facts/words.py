"""The content words of a statement, and what denies them.

ある and ない are no stop words: 投与しない comes as 投与, し, ない, and a reading that dropped the last
would turn a warning into advice. まず and 必ず hold no negation, MeCab tells them from ず.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from medrag.attribution.facts.clauses import INFLECTED, particle
from medrag.attribution.facts.terms import Term
from medrag.attribution.facts.vocabulary import vocabulary
from medrag.japanese.normalize import Span
from medrag.japanese.tokens import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A content word.

    Attributes:
        key: Its base form, or the head of the group of general words it belongs to.
        base: Its base form.
        weight: How much a statement loses without it: 1 for a term, less for a verb or an affix.
        clause: Number of the clause it stands in.
        after: The particle that follows, if one does.
        term: Index of the lexicon's term that it is part of, or -1.
    """

    key: str
    base: str
    start: int
    end: int
    weight: float
    clause: int
    after: str = ""
    term: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Negator:
    """A negation: ない, ず, 避ける, 禁忌, not.

    Attributes:
        target: Index of the word that it negates, or -1.
        main: Whether it denies its clause, not something embedded (達しない患者).
        predicate: Whether it is the predicate itself (禁忌, 避ける), not an inflection of one.
        prohibits: Whether it denies what stands under it as a heading (禁忌), not makes an exception.
    """

    start: int
    end: int
    target: int
    clause: int
    main: bool
    predicate: bool
    prohibits: bool


_NEGATIVE = frozenset(
    ("ない", "ぬ", "無い", "なし", "無し", "まい", "not", "no", "never", "without", "cannot", "neither", "nor")
)  # fmt: skip
_PREFIXES = frozenset(("不", "未", "非", "無"))
_CONDITIONAL = frozenset(
    ("場合", "とき", "時", "際", "ば", "たら", "なら", "限り", "間", "うち", "患者", "者", "例", "人", "方")
)  # fmt: skip
_EXCEPTING = frozenset(("例外", "除外", "除く", "対象外"))
_SCOPES = frozenset(("対象", "適応", "範囲", "算定"))
_DEGREES = frozenset(("強い", "弱い"))
_SUPPORT = frozenset(("する", "ある", "だ", "た", "です", "ます", "いる"))
_SKIPPED = frozenset(("助詞", "助動詞", "補助記号", "空白"))
_LESSER = frozenset(("動詞", "形容詞", "形状詞", "副詞", "連体詞", "接続詞", "代名詞", "感動詞"))
_SPECIAL = frozenset(("drug", "condition", "procedure", "microbe", "population", "anatomy"))
_GENERAL = 0.6  # a noun that general prose exchanges
_ALNUM = re.compile(r"[A-Za-z0-9α-ωΑ-Ω]")
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("ss", "ss"), ("us", "us"), ("is", "is"), ("ing", ""), ("ed", ""), ("s", ""), ("ly", ""))  # fmt: skip
_BRITISH = (("haem", "hem"), ("aem", "em"), ("oed", "ed"), ("oes", "es"), ("aes", "es"), ("isation", "ization"), ("ise", "ize"), ("our", "or"))  # fmt: skip
_NEGATABLE = frozenset(("助動詞", "形容詞", "名詞", "接尾辞"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When, relative to something: 吸入後, 治療中."""

    key: str
    when: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Idiom:
    """An expression that stands for one word: 熱が下がる for 解熱."""

    key: str
    start: int
    end: int


_MOMENTS = ("前", "中", "後")
_AT_ONCE = {"直前": "前", "直後": "後"}
_JOINING = {"た": 2, "だ": 1, "の": 1}  # 終えた後, 服用した直後
_OVER = frozenset(("終了", "完了", "終える", "終わる", "済む", "済ませる"))


@dataclass(slots=True)
class Scanner:
    """Reads the tokens of one statement, left to right, once."""

    tokens: Sequence[Token]
    masked: Sequence[Span]
    clauses: Sequence[Span]
    terms: Sequence[Term]
    idioms: Sequence[Idiom]
    words: list[Word] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    _drafted: list[_Draft] = field(default_factory=list)
    _content: list[Span] = field(default_factory=list)  # start and clause of what is no aside
    _pending: list[_Draft] = field(default_factory=list)  # prefixes and English: the target follows
    _clause: int = 0
    _mask: int = 0
    _idiom: int = 0
    _term: int = 0
    _depth: int = 0
    _target: int = -1

    def scan(self) -> tuple[tuple[Word, ...], tuple[Negator, ...]]:
        """The content words and the negators."""
        known = vocabulary()
        for position, token in enumerate(self.tokens):
            self._depth = max(0, self._depth + (token.surface == "(") - (token.surface == ")"))
            while self.clauses[self._clause].end <= token.start:
                self._clause += 1
            while self._idiom < len(self.idioms) and self.idioms[self._idiom].start <= token.start:
                self._say(self.idioms[self._idiom])
                self._idiom += 1
            if self._is_masked(token):
                continue
            base = token.base
            if (
                (token.surface in _MOMENTS or token.surface in _AT_ONCE)
                and self.words
                and token.start - self.words[-1].end
                <= _JOINING.get(self.tokens[position - 1].surface, 0)
            ):
                self._time(token)
            if (base in _NEGATIVE and token.pos in _NEGATABLE) or base in known.denying:
                self._negate(position, token)
            elif base in known.denied:
                self._add(position, token, known.denied[base])
                self._negate(position, token)
            elif base == "外" and self.words and self.words[-1].base in _SCOPES:
                self._negate(position, token)
            elif token.pos == "接頭辞" and base in _PREFIXES:
                self._pending.append(self._draft(position, token))
            elif token.pos in _SKIPPED or base in known.light or not base[0].isalnum():
                continue
            elif base in known.modal or (base in _DEGREES and self._before_modal(position)):
                self._target = -1
            else:
                self._add(position, token)
        self._drafted.extend(self._pending)
        self._drafted.sort(key=lambda draft: draft.token.start)
        return tuple(self.words), tuple(self._negator(draft) for draft in self._drafted)

    def _say(self, idiom: Idiom) -> None:
        self.words.append(
            Word(key=idiom.key, base=idiom.key, start=idiom.start, end=idiom.end, weight=_GENERAL, clause=self._clause)
        )  # fmt: skip
        if not self._depth:
            self._content.append(Span(idiom.start, self._clause))
        self._target = len(self.words) - 1

    def _time(self, token: Token) -> None:
        keys = [word.key for word in self.words[-2:]]
        if self.words[-1].base not in _OVER:
            del keys[:-1]
        self.moments.extend(
            Moment(
                key=key,
                when=_AT_ONCE.get(token.surface, token.surface),
                start=token.start,
                end=token.end,
            )
            for key in keys
        )

    def _before_modal(self, position: int) -> bool:
        return any(
            token.base in vocabulary().modal for token in self.tokens[position + 1 : position + 3]
        )

    def _is_masked(self, token: Token) -> bool:
        while self._mask < len(self.masked) and self.masked[self._mask].end <= token.start:
            self._mask += 1
        return self._mask < len(self.masked) and self.masked[self._mask].start <= token.start

    def _draft(self, position: int, token: Token) -> _Draft:
        return _Draft(
            token=token,
            target=self._target,
            clause=self._clause,
            cleft=_cleft(self.tokens, position),
            denies=token.pos != "接頭辞"
            and token.base not in ("without", "no")
            and not self._depth
            and not _conditional(self.tokens, position),
        )

    def _negate(self, position: int, token: Token) -> None:
        draft = self._draft(position, token)
        if token.base.isascii() and token.base in _NEGATIVE:
            self._pending.append(draft)
        else:
            self._drafted.append(draft)

    def _add(self, position: int, token: Token, key: str = "") -> None:
        heads = vocabulary().heads
        while self._term < len(self.terms) and self.terms[self._term].end <= token.start:
            self._term += 1
        named = self._term < len(self.terms) and self.terms[self._term].start <= token.start
        # 出血 and 骨折 are names, though a rewording exchanges them for everyday words.
        general = (token.base in heads or key != "") and not (
            named and token.base != "患者" and self.terms[self._term].kinds & _SPECIAL
        )
        weight = _weight(token)
        if weight > _GENERAL and self._opens(position):
            weight = _GENERAL
        self.words.append(
            Word(
                key=key or heads.get(token.base) or _stem(token.base),
                base=token.base,
                start=token.start,
                end=token.end,
                weight=min(weight, _GENERAL) if general else weight,
                clause=self._clause,
                after=particle(self.tokens, position),
                term=self._term if named else -1,
            )
        )
        if token.base.endswith(_MOMENTS) and len(token.base) > 1:
            moment = Moment(
                key=token.base[:-1], when=token.base[-1], start=token.start, end=token.end
            )
            self.moments.append(moment)  # 術後 is one word
        if not self._depth:
            self._content.append(Span(token.start, self._clause))
        self._target = len(self.words) - 1
        for draft in self._pending:
            draft.target = self._target
        self._drafted.extend(self._pending)
        self._pending.clear()

    def _opens(self, position: int) -> bool:
        """Whether an English word has its capital from the sentence that it begins."""
        surface = self.tokens[position].surface
        return (
            len(surface) > 3
            and surface.isascii()
            and surface[1:].islower()
            and (position == 0 or self.tokens[position - 1].surface in ".!?:")
        )

    def _negator(self, draft: _Draft) -> Negator:
        # What is denied stands before ない in Japanese, and content after it makes it a modifier.
        modifies = not draft.token.base.isascii() and any(
            start >= draft.token.end and clause == draft.clause for start, clause in self._content
        )
        return Negator(
            start=draft.token.start,
            end=draft.token.end,
            target=draft.target,
            clause=draft.clause,
            main=draft.denies and (draft.cleft or not modifies),
            predicate=draft.token.base in vocabulary().denying,
            prohibits=draft.token.base not in _EXCEPTING,
        )


@dataclass(slots=True, kw_only=True)
class _Draft:
    token: Token
    target: int
    clause: int
    denies: bool
    cleft: bool


def _cleft(tokens: Sequence[Token], position: int) -> bool:
    """Whether what is denied is made the topic: 冷蔵しないのは、…からである."""
    following = [token.surface for token in tokens[position + 1 : position + 3]]
    return following == ["の", "は"]


def _conditional(tokens: Sequence[Token], position: int) -> bool:
    """Whether what follows makes the negation a condition: 届かない場合, 下がらなければ."""
    for later in tokens[position + 1 : position + 4]:
        if later.surface in _CONDITIONAL:
            return True
        if later.surface in "、。,." or (later.pos in INFLECTED and later.base not in _SUPPORT):
            return False
    return False


@lru_cache(maxsize=16384)
def _stem(base: str) -> str:
    """English plurals, inflections and British spellings, roughly; Japanese is in base form already."""
    heads = vocabulary().heads
    if not base.isascii() or len(base) < 4 or not base.isalpha():
        return base
    stem = base
    for ending, instead in _ENDINGS:
        if base.endswith(ending) and len(base) - len(ending) >= 3:
            stem = base.removesuffix(ending) + instead
            break
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsez" and stem != base:
        stem = stem[:-1]  # stopped, admitted
    if found := heads.get(stem) or heads.get(stem + "e"):
        return found
    for british, american in _BRITISH:
        stem = stem.replace(british, american)
    return heads.get(stem) or stem.rstrip("e")


def _weight(token: Token) -> float:
    if token.pos in ("接尾辞", "接頭辞"):
        return 0.3
    if token.pos in _LESSER:
        return 0.5
    if token.surface.isascii() and token.surface.islower():
        return 0.6  # an English word; names and abbreviations have capitals or digits
    if len(token.surface) == 1 and not _ALNUM.match(token.surface):
        return 0.4
    return 1.0
