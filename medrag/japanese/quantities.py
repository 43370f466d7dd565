"""Quantities in a text: value, unit, comparator, range, period, each with its span.

`130/80 mmHg未満`, `１３０／８０㎜Ｈｇ未満` and `収縮期130` are the numbers that a guideline is made of, and
未満 is not 以下. Values are exact fractions in the base unit of their dimension, so that 0.5 g equals
500 mg and 週 equals 7日 while 1か月 is not 30日. A name that ends in digits (IL-6, COX-2, HbA1c) holds no
quantity, and `eGFR 30` is never fused into one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from medrag.japanese.amount_words import (
    APPROXIMATELY,
    BEFORE,
    ENGLISH,
    OFTEN,
    POWER,
    SOME,
    WORDED,
    Comparator,
    multiple,
    named,
    number,
)
from medrag.japanese.amounts import TIMED, Interval, Quantity, Role
from medrag.japanese.normalize import Normalized, normalize
from medrag.japanese.units import UNIT, unit_of

__all__ = ["Interval", "Quantity", "Role", "find", "find_normalized"]

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_TO = r"\s*(?:[~〜～–—―‐−ー-]|から|ないし|to)\s*"
# Letters before digits make a name (IL-6, β2), except a measure written without a space (eGFR30).
_START = re.compile(
    r"(?:(?<![A-Za-zα-ωΑ-Ω0-9_.])(?<![0-9],)(?<![A-Za-z][-‐−])|(?<=eGFR)|(?<=BMI)|(?<=INR)|(?<=LVEF)|(?<=SpO2)"
    r"|(?<=HbA1c)|(?<=Cr)|(?<=LDL-C)|(?<=CRP))\d"
    r"|(?<=[A-Za-z][A-Za-z])\d(?=\d{0,3}(?:\.\d+)?\s*(?:mmHg|mL|mg|%|歳|以上|以下|未満|を超|を下回))"
)
_EXPRESSION = re.compile(
    rf"""(?P<low>{_NUMBER})(?P<thousand>[万億千]|{POWER})?\s*(?P<lowunit>{UNIT}(?!(?<=間)隔))?(?P<half>半(?![減量分数]))?
        (?:(?:{_TO}(?P<high>{_NUMBER})(?P<thousand2>[万億千]|{POWER})?)?
           (?:\s*/\s*(?P<low2>{_NUMBER})(?:{_TO}(?P<high2>{_NUMBER}))?(?![./]?\d))?
           (?<=[\d万億千])\s*(?P<unit>{UNIT}(?!(?<=間)隔))?)?""",
    re.VERBOSE,
)
_DATE = re.compile(
    r"(?:(?P<low>(?:19|20)\d\d)|(?P<era>令和|平成|昭和)(?P<era_year>元|\d{1,2}))年(?!間|代|以上|以内)(?:度版|改訂版|版|度)?"
    r"(?:\s*(?P<month>\d{1,2})月(?!間)(?:\s*(?P<day>\d{1,2})日)?)?"
    r"|(?<!\d)(?P<month2>\d{1,2})月\s*(?P<day2>\d{1,2})日(?!間)"
)
# The year before the first of each era: 令和元年 is 2019.
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_KANJI = "[一二三四五六七八九十百千半]+"
_COUNTED = re.compile(
    rf"(?<![一二三四五六七八九十百千第])(?P<low>{_KANJI})(?:{_TO}(?P<high>{_KANJI}))?"
    r"(?P<unit>か月|ヵ月|ヶ月|カ月|週間|週|日間|日|年間|年|回|剤|種類|人|名|例|倍|割|錠|歳|時間|分間)(?![部方定次律者体酸化親]|齢者|(?<=回)量|お?ひとり|一人)"
)
_RANK = re.compile(
    r"第\s*(?P<low>\d+|[一二三四五六七八九十])\s*(?P<unit>選択|版|世代|期|度|章|条|相)"
)
_FRACTION = re.compile(
    r"(?:(?P<below>[1-9]\d*|[二三四五六八十])分の(?P<low>\d+|[一二三四五])|(?P<low2>半量|半分)"
    r"|(?P<of>[1-9]\d*)\s*(?:人|例|名)(?:中|のうち|に)\s*(?P<some>\d+)\s*(?:人|例|名))"
)
# 75 mg分2: what is given a day, in two doses.
_DIVIDED = re.compile(r"(?:(?<=mg)|(?<=[gL錠包日後前、,]))\s?分(?P<low>[1-6])(?![0-9年間以])")
_OF_AGE = re.compile(r"\s*(?:(?:or|and) (?:older|younger|over|above|under)|of age|old\b)")
_AFTER = re.compile(
    r"\s*(?:(?P<approximate>程度|前後|ほど|くらい|ぐらい)(?!い|く|め))?"
    r"(?:(?:の誕生日)?(?:よりも|より)(?P<than>[高多大長重低少小短軽前若])"
    r"|(?P<negated>を?超えな(?:い|けれ)|を?超えず|を?超えません|を?上回りません|を?下回りません|を?上回らな(?:い|けれ)|を?上回らず"
    r"|を?下回らな(?:い|けれ)|を?下回らず|を限度|[をが](?:上限|下限|最[大高](?!\s*\d)))"
    r"|(?:\([^()]{1,30}\))?(?P<word>以上|以下|未満|以内|以降|超(?!音)え?|を超え|を?過ぎ(?!ない)|を?上回|を?下回|に?満たな(?:い|け|く|か)|に?満たず|に?届かな(?:い|け|く|か)|に?達しな(?:い|け|く|か)|を切(?:る|っ|れ(?!な))|を割り込|を割(?:る|っ)|まで(?!の?間|も)|or more|or less|or higher|or lower|or older|or above|or below|or greater|or fewer|or longer|and above|and over|or over|and older|or under|or earlier|or sooner)"
    r"|(?P<role>目(?!標|安|的|まで|以内)|後(?!発|半|期|天)|前(?!後|立|壁|期)|に\s*[1一]\s*(?:回|度)|ごと|毎(?!日|週|月|年|時|分)|おき|の?間隔))?"
    r"(?P<since>\s*が?(?:たっ|経っ|たて|経て|たち|経過し))?"
)
_PERIOD_BEFORE = re.compile(
    r"(?P<count>1|一|毎)?\s*(?P<period>日量?|週|[かヵカヶ]?月|年|時間|時|分)\s*(?:間)?\s*(?:あたり|当たり|につき|に|の|は)?"
    r"\s*(?:総?投与量|総量|用量|上限量?|合計|計)?(?:[はがを])?\s*(?:約|最[大高]|およそ|計|合計|総量)?\s*$"
)
_PER_UNIT = re.compile(
    r"(?:(?:標準|理想|実測)?体重\s*)?1?\s*(?P<unit>kg|m2|mL|dL|L|g)\s*(?:あたり|当たり|につき)\s*(?:約)?\s*$"
)
_PER_DOSE = re.compile(
    r"(?<!\d)[1一]回(?:の?投与量|の?用量|量)?(?:あたり|につき|[にはがを])?\s*(?:約|最大)?\s*$"
)
_LEAD_LONGEST_FIRST = sorted((*BEFORE, *APPROXIMATELY), key=len, reverse=True)
_LEAD_ENDS = tuple(_LEAD_LONGEST_FIRST)
_ROLES: dict[str, Role] = {"後": "after", "目": "after", "前": "before"}
_SINCE = re.compile(r"(?:[てで]から|たあと|た後|たのち)(?:、|,|の)?\s*$")  # 手術が終わってから1週間
_UNCOUNTED_IN_TIME = frozenset(
    ("age", "year", "persons", "studies", "agents", "fold", "degree", "points")
)
_ONE = Fraction(1)


def find(text: str) -> tuple[Quantity, ...]:
    """All quantities of `text`, in order, without overlap. Linear in the length of the text."""
    return find_normalized(text, normalize(text))


def find_normalized(text: str, normalized: Normalized) -> tuple[Quantity, ...]:
    """`find` for a text whose normalised form is at hand."""
    folded = normalized.text
    found: list[Quantity] = []
    floor = 0
    for position, match in _matches(folded):
        if position < floor:
            continue
        drafted = _read(folded, match, found[-1] if found else None)
        if drafted is None:
            continue
        floor = drafted.end
        # 1日 was taken for a length of time before the 10 mg that it belongs to was seen.
        while found and found[-1].start >= drafted.start:
            found.pop()
        found.append(drafted)
    as_given = folded == text  # then every offset is its own
    return tuple(
        replace(quantity, text=folded[quantity.start : quantity.end])
        if as_given
        else _mapped(text, normalized, quantity)
        for quantity in found
    )


def _mapped(text: str, normalized: Normalized, quantity: Quantity) -> Quantity:
    start, end = normalized.original(quantity.start, quantity.end)
    return replace(quantity, start=start, end=end, text=text[start:end])


def _matches(folded: str) -> list[tuple[int, re.Match[str]]]:
    """Readings by position; where several begin, the one that says more comes first."""
    found: list[tuple[int, re.Match[str]]] = [
        (match.start(), match)
        for pattern in (_RANK, _FRACTION, _DATE, WORDED, SOME, _DIVIDED)
        for match in pattern.finditer(folded)
    ]
    for digit in _START.finditer(folded):
        match = _EXPRESSION.match(folded, digit.start())
        if match is not None:
            found.append((match.start(), match))
    found.extend((match.start(), match) for match in _COUNTED.finditer(folded))
    found.extend((match.start(), match) for match in ENGLISH.finditer(folded))
    found.sort(key=lambda pair: pair[0])  # stable: patterns above win
    return found


def _read(folded: str, match: re.Match[str], last: Quantity | None) -> Quantity | None:
    if match.re is _RANK:
        return _plain(
            match, number(match["low"]), unit=match["unit"], dimension="rank " + match["unit"]
        )
    if match.re is _FRACTION:
        value = Fraction(1, 2)
        if not match["low2"]:
            value = number(match["some"] or match["low"]) / number(match["of"] or match["below"])
        end, _, comparator, approximate = _tail(folded, match.end(), "", False)
        return replace(
            _plain(match, value), end=end, comparator=comparator, approximate=approximate
        )
    if match.re is _DATE:
        return _dated(match)
    if match.re is _DIVIDED:
        return _plain(match, number(match["low"]), dimension="times per days")
    if match.re is WORDED:
        period, often = OFTEN[match.lastgroup or ""]
        return _plain(match, often, dimension=f"times per {period}")
    if match.re is SOME:
        return _some(folded, match)
    return _measured(folded, match, last)


def _dated(match: re.Match[str]) -> Quantity:
    """A date as the interval of days it leaves open: 2024年 is 20240101 to 20241231."""
    if match["month2"]:
        day = Fraction(int(match["month2"]) * 100 + int(match["day2"]))
        return _plain(match, day, dimension="day of year")
    era = match["era"]
    year = int(match["low"] or (1 if match["era_year"] == "元" else match["era_year"]))
    year += _ERAS[era] if era else 0
    month, day_of_month = match["month"], match["day"]
    first = year * 10_000 + int(month or 1) * 100 + int(day_of_month or 1)
    last = year * 10_000 + int(month or 12) * 100 + int(day_of_month or 31)
    return Quantity(start=match.start(), end=match.end(), text="", dimension="date",
                    parts=(Interval(Fraction(first), Fraction(last)),))  # fmt: skip


def _some(folded: str, match: re.Match[str]) -> Quantity:
    """数日以内: two to nine of them, so that 数日 and 数週 differ."""
    unit = unit_of(match["unit"])
    end, role, comparator, _ = _tail(folded, match.end(), "", True)
    return Quantity(start=match.start(), end=end, text="", unit=match["unit"], dimension=unit.dimension,
                    parts=(Interval(2 * unit.factor, 9 * unit.factor),), comparator=comparator, approximate=True,
                    role=role if role != "every" and unit.dimension in TIMED else "")  # fmt: skip


def _plain(
    match: re.Match[str], value: Fraction, *, unit: str = "", dimension: str = ""
) -> Quantity:
    return Quantity(start=match.start(), end=match.end(), text="", parts=(Interval(value, value),), unit=unit,
                    dimension=dimension)  # fmt: skip


def _measured(folded: str, match: re.Match[str], last: Quantity | None) -> Quantity | None:
    floor = last.end if last is not None else 0
    groups = match.groupdict()
    start, end = match.span()
    unit = groups["unit"] or groups.get("lowunit") or ""
    while folded[end - 1].isspace():
        end -= 1
    # Digits glued to a letter that is no unit are part of a name (2D).
    if not unit and folded[end : end + 1].isascii() and folded[end : end + 1].isalpha():
        return None
    if unit in ("year", "years") and _OF_AGE.match(folded, end):
        unit = "歳"
    if unit == "秒" and folded[end : end + 1] in ("量", "率"):
        return None  # 1秒量 is the name of a measure
    if unit == "回" and groups["low"] == "1" and folded[end : end + 1] == "量":
        return None  # 1回量 is what is given each time
    sign = 1
    if (
        start > floor
        and folded[start - 1] in "-−"
        and not (start > 1 and folded[start - 2].isascii() and folded[start - 2].isalnum())
    ):
        sign, start = -1, start - 1
    start, comparator, approximate = _lead(folded, start, floor)
    end, role, comparator, approximate = _tail(folded, end, comparator, approximate)
    if not role and folded[max(floor, start - 6) : start].lower() == "every ":
        start, role = start - 6, "every"
    dimension = unit_of(unit).dimension if unit else ""
    role = _used(folded, start, floor, role) if dimension in TIMED else ""
    measured = unit
    if dimension and dimension not in _UNCOUNTED_IN_TIME and " per " not in dimension:
        start, period = _over_time(folded, start, last, dimension)
        if period:
            measured = f"{unit}/{period}"
            dimension = unit_of(measured).dimension
    parts = _parts(groups["low"] or "0", groups.get("high") or "", groups.get("low2") or "", groups.get("high2") or "",
                   groups.get("thousand") or groups.get("thousand2") or "", measured, bool(groups.get("half")), sign)  # fmt: skip
    lower = groups.get("lowunit") or unit
    if lower != unit and unit_of(lower).dimension == unit_of(unit).dimension and len(parts) == 1:
        # 36か月から5年: each end in its own unit.
        parts = (
            Interval(parts[0].low / unit_of(unit).factor * unit_of(lower).factor, parts[0].high),
        )
    if role == "every" and all(part.low > 0 for part in parts):
        # 4週ごと, 4週に1回 and 28日間隔 are one frequency.
        dimension = f"times per {dimension}"
        parts = tuple(Interval(1 / part.high, 1 / part.low) for part in parts)
    return Quantity(start=start, end=end, text="", parts=parts, unit=unit, dimension=dimension,
                    comparator=comparator, approximate=approximate, role=role)  # fmt: skip


def _used(folded: str, start: int, floor: int, role: Role) -> Role:
    """How a length of time is used, where what follows does not say so: 終わってから1週間."""
    if not role and _SINCE.search(folded, max(floor, start - 8), start):
        return "after"
    return role


def _lead(folded: str, start: int, floor: int) -> tuple[int, Comparator, bool]:
    """What stands before the number: 最大, 約, ≥."""
    before = folded[max(floor, start - 16) : start].rstrip()
    if not before.endswith(_LEAD_ENDS):
        return start, "", False
    word = next(word for word in _LEAD_LONGEST_FIRST if before.endswith(word))
    begin = folded.rindex(word, 0, start)
    return begin, BEFORE.get(word, ""), word in APPROXIMATELY


def _tail(
    folded: str, end: int, comparator: Comparator, approximate: bool
) -> tuple[int, Role, Comparator, bool]:
    """What stands after the unit: 以上, 未満, 程度, ごと, より高い."""
    after = _AFTER.match(folded, end)
    if after is None or not after[0].strip():
        return end, "", comparator, approximate
    role: Role = ""
    word = after["word"] or after["negated"]
    if after["than"]:
        comparator = "gt" if after["than"] in "高多大長重" else "lt"
    elif word:
        comparator = named(word)
    elif after["role"]:
        role = _ROLES.get(after["role"], "every")
    if after["since"]:
        role = "after"
    return after.end(), role, comparator, approximate or after["approximate"] is not None


def _over_time(folded: str, start: int, last: Quantity | None, dimension: str) -> tuple[int, str]:
    """The period before an amount: 1日10mg, 週3回, 毎日30分; and 1回10mg, which is none."""
    begin = max(0, start - 14)
    before = folded[begin:start]
    dose = _PER_DOSE.search(before)
    if dose is not None:
        # 1日1回 has its period: the 5mg after it takes none of it.
        taken = last is not None and last.start < begin + dose.start() < last.end
        return (start if taken or dimension == "times" else begin + dose.start()), ""
    match = _PERIOD_BEFORE.search(before)
    if match is None:
        return _over_unit(folded, start)
    name = (
        match["period"].rstrip("量").lstrip("かヵカヶ").replace("時間", "時").replace("時", "時間")
    )
    previous = before[match.start() - 1] if match.start() else folded[begin - 1] if begin else " "
    if match["count"] is None:
        # 3日 2回, 同日2回 and 4週、以後 are no period; 週3回 is.
        if (
            name not in ("週", "月", "年")
            or previous.isdigit()
            or previous in "数同翌前当今来隔半各一二三四五六七八九十"
        ):
            return _over_unit(folded, start)
    elif previous.isdigit() or previous == ".":
        return start, ""
    if dimension in TIMED and name in ("時間", "分"):
        return start, ""  # 1時間30分 is one length of time
    outer, unit = _over_unit(folded, begin + match.start())
    return outer, f"{unit}/{name}" if unit else name


def _over_unit(folded: str, start: int) -> tuple[int, str]:
    """The body or volume before an amount: 体重1 kgあたり0.6 mg."""
    begin = max(0, start - 16)
    measure = _PER_UNIT.search(folded[begin:start])
    return (start, "") if measure is None else (begin + measure.start(), measure["unit"])


@lru_cache(maxsize=8192)
def _parts(
    low: str, high: str, low2: str, high2: str, thousand: str, unit: str, half: bool, sign: int
) -> tuple[Interval, ...]:
    first = number(low) + (Fraction(1, 2) if half else 0)
    if low2 and not high and not unit and first < number(low2) <= 10:
        fraction = first / number(low2)  # 1/2 is a half; 130/80 is a pair
        return (Interval(fraction, fraction),)
    factor = (unit_of(unit).factor if unit else _ONE) * multiple(thousand) * sign
    parts = [Interval(first * factor, (number(high) if high else first) * factor)]
    if low2:
        second = number(low2)
        parts.append(Interval(second * factor, (number(high2) if high2 else second) * factor))
    return tuple(parts)
