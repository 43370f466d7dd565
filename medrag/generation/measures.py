"""Measures of a patient: what a question gives (CCr 40, 12 kg, 80歳), and for which a text is meant.

A row that is meant for 80以上 does not answer for 40, nor a recommendation for 65歳未満 for somebody of
80, however well their words agree. Only a measure of the same name is compared: eGFR is not CCr.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from medrag.japanese.normalize import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A range of one measure.

    Attributes:
        name: What is measured: "age", "weight", "egfr", "ccr".
        low, high: Both included.
        start: Where it stands in the folded text.
    """

    name: str
    low: float
    high: float
    start: int

    def meets(self, other: Measure) -> bool:
        """Whether some patient has both."""
        return self.name == other.name and self.low <= other.high and other.low <= self.high


_NAMES = {
    "age": r"年齢\s*",
    "weight": r"体重\s*",
    "egfr": r"(?:e?gfr|推算糸球体濾過量)[^0-9a-z]{0,12}?",
    "ccr": r"(?:ccr|clcr|crcl|クレアチニン・?クリアランス)[^0-9a-z]{0,12}?",
}
#: Values of tests, by the names that stand before their figures.
_TESTS = re.findall(
    r"\S+",
    "abi ahi alt ast bmi bnp bun che ck cpk crp cea dbp ddimer ef lvef fev1 ferritin ft3 ft4 hb hba1c hct ige inr isi ldh"
    " ldl ldl-c hdl hdl-c meld mmse nt-probnp pao2 paco2 ph psa pt-inr qtc sbp spo2 tsat tsh wbc wbgt oabss das28",
)
_VALUES = {
    **{test: rf"(?<![a-z0-9-]){re.escape(test)}\s*" for test in _TESTS},
    "glucose": r"(?:空腹時|随時)?血糖値?\s*",
    "uric acid": r"(?:血清)?尿酸値?\s*",
    "potassium": r"(?:血清)?カリウム値?\s*",
    "platelets": r"血小板数?\s*",
    "albumin": r"(?:血清)?アルブミン値?\s*",
    "creatinine": r"(?:血清)?クレアチニン値?\s*",
}
_UNITS = {"age": r"(?:歳|才)", "weight": r"kg(?![a-z/])", "egfr": "", "ccr": ""}
_CLEARANCE = r"(?:ml/(?:分|min)(?:/1\.73\s*m[2²])?)"
_NUMBER = r"([0-9]+(?:\.[0-9]+)?)"
#: Just less than a bound that is not included.
_NEXT = 1e-6


#: A figure with its unit, whatever that is, and the bounds; a second range after 、 is of the same test.
_ANY_UNIT = r"(?:万|千)?(?:%|点|回|分|秒|[a-zμ°]+)?(?:/[a-zμ0-9.²]+)*"
_VALUE = (
    rf"{_NUMBER}\s*{_ANY_UNIT}(?P<decade>(?!))?\s*(?:[〜~–-]\s*{_NUMBER}\s*{_ANY_UNIT}?)?"
    rf"\s*(以上|以下|未満|超|を超え)?(?:\s*{_NUMBER}\s*{_ANY_UNIT}?\s*(未満|以下))?"
)


def _pattern(name: str) -> re.Pattern[str]:
    unit = _UNITS[name] or _CLEARANCE
    range_ = (
        rf"{_NUMBER}\s*{unit}?(?P<decade>代)?\s*(?:[〜~–-]\s*{_NUMBER}\s*{unit}?)?"
        rf"\s*(以上|以下|未満|超|を超え)?(?:\s*{_NUMBER}\s*{unit}?\s*(未満|以下))?"
    )
    if not _UNITS[name]:
        return re.compile(rf"{_NAMES[name]}{range_}")
    return re.compile(
        rf"(?<![0-9.])(?:{_NAMES[name]}|(?=[0-9.]+\s*(?:[〜~–-]\s*[0-9.]+\s*)?{unit})){range_}"
    )


_PATTERNS = {name: _pattern(name) for name in _NAMES} | {
    name: re.compile(rf"{written}(?:値)?(?:\s*[はがも:：、]\s*|\s+)?(?:\([^()]*\)\s*)?{_VALUE}")
    for name, written in _VALUES.items()
}
_NAMED = {name: re.compile(written) for name, written in (*_NAMES.items(), *_VALUES.items())}
#: Measures of a patient, which a table gives in any column; values of tests only in the first.
OF_PATIENTS = frozenset(_NAMES)


_OLDER = re.compile(
    r"(?:\baged?\s+)?\b([0-9]+)(?:[\s-]*years?)?(?:\s+of\s+age)?\s*(?:or|and)\s+(?:older|over|above)\b"
)
_ABOVE = re.compile(
    r"\b(?:aged\s+|people\s+|adults\s+)(?:over|above|older than)\s+([0-9]+)(?:\s*years?)?|\bolder than\s+([0-9]+)(?:\s*years?)?"
)
_YOUNGER = re.compile(
    r"(?:\baged?\s+)?\b(?:younger than|under|below)\s+([0-9]+)(?=\s*(?:years?|$|[?,.]))"
    r"(?:\s*years?)?(?:\s+(?:of\s+age|old))?"
)


def ages_spelled(text: str) -> str:
    """English ages as Japanese guidelines write them: a bare number is not known to be an age."""
    text = _OLDER.sub(r" \1歳以上 ", text)
    text = _ABOVE.sub(lambda match: f" {match[1] or match[2]}歳超 ", text)
    return _YOUNGER.sub(r" \1歳未満 ", text)


@lru_cache(maxsize=8192)
def measures_in(text: str) -> tuple[Measure, ...]:
    """The measures that a text gives."""
    return tuple(_found(ages_spelled(fold(text).lower())))


def _found(folded: str) -> Iterator[Measure]:
    for name, pattern in _PATTERNS.items():
        for match in pattern.finditer(folded):
            first, decade, last, bound, second, _ = match.groups()
            low = high = float(first)
            if decade:
                high = low + 9
            elif last:
                high = float(last)
            elif bound in ("以上", "超", "を超え"):
                low, high = low + (_NEXT if bound != "以上" else 0), float("inf")
            elif bound in ("以下", "未満"):
                low, high = 0.0, high - (_NEXT if bound == "未満" else 0)
            if second and bound == "以上":
                high = float(second) - (_NEXT if match[0].endswith("未満") else 0)
            yield Measure(name=name, low=low, high=high, start=match.start())
            if name in _VALUES:
                yield from _further(name, folded, match)


def _further(name: str, folded: str, match: re.Match[str]) -> Iterator[Measure]:
    """Further ranges of the same test: 「FT4が5.0未満では…、5.0以上では…」 is about FT4 twice."""
    unit = re.match(rf".*?{_NUMBER}\s*({_ANY_UNIT})", match[0][len(name) :])
    end = folded.find("。", match.end())
    if unit is None:
        return
    pattern = rf"(?<=[、,])\s*{_NUMBER}\s*{re.escape(unit[2])}\s*(以上|以下|未満|超)"
    for other in re.compile(pattern).finditer(folded, match.end(), end if end > 0 else len(folded)):
        value, bound = float(other[1]), other[2]
        low, high = (value, float("inf")) if bound in ("以上", "超") else (0.0, value)
        strict = _NEXT if bound in ("未満", "超") else 0.0
        yield Measure(
            name=name,
            low=low + (strict if low else 0.0),
            high=high - (strict if not low else 0.0),
            start=other.start(),
        )


#: What tells that a value is that of the patients who are meant, and not a target for them.
_CONDITION = re.compile(
    r"[^、。]{0,10}?(?:では|の(?:患者|方|人|者|場合|とき|時|例|児)|であれば|なら|でも|のうち)"
)


def conditions_in(text: str) -> tuple[Measure, ...]:
    """The measures that tell for whom a text is meant: 「AHIが15以上であれば」, not 「7.0％未満を目標とする」."""
    folded = ages_spelled(fold(text).lower())
    return tuple(
        one
        for one in measures_in(text)
        if one.name in _NAMES or _CONDITION.match(folded, _end(folded, one))
    )


def _end(folded: str, one: Measure) -> int:
    """Where the figures of a measure end."""
    match = re.compile(rf".*?{_VALUE}").match(folded, one.start)
    return match.end() if match else one.start


def under(header: str, cell: str) -> tuple[Measure, ...]:
    """The measures that a cell gives under a header that may name what it measures."""
    said = fold(header).lower()
    named = next((name for name, one in _NAMED.items() if one.match(f"{said} ")), None)
    if named is None or not re.match(r"\s*[0-9]", fold(cell)):
        return measures_in(cell)
    return measures_in(f"{said.split('(')[0]} {cell}")


_LABEL = re.compile(r"^(?:(?:cq|bq|fq|q|推奨)\s*[0-9.-]*[\s:.]*|ただし[、,]?|\s)*")


def led_by(text: str) -> tuple[Measure, ...]:
    """The measures of a patient that a text gives, if it begins with one, as what says for whom it is."""
    found = tuple(one for one in measures_in(text) if one.name in _NAMES)
    label = _LABEL.match(fold(text).lower())
    begins = label.end() if label else 0
    return found if any(one.start == begins for one in found) else ()


def apart(asked: Collection[Measure], meant: Collection[Measure]) -> bool:
    """Whether what is asked about is none of what is meant, of some measure that both give."""
    for name in {one.name for one in asked} & {one.name for one in meant}:
        if not any(one.meets(other) for one in asked for other in meant if one.name == name):
            return True
    return False


def within(asked: Collection[Measure], meant: Collection[Measure]) -> bool:
    """Whether both give a measure, and agree in all that they do."""
    return bool({one.name for one in asked} & {one.name for one in meant}) and not apart(
        asked, meant
    )
