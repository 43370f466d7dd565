"""Finding: one fact on which claim and evidence do not agree."""

from __future__ import annotations

from dataclasses import dataclass, replace

#: Below this coverage a finding of its kind may come from free wording, and is doubtful at best.
#: Order and roles are read from word order, which a paraphrase changes first.
_ENOUGH = {
    "role_swap": 0.88, "condition_added": 0.6, "addition": 0.0, "logic": 0.93, "updown": 0.8, "doing": 0.85, "change": 0.8, "better": 0.8, "tempo": 0.85, "compare": 0.8, "swapped_values": 0.88, "timing": 0.85, "negation": 0.7, "double_negation": 0.7,
    "antonym": 0.75, "entity": 0.0, "scope": 0.7, "causal_overclaim": 0.65, "contraindication_caution": 0.65,
}  # fmt: skip
_ENOUGH_OTHERWISE = 0.6


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

    def at(self, coverage: float) -> Finding:
        """This finding, firm only if the claim stays near enough to the text for its kind."""
        return replace(
            self, firm=self.firm and coverage >= _ENOUGH.get(self.kind, _ENOUGH_OTHERWISE)
        )
