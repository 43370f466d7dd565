"""Words for amounts: comparators, frequencies in one word, numbers spelled out.

130未満, 130に満たない and 130を切る are one limit; 隔日 and 2日に1回 one frequency.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Literal

Comparator = Literal["", "ge", "le", "gt", "lt"]
BEFORE: dict[str, Comparator] = {
    "少なくとも": "ge", "最低でも": "ge", "最低": "ge", "最小": "ge", "下限": "ge", "下限は": "ge", "下限を": "ge", "≥": "ge", "≧": "ge", "⩾": "ge", ">=": "ge",
    "at least": "ge", "no less than": "ge", "not less than": "ge", "no fewer than": "ge", "no earlier than": "ge", "no sooner than": "ge", "a minimum of": "ge", "no longer than": "le", "not more than": "le", "not exceeding": "le", "a maximum of": "le", "within": "le", "no later than": "le", "no more than": "le", "最大": "le", "最高": "le", "最大で": "le", "上限": "le", "最長": "le", "上限は": "le", "上限を": "le", "上限が": "le", "≤": "le", "≦": "le", "⩽": "le",
    "<=": "le", "at most": "le", "up to": "le", "<": "lt", "less than": "lt", "under": "lt", "below": "lt", "lower than": "lt", "fewer than": "lt", "shorter than": "lt",
    ">": "gt", "more than": "gt", "over": "gt", "above": "gt", "greater than": "gt", "higher than": "gt", "longer than": "gt", "beyond": "gt", "exceeding": "gt", "exceeds": "gt",
}  # fmt: skip
APPROXIMATELY = ("約", "およそ", "おおよそ", "概ね", "おおむね", "about", "approximately")
AFTERWARDS: dict[str, Comparator] = {
    "以上": "ge", "以降": "ge", "or more": "ge", "or higher": "ge", "or older": "ge", "以下": "le", "以内": "le", "まで": "le", "or less": "le", "or above": "ge", "or greater": "ge", "or longer": "ge", "or below": "le", "or fewer": "le", "and above": "ge", "and over": "ge", "or over": "ge", "and older": "ge", "or under": "le", "or earlier": "le", "or sooner": "le",
    "or lower": "le", "未満": "lt", "下回": "lt", "満たない": "lt", "超": "gt", "超え": "gt", "過ぎ": "gt", "上回": "gt",
    "満たな": "lt", "満たず": "lt", "届かな": "lt", "達しな": "lt", "を切": "lt", "を割": "lt",
    "超えない": "le", "超えなけれ": "le", "上回らなけれ": "le", "下回らなけれ": "ge", "超えず": "le", "超えません": "le", "上回りません": "le", "下回りません": "ge", "上回らない": "le", "上回らず": "le", "限度": "le", "上限": "le", "最大": "le", "最高": "le",
    "下回らない": "ge", "下回らず": "ge", "下限": "ge",
}  # fmt: skip
# 毎日, 隔週: a frequency in one word; 1日おき is every second day, though 4時間おき is every four hours.
WORDED = re.compile(
    r"(?P<daily>毎日|連日)(?!\s*[0-9一二三四五])|(?P<alternate>隔日|(?<!\d)[1一]日おき)|(?P<weekly>毎週)(?!\s*[0-9一二三四五])"
    r"|(?P<fortnightly>隔週)|(?P<monthly>毎月)(?!\s*[0-9一二三四五])|(?P<bimonthly>隔月)|(?P<yearly>毎年)(?!\s*[0-9一二三四五])"
)
OFTEN = {
    "daily": ("days", Fraction(1)), "alternate": ("days", Fraction(1, 2)), "weekly": ("days", Fraction(1, 7)),
    "fortnightly": ("days", Fraction(1, 14)), "monthly": ("months", Fraction(1)),
    "bimonthly": ("months", Fraction(1, 2)), "yearly": ("months", Fraction(1, 12)),
}  # fmt: skip
SOME = re.compile(
    r"(?<![無回点件日人手変])数(?P<unit>時間|分間?|日間?|週間?|か月間?|ヵ月間?|ヶ月間?|カ月間?|年間?|%|倍|回|例|人|名)"
)
ENGLISH = re.compile(
    r"\b(?P<low>one|two|three|four|five|six|seven|eight|nine|ten|twelve)[ -]"
    r"(?P<unit>minutes?|hours?|days?|weeks?|months?|years?)\b",
    re.IGNORECASE,
)
SPELLED = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12}  # fmt: skip
_MULTIPLES = {"千": 1000, "万": 10_000, "億": 100_000_000}
# 15×10⁴/μL is 15万/μL; normalised, the raised figure is a plain one, told by what follows it.
POWER = r"\s?[×xX]\s?10(?:\^\d{1,2}|[2-9](?=\s?(?:/|個|CFU|コピー|copies)))"


def multiple(written: str) -> int:
    """What 万 or ×10⁴ multiplies by; 1 for nothing."""
    power = written.partition("10")[2].lstrip("^")
    return 10 ** int(power) if power else _MULTIPLES.get(written, 1)


def named(word: str) -> Comparator:
    """The comparator that a word after the unit names, whatever its inflection."""
    known = AFTERWARDS.get(word) or AFTERWARDS.get(word.lstrip("をがに"))
    if known is not None:
        return known
    stem = word if word.startswith(("を切", "を割")) else word.lstrip("をがに")
    return next(found for name, found in AFTERWARDS.items() if stem.startswith(name))


_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


@lru_cache(maxsize=4096)
def number(written: str) -> Fraction:
    """The value of a number in digits, in kanji (三十, 二半) or in English (twelve)."""
    if written[0].isdigit():
        return Fraction(written.replace(",", ""))
    if written.isascii():
        return Fraction(SPELLED[written.lower()])
    total = current = 0
    for character in written:
        if character == "半":
            return Fraction(total + current) + Fraction(1, 2)
        if character in _DIGITS:
            current = _DIGITS[character]
        else:
            total += (current or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            current = 0
    return Fraction(total + current)
