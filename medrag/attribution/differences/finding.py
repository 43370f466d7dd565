"""Finding: one fact on which claim and evidence do not agree."""

from __future__ import annotations

from dataclasses import dataclass, replace

from medrag.attribution.alignment import Alignment

#: Below this coverage a finding of its kind may come from free wording, and is doubtful at best.
#: Order and roles are read from word order, which a paraphrase changes first.
_ENOUGH = {
    "role_swap": 0.88, "condition_added": 0.6, "addition": 0.0, "logic": 0.93, "updown": 0.8, "doing": 0.85, "change": 0.8, "better": 0.8, "tempo": 0.85, "compare": 0.8, "swapped_values": 0.88, "crossed": 0.85, "timing": 0.7, "negation": 0.7, "double_negation": 0.7,
    "antonym": 0.75, "entity": 0.0, "scope": 0.7, "causal_overclaim": 0.65, "contraindication_caution": 0.65,
}  # fmt: skip
_ENOUGH_OTHERWISE = 0.6
_CLOSE = 0.65  # a claim in other words or another order is not rejected on one word's account
# They are about the order itself.
_OF_ORDER = frozenset(("first_second_line", "crossed", "timing"))
_NARROW = 0.6  # of the claim's length: more is the whole statement, not a part of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A difference before it is reported.

    Attributes:
        kind: number, unit, comparator, negation, strength, route, ...
        claim, evidence: The wordings, folded; "" where one side has none.
        start, end: Of the claim's wording, in the folded claim; both 0 when it has none.
        firm: The evidence says otherwise in the same place. Else a person should look.
        same_place: The evidence holds another value of the same kind there: a contradiction.
        rest: How much of what the finding does not concern the evidence holds, 0 to 1.
    """

    kind: str
    claim: str
    evidence: str
    start: int = 0
    end: int = 0
    firm: bool = True
    same_place: bool = False
    rest: float = 1.0

    def at(self, alignment: Alignment) -> Finding:
        """This finding, firm only if the rest of the claim stays near enough to the text."""
        enough = _ENOUGH.get(self.kind, _ENOUGH_OTHERWISE)
        near = alignment.closeness >= _CLOSE or self.kind in _OF_ORDER
        rest = self._rest(alignment)
        return replace(self, firm=self.firm and near and rest >= enough, rest=rest)

    def _rest(self, alignment: Alignment) -> float:
        """Coverage of what the finding does not concern: a wrong dose is no sign of free wording."""
        claim = alignment.claim
        narrow = self.end - self.start <= _NARROW * len(claim.text.strip())
        matched = [
            (word.weight, match)
            for word, match in zip(claim.words, alignment.matches, strict=True)
            if not (narrow and self.start <= word.start < self.end)
        ]
        total = sum(weight for weight, _ in matched)
        return sum(weight * match for weight, match in matched) / total if total else 1.0
