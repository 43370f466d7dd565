"""Quantities altered: another number, unit, comparator, range, frequency, duration, period, or two swapped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from medrag.evaluation.interventions.statement import Statement, Variant, squeeze
from medrag.japanese import quantities
from medrag.japanese.quantities import Quantity

_NUMBER = re.compile(r"[0-9０-９]+(?:[,，][0-9０-９]{3})*(?:[.．][0-9０-９]+)?")
# The period or the dose that stands before an amount: 1日, 1回, 週, 毎日.
_LEAD = re.compile(
    r"^(?:[約最大高計合総低小\s]|およそ|少なくとも|毎)*(?:[1１一毎]?\s*(?:回|日|週|月|年|時間|分)(?:間|量)?(?:あたり|当たり|につき|に|の)?)?(?:[約最大\s]|およそ)*(?=[0-9０-９])"
)
_LENGTHS = frozenset(("days", "months", "days per days", "days per months"))
_NOT_NUMBERS = re.compile(
    r"^(?:degree|rank|date|day of year|year|age|times|days|months|step|visits)"
)
# 95％信頼区間, 75 g 経口ブドウ糖負荷試験, 24時間血圧: part of a name, not a finding.
_NAMED = re.compile(
    r"\s*(?:信頼区間|CI|経口ブドウ糖|自由行動|血圧|血糖|値|平均|価|型|法|式|版|群|型糖尿病|生存|以上の?施設)"
)
_UNITS = {
    "mg": "g", "ｍｇ": "ｇ", "μg": "mg", "µg": "mg", "g": "mg", "ｇ": "ｍｇ", "mL": "L", "ｍＬ": "Ｌ", "L": "mL",
    "mEq": "Eq", "mmol": "μmol", "単位": "万単位", "kg": "g", "cm": "mm", "mm": "cm", "kcal": "cal",
}  # fmt: skip
_UNIT = re.compile(
    r"(?<=[0-9０-９\s])(?P<unit>ｍｇ|ｍＬ|mg|μg|µg|mL|mEq|mmol|kg|kcal|cm|mm(?!Hg)|g|ｇ|L|単位)(?![A-Za-zａ-ｚＡ-Ｚ])"
)
_OPPOSITES = {
    "以上": ("未満", "以下"), "未満": ("以上", "以下"), "以下": ("以上", "未満"), "以内": ("以降", "以上"), "超": ("未満",),
    "を超え": ("を下回",), "を上回": ("を下回",), "を下回": ("を上回",),
}  # fmt: skip
_LIMITS = {"最大": "最低", "少なくとも": "多くても", "最低": "最大", "最低でも": "最大でも"}
_PERIODS = {"日": "週", "週": "月", "月": "年", "年": "月"}
_TIME_UNITS = {"時間": "日", "分間": "時間", "分": "時間", "週間": "か月間", "週": "か月", "日間": "週間", "日": "週",
               "か月": "年", "年": "か月"}  # fmt: skip


def _amounts(statement: Statement) -> Iterator[tuple[Quantity, int, int]]:
    """Each quantity with the span of its number, in the statement."""
    for quantity in quantities.find(statement.text):
        lead = _LEAD.match(quantity.text)
        number = _NUMBER.search(quantity.text, lead.end() if lead else 0)
        if number is not None and not _NAMED.match(statement.text, quantity.end):
            yield quantity, quantity.start + number.start(), quantity.start + number.end()


def _value(written: str) -> Decimal:
    return Decimal(re.sub(r",", "", unicodedata.normalize("NFKC", written)))


def _written(value: Decimal, like: str) -> str:
    """A value as `like` is written: decimals, commas, width."""
    folded = unicodedata.normalize("NFKC", like)
    decimals = len(folded.partition(".")[2])
    text = f"{value:,.{decimals}f}" if "," in folded else f"{value:.{decimals}f}"
    if like[0] in "０１２３４５６７８９":
        text = text.translate(str.maketrans("0123456789.,", "０１２３４５６７８９．，"))
    return text


def others(value: Decimal) -> list[Decimal]:
    """Values near enough to be believed and far enough to matter, the likeliest first."""
    if value == 0:
        return [Decimal(2), Decimal(3)]
    magnitude = Decimal(10) ** value.adjusted()
    steps = [value + magnitude, value * 2, value - magnitude, value + 2 * magnitude]
    if 100 <= value < 300 and value % 10 == 0:
        steps = [value + 20, value - 20, value + 50, value * 2]
    return [step for step in steps if step > 0 and step != value]


def _unused(statement: Statement, quantity: Quantity, start: int, end: int) -> Iterator[str]:
    """Numbers in place of one, that no quantity of the same kind in the passage has."""
    written = statement.text[start:end]
    known = {
        squeeze(number[0])
        for other in quantities.find(statement.context)
        if other.dimension.partition(" per ")[0] == quantity.dimension.partition(" per ")[0]
        for number in _NUMBER.finditer(other.text)
    }
    for value in others(_value(written)):
        if quantity.dimension == "percent" and value >= 100:
            continue
        new = _written(value, written)
        if squeeze(new) not in known and _value(new) != _value(written):
            yield new


def _renumbered(
    statement: Statement, kind: str, quantity: Quantity, start: int, end: int
) -> Iterator[Variant]:
    for new in _unused(statement, quantity, start, end):
        yield statement.replaced(kind, start, end, new)
        return


def renumbered(statement: Statement, kind: str, quantity: Quantity) -> Iterator[Variant]:
    """A quantity of the statement with another number."""
    if match := _NUMBER.search(quantity.text):
        start, end = quantity.start + match.start(), quantity.start + match.end()
        yield from _renumbered(statement, kind, quantity, start, end)


def number(statement: Statement) -> Iterator[Variant]:
    """An amount, a limit, a share or a count: 140 mmHg, 2.3倍, n＝390."""
    for quantity, start, end in _amounts(statement):
        counted = quantity.dimension or statement.text[max(0, start - 1) : start] in (
            "＝",
            "=",
            "比",
        )
        if counted and not quantity.is_range and not _NOT_NUMBERS.match(quantity.dimension):
            yield from _renumbered(statement, "number", quantity, start, end)


def range_(statement: Statement) -> Iterator[Variant]:
    """One end of a range: 30〜299 becomes 30〜399."""
    for quantity, start, end in _amounts(statement):
        second = _NUMBER.search(statement.text, end, quantity.end)
        if quantity.is_range and second is not None and not quantity.dimension.startswith("times"):
            low, high = _value(statement.text[start:end]), _value(second[0])
            for new in _unused(statement, quantity, second.start(), second.end()):
                if _value(new) > low and _value(new) > high:
                    yield statement.replaced("range", second.start(), second.end(), new)
                    break


def duration(statement: Statement) -> Iterator[Variant]:
    """A length of time or a distance in time: 3か月以内, 48時間, 手術の3日前."""
    for quantity, start, end in _amounts(statement):
        if quantity.dimension in _LENGTHS and not quantity.is_range and quantity.role != "every":
            yield from _renumbered(statement, "duration", quantity, start, end)
            unit = re.compile(r"\s*(時間|分間|分|週間|週|日間|日|か月|年)").match(
                statement.text, end
            )
            days_a_month = statement.text[:start].endswith(("月", "週", "年"))
            if unit is not None and not days_a_month:
                new = statement.text[start : unit.start(1)] + _TIME_UNITS[unit[1]]
                if not statement.says(new):
                    yield statement.replaced(
                        "duration", unit.start(1), unit.end(1), _TIME_UNITS[unit[1]]
                    )


def frequency(statement: Statement) -> Iterator[Variant]:
    """How often: 1日2回, 週1回, 3か月ごと."""
    for quantity, start, end in _amounts(statement):
        if not quantity.dimension.startswith("times per"):
            continue
        if not quantity.is_range:
            for new in _unused(statement, quantity, start, end):
                altered = (
                    statement.text[quantity.start : start]
                    + new
                    + statement.text[end : quantity.end]
                )
                if not statement.says(altered):
                    yield statement.replaced("frequency", start, end, new)
                    break
        period = re.match(r"[1１一]?(日|週|月|年)", quantity.text)
        if period is not None and quantity.role != "every":
            at = quantity.start + period.start(1)
            new = _PERIODS[period[1]]
            if not statement.says(new + statement.text[at + 1 : quantity.end]):
                counted = period[0] != period[1]
                shown = {"月": "か月", "週": "週間"}.get(new, new) + "に" if counted else new
                yield statement.replaced("frequency", at, at + 1, shown)


def unit(statement: Statement) -> Iterator[Variant]:
    """Another unit: mg told as g, mL as L."""
    for quantity, _, end in _amounts(statement):
        match = _UNIT.search(statement.text, end, quantity.end)
        if match is not None and not quantity.dimension.startswith(("times", "days", "months")):
            new = _UNITS[match["unit"]]
            if squeeze(new + statement.text[match.end() : quantity.end]) not in squeeze(
                statement.context
            ):
                yield statement.replaced("unit", match.start("unit"), match.end("unit"), new)


def comparator(statement: Statement) -> Iterator[Variant]:
    """以上 told as 未満, 未満 as 以下, 最大 as 最低."""
    for quantity in quantities.find(statement.text):
        if not quantity.comparator or _NAMED.match(statement.text, quantity.end):
            continue
        word = next((word for word in _OPPOSITES if word in quantity.text), None)
        if word is not None:
            at = quantity.text.rindex(word)
            for opposite in _OPPOSITES[word]:
                if not statement.says(quantity.text[:at] + opposite):
                    start = quantity.start + at
                    yield statement.replaced("comparator", start, start + len(word), opposite)
            continue
        lead = next((lead for lead in _LIMITS if quantity.text.startswith(lead)), None)
        if lead is not None:
            end = quantity.start + len(lead)
            yield statement.replaced("comparator", quantity.start, end, _LIMITS[lead])


_DOSE = r"\s*(?:約|最大|およそ)?\s*[0-9０-９.,，．]+(?:[〜～~][0-9０-９.,，．]+)?\s*(?:mg|ｍｇ|g|ｇ|μg|mL|ｍＬ|単位|錠|カプセル)"
_DAILY = re.compile(rf"(?<![0-9０-９])[1１](?P<period>日|回)(?:量は?)?(?={_DOSE})")
_RATE = re.compile(
    r"(?<=/)(?P<period>日|時|分)(?![/／.])|(?<=[^0-9０-９同翌])(?P<yearly>年)(?=[0-9０-９.]+[%％])"
)


def dose_period(statement: Statement) -> Iterator[Variant]:
    """What an amount is for: 1日10 mg told as 1回10 mg, 6 g/日 as 6 g/週."""
    once = re.search(r"[1１]日[1１]回", statement.text)
    for match in _DAILY.finditer(statement.text):
        new = {"日": "週間" if once else "回", "回": "日"}[match["period"]]
        if not (once and match["period"] == "回"):
            yield statement.replaced("dose_period", match.start("period"), match.end("period"), new)
    for match in _RATE.finditer(statement.text):
        if not statement.text[match.end() :].lstrip().startswith("1.73"):
            new = {"日": "週", "時": "日", "分": "時", "年": "月"}[match[0]]
            yield statement.replaced("dose_period", match.start(), match.end(), new)


# Between two values that may be told in either order.
_SYMMETRIC = re.compile(
    r"^[^0-9０-９]{0,4}(?:と|や|または|あるいは|および|及び|又は|、|，|・|から|〜|～|対|／|/)\s*(?:各|約|家庭血圧)?$"
)


def swapped_values(statement: Statement) -> Iterator[Variant]:
    """Two values of one kind, each told of the other's matter: 収縮期110、拡張期185."""
    text = statement.text
    spans = [
        (quantity, start, end)
        for quantity, start, end in _amounts(statement)
        if quantity.dimension and not quantity.is_range and len(quantity.parts) == 1
    ]
    for (one, begin, middle), (other, from_, end) in pairwise(spans):
        same = (
            one.dimension == other.dimension and one.unit == other.unit and one.parts != other.parts
        )
        between, after = text[one.end : other.start], text[other.end :]
        # 130 mmHg未満の群と150 mmHg未満の群を比べた says the same either way.
        mirrored = between[:2] and "と" in between and after.startswith(between.partition("と")[0])
        apart = re.search(r"[。．（(]|合意率|確実性", between) is not None
        if (
            same
            and between
            and not apart
            and not _SYMMETRIC.match(between)
            and not mirrored
            and not _ordered(text, one, other)
        ):
            yield statement.replaced(
                "swapped_values",
                begin,
                end,
                text[from_:end] + text[middle:from_] + text[begin:middle],
            )


def _ordered(text: str, one: Quantity, other: Quantity) -> bool:
    """Whether the two are one statement's ends: 18歳以上65歳未満."""
    return one.end == other.start or text[one.end : other.start].strip() in (
        "から",
        "かつ",
        "で",
        "の",
    )
