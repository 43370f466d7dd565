"""Statements rewritten so that they still say what the passage says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from medrag.evaluation.interventions import predicates
from medrag.evaluation.interventions.statement import (
    Statement,
    Variant,
    squeeze,
    terms,
)
from medrag.evaluation.interventions.swaps import swapped
from medrag.japanese import quantities
from medrag.japanese.lexicon import default_lexicon

_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龥]")


def verbatim(statement: Statement) -> Iterator[Variant]:
    """As it stands."""
    yield statement.replaced("verbatim", 0, 0, "")


def light_edit(statement: Statement) -> Iterator[Variant]:
    """A particle, a connective or a spelling changed: に対して to に対し, 約 to およそ."""
    yield from swapped(
        "light_edit", statement, fresh=False, unless=r"約(?:束|款)|によってもよ|によっては"
    )
    text = statement.text
    for match in re.finditer(r"(?<=[0-9０-９])\s*[〜～](?=[0-9０-９])", text):
        yield statement.replaced("light_edit", match.start(), match.end(), "から")
    for match in re.finditer(r"(?<=[はで])、(?=[一-龥])", text):
        if "に対し" not in text and len(text) > 40:  # among shorter ones there are enough others
            yield statement.replaced("light_edit", match.start(), match.end(), "")
        break


_GLOSS = re.compile(
    r"（(?:[^（）]*(?:信頼区間|CI|n[＝=]|架空|試験|平均追跡|以下、?)[^（）]*|[A-Za-z][A-Za-z0-9\-]*(?:[ ：:，,]+[A-Za-z][A-Za-z0-9\-]*)*)）"
)
_OPENING = re.compile(
    r"^(?:一方、|また、|なお、|さらに、|とくに、|そのほか、|もっとも、|加えて、|したがって、|このため、)"
)
_REASON = re.compile(
    r"(?<=は、)[^、。]{6,40}(?:ため|ので)、(?=[^。、]{4,})|(?<=は)(?<!では)(?<!には)[^、。は]{6,40}ため、?(?=[^。、]{4,})"
)


def compression(statement: Statement) -> Iterator[Variant]:
    """A gloss, a connective or a reason left out."""
    text = statement.text
    for gloss in _GLOSS.finditer(text):
        yield statement.replaced("compression", gloss.start(), gloss.end(), "")
    if opening := _OPENING.match(text):
        yield statement.replaced("compression", 0, opening.end(), "")
    for reason in _REASON.finditer(text):
        yield statement.replaced("compression", reason.start(), reason.end(), "")


# Files of the lexicon whose words are things, not verbs or connectives.
_THINGS = frozenset(
    ("conditions", "drug_classes", "drugs", "tests_and_measures", "procedures", "anatomy", "microbes", "populations")
)  # fmt: skip


def _replaceable(statement: Statement) -> Iterator[tuple[int, int, str, str]]:
    """Words of the statement with another name for each: start, end, the name, its relation."""
    lexicon = default_lexicon()
    for term in terms(statement.text):
        if not term.sources & _THINGS or lexicon.is_ambiguous(term.form):
            continue
        around = (
            statement.text[max(0, term.start - 1) : term.start],
            statement.text[term.end : term.end + 1],
        )
        if re.match(r"[一-龥ァ-ヶーA-Za-z]", around[0]) or re.match(
            r"[ァ-ヶーA-Za-z（(]", around[1]
        ):
            continue
        for synonym in lexicon.synonyms(term.form):
            # CHADS2スコア1点 must not become CHADS21点.
            if around[1].isdigit() and synonym.form[-1].isascii():
                continue
            same = synonym.relation in ("same", "brand")
            if (
                same
                and squeeze(synonym.form).casefold()
                != squeeze(statement.text[term.start : term.end]).casefold()
            ):
                yield term.start, term.end, synonym.form, synonym.relation


def synonym(statement: Statement) -> Iterator[Variant]:
    """Another Japanese name of the same thing: 高血圧症, 商品名."""
    done: set[int] = set()
    for start, end, form, _ in _replaceable(statement):
        plain = _JAPANESE.search(form) and not re.search(r"[A-Za-z]", form)
        if plain and start not in done and not statement.says(form):
            done.add(start)
            yield statement.replaced("synonym", start, end, form)


def abbreviation(statement: Statement) -> Iterator[Variant]:
    """The abbreviation for the full name, or the other way round."""
    done: set[int] = set()
    for start, end, form, relation in _replaceable(statement):
        written = statement.text[start:end]
        short, long = re.compile(r"[A-Z][A-Za-z0-9\-]{1,7}"), _JAPANESE
        shortens = long.search(written) and short.fullmatch(form)
        lengthens = (
            short.fullmatch(written) and long.search(form) and not re.search(r"[A-Za-z]{3}", form)
        )
        if (shortens or lengthens) and relation == "same" and start not in done:
            done.add(start)
            yield statement.replaced("abbreviation", start, end, form)


def polite_form(statement: Statement) -> Iterator[Variant]:
    """です・ます for だ・である."""
    predicate = predicates.final(statement.text)
    if predicate is not None and not re.search(r"こと[。．]?$", statement.text):
        yield statement.replaced("polite_form", predicate.start, predicate.end, predicate.polite())


_NOUN = r"[一-龥々ァ-ヶーA-Za-zα-ω0-9・\-]{2,14}"
_LIST = re.compile(
    rf"(?:(?<=^)|(?<=[、（はにをが]))(?P<one>{_NOUN})(?P<or>または|あるいは|および|及び|又は|と)(?P<two>{_NOUN})(?=[をにで]|が(?:増|減|み|起|生|あ))(?!で[あは])"
)
_VALUES = re.compile(
    r"(?P<one>[一-龥々ァ-ヶーA-Za-z0-9\-]{2,12}[がは]\s*[0-9.,]+\s*(?:％|%|倍|mg|mmHg|点)[^、。はが]{0,3})、(?P<two>[一-龥々ァ-ヶーA-Za-z0-9\-]{2,12}[がは]\s*[0-9.,]+\s*(?:％|%|倍|mg|mmHg|点))(?=[^以未、])"
)


def reorder(statement: Statement) -> Iterator[Variant]:
    """The parts of a list in another order."""
    for pattern in (_LIST, _VALUES):
        for match in pattern.finditer(statement.text):
            one, two = match["one"], match["two"]
            if one.endswith("同時") or two.startswith("同時"):
                continue
            between = statement.text[match.end("one") : match.start("two")]
            yield statement.replaced(
                "reorder", match.start("one"), match.end("two"), two + between + one
            )


_CONVERSIONS: dict[str, tuple[tuple[str, Fraction], ...]] = {
    "mg": (("g", Fraction(1, 1000)),), "g": (("mg", Fraction(1000)),), "μg": (("mg", Fraction(1, 1000)),),
    "mL": (("L", Fraction(1, 1000)),), "L": (("mL", Fraction(1000)),), "週": (("日", Fraction(7)),), "週間": (("日間", Fraction(7)),),
    "時間": (("日", Fraction(1, 24)), ("分", Fraction(60))), "分": (("時間", Fraction(1, 60)),), "日": (("時間", Fraction(24)), ("週間", Fraction(1, 7))),
    "日間": (("週間", Fraction(1, 7)),), "か月": (("年", Fraction(1, 12)),), "年": (("か月", Fraction(12)),), "割": (("％", Fraction(10)),),
    "cm": (("mm", Fraction(10)),), "mm": (("cm", Fraction(1, 10)),), "kg": (("g", Fraction(1000)),),
}  # fmt: skip
_MEASURED = re.compile(
    r"(?<![0-9０-９A-Za-z.,，．〜～])(?P<number>[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)\s*(?P<unit>mg|μg|mL|cm|mm|kg|g|L|週間|週|時間|分|日間|日|か月|年|割)"
    r"(?P<after>(?=以上|以内|未満|以下|を超え|を|で(?![あな])|は(?!な)|の(?:間|期間|水)|後(?![期発])|前(?![期後])|ごと|、|。|未満|を限度|まで|から|とし|が|に(?:減|増)|経|続|あけ))"
)


def unit_conversion(statement: Statement) -> Iterator[Variant]:
    """The same quantity in another unit, exactly: 48時間 as 2日, 0.5 g as 500 mg."""
    for match in _MEASURED.finditer(statement.text):
        before = statement.text[: match.start()]
        if re.search(r"(?:第|[/／]|CQ|表|図|同|架空|90|95|[月週]に?|翌|約|平均)\s*$", before) or (
            match["unit"] == "年" and len(match["number"]) == 4
        ):
            continue
        value = Fraction(match["number"].replace(",", ""))
        for unit, factor in _CONVERSIONS[match["unit"]]:
            new = value * factor
            written = _decimal(new)
            if written is None or not _usual(new, match["unit"], value):
                continue
            old, made = match[0], f"{written}{' ' if unit.isascii() or unit == 'μg' else ''}{unit}"
            if _equal(old, made) and not statement.says(made):
                yield statement.replaced("unit_conversion", match.start(), match.end("unit"), made)
                break


def _usual(new: Fraction, unit: str, value: Fraction) -> bool:
    """Whether people write such an amount: 48時間 is 2日, but 15日 is not 360時間."""
    if unit in ("日", "時間"):
        return new.denominator in (1, 2) and (value <= 3 or new < value)
    if unit in ("分", "か月", "年", "週", "週間", "日間"):
        return new.denominator in (1, 2) and new <= (56 if unit.startswith("週") else 180)
    return Fraction(1, 10) <= new <= 100_000


def _decimal(value: Fraction) -> str | None:
    """A value with at most two decimals, if that is all of it."""
    hundredths = value * 100
    if hundredths.denominator != 1:
        return None
    shown = Decimal(int(hundredths)) / 100
    return f"{shown.normalize():f}" if shown < 1000 else f"{shown.normalize():,f}"


def _equal(one: str, other: str) -> bool:
    """Whether two written quantities are exactly one amount."""
    first, second = quantities.find(one), quantities.find(other)
    return len(first) == len(second) == 1 and first[0].parts == second[0].parts


_AGAIN = re.compile(
    r"^(?:ただし|但し|一方|なお|また|さらに|この|その|これ|それ|同|前|しかし|もっとも|とくに|例外|注意|いずれ|両者|なかでも|[（(])"
)
_EXCEPT = re.compile(r"^(?:ただし|但し)、?")


def merged(one: str, other: str, *, again: bool = False) -> str | None:
    """Two sentences as one, or None where that would take more than joining them.

    Args:
        again: Whether the second may begin with a connective.
    """
    predicate = predicates.final(one)
    if predicate is None or not predicate.bare:
        return None
    if match := _EXCEPT.match(other):
        return one[: predicate.end] + "が、" + other[match.end() :]
    if not again and _AGAIN.match(other):
        return None
    return one[: predicate.start] + predicate.linking() + "、" + other
