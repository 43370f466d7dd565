"""Finding: one fact on which claim and evidence do not agree."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A difference before it is reported.

    Attributes:
        kind: number, unit, comparator, negation, strength, route, ...
        claim, evidence: The wordings, folded; "" where one side has none.
        start, end: Of the claim's wording, in the folded claim; both 0 when it has none.
        firm: The evidence says otherwise in the same place. Else a person should look.
        same_place: The evidence holds another value of the same kind there: a contradiction.
    """

    kind: str
    claim: str
    evidence: str
    start: int = 0
    end: int = 0
    firm: bool = True
    same_place: bool = False
