"""Conditions: what restricts a statement, dropped or added on the way to the claim."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences.finding import Finding
from medrag.attribution.differences.places import places
from medrag.attribution.facts import Reading, Word
from medrag.japanese.normalize import Span

_KNOWN = 0.7
_REST = 0.93
# それだけで, 休むだけで, 詰めるだけの: how little it takes, no limit.
_ONLY = re.compile(
    r"に限|限定|限られ|絞[らり]|のみ|(?<!回)(?<!度)だけ(?![でのな])|\bonly\b(?! a\b)", re.IGNORECASE
)
_EVERY = re.compile(
    r"すべて|全て|全例|全員|一律|あらゆる|いかなる|どのような|どんな|誰|例外なく|無条件|\b(?:all|every|any)\b",
    re.IGNORECASE,
)
_NAME = 1.0
_EXCEPTION = re.compile(
    r"\W*(?:ただし|但し|例外|なお)|(?:this recommendation|it) does not|except|not for",
    re.IGNORECASE,
)
_EXEMPT = re.compile(
    r"を?除[くきい]|除外|適用しな|対象(?:と(?:は)?しな|外)|含めな|この限りで|does not apply|except|not for",
    re.IGNORECASE,
)
_WIDE = frozenset(("=all", "=regardless", "=none"))
_ALONE = re.compile(r"単独|単剤|に限|限定|以外|を除|初回|alone|solely|merely")
_RESTRICTED = ("を除", "以外", "に限", "のみ", "だけ")
_CONDITION = re.compile(
    r"(?P<except>を除き|を除いて|を除く|以外(?:は|の|には|で)|を除外)"
    r"|(?P<only>に限り|に限って|に限る|に限定|のみ(?!なら)|だけ(?!で))"
    r"|(?P<if>(?:る|た|い|の|ない|な)(?:場合|とき|時|際)(?:は|に|には|、|で|の)|であれば|なければ|[れけせてめべえ]ば(?=[、,])|たら(?=[、,])|限り(?=[、,は])|うえで(?=[、,])|(?:た|の)(?:後|あと)(?:は|に|、))"
    r"|(?P<who>(?:患者|者|例|人|女性|男性|(?<!胎)児|成人|小児|妊婦|高齢者|群|patients|adults|children)(?:では|には|に対し|に対して|は|に|へ|の)?)",
    re.IGNORECASE,
)


# A space between Japanese words parts a title or a label from its sentence.
_TITLE = re.compile(
    r"(?<=[ぁ-んァ-ヶ一-龥)\]】」]) +(?=[ぁ-んァ-ヶ一-龥])|^\W*(?:推奨|CQ|Q|A|注|付記)\s*[0-9-]* +"
)
_STUDY = re.compile(r"\b(?:trial|study|cohort) of|[0-9]例(?:を対象|の試験)")


def find(alignment: Alignment) -> Iterator[Finding]:
    """Findings on dropped and widened conditions."""
    claim = alignment.claim
    held = frozenset(
        concept for entry in alignment.chosen for concept in entry.unit.reading.concepts
    )
    wide = claim.concepts & _WIDE
    if wide == {"=all"} and "=must" in held and not _EVERY.search(claim.text):
        wide = frozenset()  # 必ず書く is 書かなければならない
    if wide and not held & _WIDE:
        yield Finding(kind="scope", claim="・".join(sorted(wide)), evidence="", firm=True)
    if "=some" in claim.concepts and "=some" not in held:
        yield Finding(
            kind="scope",
            claim="=some",
            evidence="・".join(sorted(held & _WIDE)),
            firm="=all" in held,
        )
    if "=may" in claim.concepts and "=may" not in held and "=all" in held:
        yield Finding(kind="scope", claim="=may", evidence="=all", firm=True)
    restricted = "=only" in held or any(
        _ALONE.search(entry.unit.reading.text) for entry in alignment.chosen
    )
    if "=only" in claim.concepts and not restricted and _ONLY.search(claim.text):
        novel = any(
            w.weight >= 1 and m < 0.7 for w, m in zip(claim.words, alignment.matches, strict=True)
        )
        yield Finding(kind="condition_added", claim="=only", evidence="", firm=novel)
    yield from _added(alignment)
    narrow = frozenset(("=only", "=some", "=most")) - claim.concepts
    if narrow and not wide:
        yield from _narrowed(alignment, narrow)
    for entry in alignment.chosen[:1]:
        yield from _dropped(alignment, entry.unit.reading)
    yield from _excepted(alignment)


def _added(alignment: Alignment) -> Iterator[Finding]:
    """A condition of the claim that the evidence knows nothing of, while it holds all the rest."""
    claim = alignment.claim
    matched = list(zip(claim.words, alignment.matches, strict=True))
    for span, _ in _conditions(claim):
        inside = [(w, m) for w, m in matched if span.start <= w.start < span.end]
        novel = [w for w, m in inside if m < _KNOWN and w.weight >= 1]
        rest = [(w, m) for w, m in matched if w not in novel]
        total = sum(w.weight for w, _ in rest)
        if novel and total and sum(w.weight * m for w, m in rest) >= _REST * total:
            yield Finding(
                kind="condition_added",
                claim=claim.text[span.start : span.end],
                evidence="",
                start=span.start,
                end=span.end,
                firm=sum(w.weight for w in novel) >= 2,
            )


def _excepted(alignment: Alignment) -> Iterator[Finding]:
    """An exception that the passage makes in the next sentence, and of which the claim says nothing."""
    claim = alignment.claim
    chosen = [entry.unit for entry in alignment.chosen]
    home = chosen[alignment.homes[-1]]
    for units in alignment.premises:
        if home not in units:
            continue
        at = units.index(home)
        for unit in units[at + 1 : at + 2]:
            names = {w.key for w in unit.reading.words if w.weight >= _NAME}
            if (
                unit.subject is None
                and _EXCEPTION.match(unit.reading.text)
                and _EXEMPT.search(unit.reading.text)
                and unit not in chosen
                and names
                and not names & (claim.keys | alignment.beside) - home.keys
                and not unit.reading.meanings & claim.meanings - home.meanings
            ):
                yield Finding(
                    kind="condition_dropped",
                    claim="",
                    evidence=unit.reading.text.strip(),
                    firm=False,
                )


def _narrowed(alignment: Alignment, narrow: frozenset[str]) -> Iterator[Finding]:
    """What only some, or only this: said in the clause that the claim rests on, and dropped."""
    for clause in range(len(alignment.claim.clauses)):
        for place in places(alignment, clause)[:1]:
            lost = {
                c.concept for c in place.unit.reading.placed if c.place == place.clause
            } & narrow
            if lost:
                yield Finding(kind="scope", claim="", evidence="・".join(sorted(lost)), firm=False)
                return


def _dropped(alignment: Alignment, evidence: Reading) -> Iterator[Finding]:
    claim = alignment.claim
    used = {word.key for word in claim.words}
    kept: set[int] = set()  # clauses of which one condition of several is kept
    found = []
    for span, kind in _conditions(evidence):
        words = [w for w in evidence.words if span.start <= w.start < span.end]
        amounts = [q for q in evidence.quantities if span.start <= q.start < span.end]
        heavy = [w for w in words if w.weight >= 0.4 and w.key != "患者"]
        if not heavy and not amounts:
            continue
        missing = [w for w in heavy if w.key not in used and not _said(w, evidence, claim)]
        lost = [q for q in amounts if not any(q.same_value(mine) for mine in claim.quantities)]
        weight = sum(w.weight for w in heavy) + 1.5 * len(amounts)
        gone = sum(w.weight for w in missing) + 1.5 * len(lost)
        listed = "いずれ" in evidence.text[span.start : span.end] and any(
            w.key in used or w.base in claim.text.lower()
            for w in evidence.words
            if w.clause == evidence.clause_at(span.start) and w.start < span.start and w.weight >= 1
        )
        named = sum(w.weight >= 1 for w in missing)
        partly = kind in ("who", "only") and named >= 2 and not amounts and gone >= 0.4 * weight
        if (gone < 0.6 * weight and not partly) or listed:
            kept.add(evidence.clause_at(span.start))
        elif gone >= 1:
            if not _governs(evidence, span, used):
                continue
            wording = evidence.text[span.start : span.end]
            near = alignment.coverage >= 0.9 and not wording.endswith("の")
            firm = near and gone >= 0.6 * weight and kind in ("except", "only")
            found.append(
                (
                    span,
                    kind,
                    Finding(kind="condition_dropped", claim="", evidence=wording, firm=firm),
                )
            )
    for span, kind, finding in found:
        # Of those to whom it applies, a claim may name one: Aの患者、Bの患者、妊婦には.
        if kind != "who" or evidence.clause_at(span.start) not in kept:
            yield finding


def _governs(evidence: Reading, span: Span, used: set[str]) -> bool:
    """Whether the claim says what the condition restricts: the rest of its clause, or the next."""
    clause = evidence.clause_at(span.start)
    if evidence.clauses[clause].end <= span.end + 1 and clause + 1 < len(evidence.clauses):
        clause += 1
    rest = [
        w for w in evidence.words if w.clause == clause and not span.start <= w.start < span.end
    ]
    total = sum(w.weight for w in rest)
    return total > 0 and sum(w.weight for w in rest if w.key in used) >= 0.6 * total


def _said(word: Word, evidence: Reading, claim: Reading) -> bool:
    """Whether the claim has the word under another name or in other characters."""
    if word.term >= 0 and evidence.terms[word.term].concepts & claim.meanings:
        return True
    return word.base in claim.text.lower() or _echoed(word.base, claim.text)


def _echoed(base: str, text: str) -> bool:
    kanji = [character for character in base if "一" <= character <= "鿿"]
    return bool(kanji) and sum(character in text for character in kanji) >= (len(kanji) + 1) // 2


@lru_cache(maxsize=8192)
def _conditions(reading: Reading) -> tuple[tuple[Span, str], ...]:
    return tuple(_restrictions(reading))


def _restrictions(reading: Reading) -> Iterator[tuple[Span, str]]:
    """The restrictive phrases of a statement: from the clause's beginning to the restricting word."""
    floor = 0
    for match in _CONDITION.finditer(reading.text):
        opened = reading.text.rfind("(", 0, match.start())
        if opened > reading.text.rfind(")", 0, match.start()):
            continue  # an aside restricts the word before it, not the statement
        if match.lastgroup == "who" and reading.text.startswith(_RESTRICTED, match.end()):
            continue  # 妊婦を除き is one condition
        clause = reading.clauses[reading.clause_at(match.start())]
        start = max(floor, clause.start)
        comma = max(
            reading.text.rfind("、", start, match.start()),
            reading.text.rfind(",", start, match.start()),
        )
        if match.lastgroup != "who" and comma >= 0 and match.start() - comma > 4:
            start = comma + 1
        title = max(
            (space.end() for space in _TITLE.finditer(reading.text, start, match.start())),
            default=start,
        )
        start = max(start, title)
        if _STUDY.search(reading.text, start, match.end()):
            continue  # how many were studied restricts nothing
        end = match.end()
        if reading.text[end : end + 1] == "(":
            close = reading.text.find(")", end)
            end = close + 1 if 0 <= close < end + 60 else end
        yield Span(start, end), match.lastgroup or ""
        floor = end
