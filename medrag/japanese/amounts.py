"""Amounts: what a quantity is, and when two of them are the same.

Values are exact fractions in the base unit of their dimension. A unit that one side leaves out is
not held against it, and a length of time is the same whether it is an interval or kept free (2〜4週の
間隔で, 2〜4週あけて); but 14日間 is no 14日目.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from medrag.japanese.amount_words import Comparator
from medrag.japanese.units import unit_of

#: Dimensions of lengths of time.
TIMED = frozenset(("days", "months"))
#: How a length of time is used: 12週後, 3か月前, 4週ごと.
Role = Literal["", "after", "before", "every"]


class Interval(NamedTuple):
    """Both ends included; equal when there is one value. In the dimension's base unit."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One quantity.

    Attributes:
        start, end: Code points of the given text, comparator and unit included.
        text: That range of the text.
        parts: One interval, or two for pairs such as 130/80 mmHg.
        unit: As written, folded; "" when there is none.
        dimension: What the unit measures ("mass", "mass/volume", "persons"); "" without a unit.
        comparator: ge 以上, le 以下, gt 超, lt 未満; "" when an exact value is meant.
        approximate: 約, およそ, 程度, 前後.
        role: Of a length of time.
    """

    start: int
    end: int
    text: str
    parts: tuple[Interval, ...]
    unit: str = ""
    dimension: str = ""
    comparator: Comparator = ""
    approximate: bool = False
    role: Role = ""

    @property
    def is_range(self) -> bool:
        """Whether an interval, not a value, is meant (2〜3 mg)."""
        return self.dimension != "date" and any(part.low != part.high for part in self.parts)

    def same_value(self, other: Quantity) -> bool:
        """Whether both name the same amount; a unit that one of them leaves out is not held against it.

        Of two dates one may be less exact (2024年, 2024年6月1日).
        """
        if self.dimension == other.dimension:
            if self.dimension == "date":
                mine, theirs = self.parts[0], other.parts[0]
                return mine.low <= theirs.low <= theirs.high <= mine.high or (
                    theirs.low <= mine.low <= mine.high <= theirs.high
                )
            return self.parts == other.parts and not (
                self.dimension in TIMED and (self._counts_on(other) or other._counts_on(self))
            )
        if self.dimension and other.dimension:
            return self._same_otherwise(other) or other._same_otherwise(self)
        bare, share = (other, self) if self.dimension else (self, other)
        if share.dimension == "percent" and ("分" in bare.text or bare.text[-1:] in "人例名"):
            # 半分, 4分の1, 100人中4人
            return [part.low * 100 for part in bare.parts] == [part.low for part in share.parts]
        # eGFR 30 against eGFR 30 mL/分/1.73m²: as written, the numbers are what can be compared.
        return _as_written(bare) == _as_written(share)

    def _counts_on(self, other: Quantity) -> bool:
        """Whether this one is a point in time and the other a length: 術後14日目, 14日間."""
        return self.text.endswith("目") and other.unit.endswith("間")

    def _same_otherwise(self, other: Quantity) -> bool:
        """Whether both are one thing told in two dimensions: 37.5度の熱; 2〜4週あけて, 2〜4週の間隔で."""
        if self.dimension == "degree":
            return other.dimension == "temperature" and self.parts == other.parts
        if self.dimension == "days" and other.dimension == "times per days":
            return other.text.endswith("間隔") and self.parts == tuple(
                Interval(1 / part.high, 1 / part.low) for part in other.parts
            )
        return False


def _as_written(quantity: Quantity) -> tuple[Interval, ...]:
    if not quantity.unit:
        return quantity.parts
    factor = unit_of(quantity.unit).factor
    return tuple(Interval(part.low / factor, part.high / factor) for part in quantity.parts)
