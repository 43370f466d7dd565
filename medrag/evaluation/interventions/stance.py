"""What is said about doing something, altered: denied, turned around, made stronger, less certain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medrag.evaluation.interventions import predicates
from medrag.evaluation.interventions.predicates import Predicate
from medrag.evaluation.interventions.statement import Statement, Variant

_ADVISES = re.compile(r"(?:推奨|提案|勧め|勧告)")
_ADVICE = re.compile(r"(?P<to>こと(?:を|が))(?:強く|弱く|一律に)?(?:推奨|提案|勧め|考慮|望ましい)")
_PERMITS = re.compile(r"(?P<te>[てで])(?P<may>もよい|よい)(?=[。．（(〔]|こと|$)")
_FORBIDS = re.compile(
    r"(?P<te>[てで])(?P<not>はならない|はいけない|はいけません)(?=[。．（(〔]|こと|$)"
)


def _predicate(statement: Statement) -> Predicate | None:
    return predicates.final(statement.text)


def _advises(statement: Statement, predicate: Predicate) -> bool:
    return _ADVISES.search(statement.text, max(0, predicate.start - 4), predicate.end) is not None


def negation(statement: Statement) -> Iterator[Variant]:
    """The predicate denied, or its denial taken away: 用いない told as 用いる."""
    predicate = _predicate(statement)
    if predicate is not None and not _advises(statement, predicate):
        negated = predicate.negated()
        yield statement.replaced("negation", predicate.start, predicate.end, negated)


def double_negation(statement: Statement) -> Iterator[Variant]:
    """A denial denied: 用いないわけではない for 用いない."""
    predicate = _predicate(statement)
    if predicate is not None and predicate.negative:
        yield statement.replaced("double_negation", predicate.end, predicate.end, "わけではない")
        return
    if (match := _FORBIDS.search(statement.text)) and match["not"].endswith("ない"):
        yield statement.replaced("double_negation", match.end(), match.end(), "わけではない")


def polarity(statement: Statement) -> Iterator[Variant]:
    """A recommendation turned around: 行わないことを推奨する told as 行うことを推奨する."""
    text = statement.text
    for advice in _ADVICE.finditer(text):
        inner = predicates.final(text[: advice.start("to")])
        if inner is not None and inner.form in ("plain", "negative"):
            yield statement.replaced("polarity", inner.start, inner.end, inner.negated())
            return
    if match := _PERMITS.search(text):
        yield statement.replaced("polarity", match.end("te"), match.end("may"), "はならない")
    elif match := _FORBIDS.search(text):
        yield statement.replaced("polarity", match.end("te"), match.end("not"), "もよい")
    elif (predicate := _predicate(statement)) is not None and _advises(statement, predicate):
        yield statement.replaced("polarity", predicate.start, predicate.end, predicate.negated())


_BRACKETED = r"(?P<grade>[（(〔][^（）()〔〕]*(?:[（(][^（）()]*[）)][^（）()〔〕]*)*[）)〕])?"
_FIRM = re.compile(
    rf"(?P<adverb>強く|弱く)(?P<verb>推奨|勧め)(?P<rest>[^。．（(〔]*){_BRACKETED}[。．]?$"
)
_PLAIN = re.compile(
    rf"(?P<verb>推奨|提案)(?P<form>する|します|される|されている){_BRACKETED}[。．]?$"
)


def strength(statement: Statement) -> Iterator[Variant]:
    """A strong recommendation told as weak, or a weak one as strong.

    Where the statement carries its grade in brackets, the bracket goes with the word, so that the
    claim does not contradict itself.
    """
    text = statement.text
    if statement.strength and (at := text.rfind(f"推奨の強さ：{statement.strength}")) >= 0:
        start = at + len("推奨の強さ：")
        if re.search(r"なし|ない", statement.strength):
            return
        for other in statement.strengths:
            if other != statement.strength and not re.search(r"なし|ない", other):
                yield statement.replaced("strength", start, start + len(statement.strength), other)
        return
    if match := _FIRM.search(text):
        new = "弱く" if match["adverb"] == "強く" else "強く"
        if match["grade"]:
            rest = match["verb"] + match["rest"]
            yield statement.replaced(
                "strength", match.start("adverb"), match.end("grade"), new + rest
            )
        else:
            yield statement.replaced("strength", match.start("adverb"), match.end("adverb"), new)
    elif (match := _PLAIN.search(text)) and not re.search(r"ない|なし", statement.strength):
        weak = match["verb"] == "提案"
        known = "弱" in statement.strength or "強" in statement.strength
        if weak or (known and "強" in statement.strength):
            end = match.end("grade") if match["grade"] else match.end("form")
            new = ("強く推奨" if weak else "弱く推奨") + match["form"]
            yield statement.replaced("strength", match.start("verb"), end, new)


_LEVELS = {"A": "C", "B": "D", "C": "A", "D": "B"}
_PAIRED = re.compile(r"[（(〔](?P<strength>[12])(?P<letter>[A-D])[）)〕]")
_LEVEL = re.compile(
    r"(?:エビデンス)?(?:の)?(?:レベル|強さ|確実性|質)\s*[：:]?\s*(?P<level>IV|III|II|VI|V|I[ab]?|[A-D])(?![A-Za-z])"
)


def certainty(statement: Statement) -> Iterator[Variant]:
    """Evidence told as more or less certain than the passage says."""
    text = statement.text
    at = text.rfind(f"確実性：{statement.certainty}") if statement.certainty else -1
    if at >= 0:
        start = at + len("確実性：")
        for other in statement.certainties:
            if other != statement.certainty:
                yield statement.replaced(
                    "certainty", start, start + len(statement.certainty), other
                )
        return
    if match := _PAIRED.search(text):
        new = _LEVELS[match["letter"]]
        yield statement.replaced("certainty", match.start("letter"), match.end("letter"), new)
    elif match := _LEVEL.search(text):
        level = match["level"]
        new = _LEVELS.get(level) or ("III" if level[:2] in ("I", "Ia", "Ib", "II") else "I")
        if new != level:
            yield statement.replaced("certainty", match.start("level"), match.end("level"), new)


_BANNED = re.compile(
    r"(?P<particle>を|は|も)?(?P<verb>投与|使用|併用)(?:しない|してはならない)(?=[。．]|こと[。．]|$)|"
    r"(?P<particle2>を|は|も)(?P<verb2>用い)(?:ない|てはならない)(?=[。．]|こと[。．]|$)|(?P<noun>禁忌)(?=である|とする|とされる|。)"
)
_CAREFUL = re.compile(r"(?P<word>慎重に(?:投与|使用)する|慎重投与とする)(?=[。．]|こと|$)")


def contraindication_caution(statement: Statement) -> Iterator[Variant]:
    """What must not be given told as what may be given with care, or the other way round."""
    text = statement.text
    for match in _BANNED.finditer(text):
        if re.search(r"(?:漫然と|一律に|無理に|積極的に|同時に|[一-龥])$", text[: match.start()]):
            continue
        if match["noun"]:
            yield statement.replaced(
                "contraindication_caution", match.start(), match.end(), "慎重投与"
            )
        else:
            verb = f"{match['verb']}する" if match["verb"] else "用いる"
            new = f"{match['particle'] or match['particle2'] or ''}慎重に{verb}"
            yield statement.replaced("contraindication_caution", match.start(), match.end(), new)
    for match in _CAREFUL.finditer(text):
        yield statement.replaced(
            "contraindication_caution", match.start(), match.end(), "投与しない"
        )
