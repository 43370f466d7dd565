"""Labelled claims made from the passages of guidelines, one fact altered or none.

Whoever has a corpus can measure a checker on it without writing a claim: each sentence of a passage is
restated in ways that keep its meaning, and in ways that change exactly one fact. What may still be true
is not made. Claims stay near the text; free paraphrase is for people to write
(benchmarks/attribution/handwritten).
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from medrag.attribution.verdicts import EvidenceText
from medrag.documents.corpus import Ingested
from medrag.evaluation.interventions import (
    amounts,
    clauses,
    entities,
    rewrites,
    stance,
    wording,
)
from medrag.evaluation.interventions.rewrites import merged
from medrag.evaluation.interventions.sources import Placed, statements
from medrag.evaluation.interventions.statement import (
    Change,
    Label,
    Statement,
    Variant,
    squeeze,
    terms,
)
from medrag.japanese.tokens import words

Split = Literal["dev", "test"]

#: Ways to change one fact, by the kind of error that each makes.
CHANGES: Mapping[str, Change] = {
    "number": amounts.number,
    "unit": amounts.unit,
    "comparator": amounts.comparator,
    "range": amounts.range_,
    "frequency": amounts.frequency,
    "duration": amounts.duration,
    "route": wording.route,
    "dose_period": amounts.dose_period,
    "swapped_values": amounts.swapped_values,
    "negation": stance.negation,
    "double_negation": stance.double_negation,
    "polarity": stance.polarity,
    "strength": stance.strength,
    "certainty": stance.certainty,
    "contraindication_caution": stance.contraindication_caution,
    "drug": entities.drug,
    "disease": entities.disease,
    "drug_class": entities.drug_class,
    "first_second_line": entities.first_second_line,
    "population": entities.population,
    "timing": wording.timing,
    "direction": wording.direction,
    "laterality": wording.laterality,
    "scope": wording.scope,
    "condition_dropped": clauses.condition_dropped,
    "condition_added": clauses.condition_added,
    "role_swap": clauses.role_swap,
    "causal_overclaim": wording.causal_overclaim,
    "edition_year": wording.edition_year,
    "fabricated_tail": clauses.fabricated_tail,
}
#: Ways to say the same. Merging sentences and passages, and citing a wrong passage, take two of them.
REWRITES: Mapping[str, Change] = {
    "verbatim": rewrites.verbatim,
    "light_edit": rewrites.light_edit,
    "compression": rewrites.compression,
    "synonym": rewrites.synonym,
    "abbreviation": rewrites.abbreviation,
    "polite_form": rewrites.polite_form,
    "reorder": rewrites.reorder,
    "unit_conversion": rewrites.unit_conversion,
}
KINDS: Mapping[str, Label] = {
    **dict.fromkeys((*REWRITES, "merge", "two_passages", "table_row"), "supported"),
    **dict.fromkeys((*CHANGES, "wrong_passage"), "unsupported"),
}
_MOST = 220
# A sentence that needs its neighbours (妊婦には投与しない) would take its object from another one.
_STANDS_ALONE = re.compile(r"[^、，]{3,40}?(?:では|には|は|に対し)[^。]*[をが]")
_LEANS = re.compile(
    r"除く|対象(?:外|としない)|をいう|(?:患者|女性|例|場合|者)(?:に|で)?は、?[^をが]*$|^(?:例外|注意|赤|黄|緑)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedClaim:
    """A claim with the passages it cites.

    Attributes:
        source: The statement it was made from ("" where it was made from two).
        document_id: The document that the claim comes from.
    """

    claim: str
    passages: tuple[EvidenceText, ...]
    label: Label
    kind: str
    document_id: str
    source: str

    def to_dict(self) -> dict[str, Any]:
        """A line of the files that `medrag eval attribution` reads."""
        return {
            "claim": self.claim,
            "passages": [{"id": passage.id, "text": passage.text} for passage in self.passages],
            "label": self.label,
            "kind": self.kind,
            "document_id": self.document_id,
            "source": self.source,
        }


def generate(entries: Iterable[Ingested], *, seed: int, per_kind: int) -> Iterator[GeneratedClaim]:
    """Labelled claims from documents, at most `per_kind` of a kind from each.

    The same documents and seed give the same claims. What is made of one document does not depend on
    the others, except for wrong passages, which are theirs. English documents make none.
    """
    documents = [entry for entry in entries if entry.document.language == "ja"]
    stated = {entry.document.id: statements(entry) for entry in documents}
    for entry in documents:
        document_id = entry.document.id
        found = stated[document_id]
        for kind, label in KINDS.items():
            random = Random(f"{seed}/{document_id}/{kind}")  # noqa: S311 (a sample, not a secret)
            if kind == "wrong_passage":
                others = [
                    placed
                    for other, its in stated.items()
                    if other != document_id
                    for placed in its
                ]
                made = list(_misattributed(found, others, random))
            elif kind == "two_passages":
                made = list(_from_two(found, random))
            else:
                made = list(_merged(found) if kind == "merge" else _changed(found, kind, label))
            random.shuffle(made)
            yield from _spread(made, per_kind)


def split_of(entry: Ingested, supersedes: Mapping[str, str]) -> Split:
    """The split of a document, by its id alone; editions of one guideline stay together.

    Args:
        supersedes: From the id of a document to that of the edition that it replaces.
    """
    root = entry.document.id
    seen = {root}
    while (older := supersedes.get(root)) and older not in seen:
        seen.add(older)
        root = older
    return "dev" if hashlib.sha256(root.encode()).digest()[0] % 2 else "test"


def _graded(placed: Placed) -> Statement | None:
    """A recommendation with its strength and certainty in brackets, as an answer writes it."""
    statement = placed.statement
    if not (statement.strength and statement.directive and statement.text.endswith("する。")):
        return None
    # 強く推奨する（推奨の強さ：弱い） would contradict itself.
    advises = re.search(r"(?:推奨|提案)する。$|勧める。$", statement.text)
    if not advises or re.search(r"[強弱]く", statement.text):
        return None
    grade = f"推奨の強さ：{statement.strength}"
    if statement.certainty:
        grade += f"、エビデンスの確実性：{statement.certainty}"
    return Statement(
        text=f"{statement.text[:-1]}（{grade}）。",
        context=statement.context,
        strength=statement.strength,
        certainty=statement.certainty,
        strengths=statement.strengths,
        certainties=statement.certainties,
        complete=statement.complete,
        directive=True,
    )


def _changed(found: Sequence[Placed], kind: str, label: Label) -> Iterator[GeneratedClaim]:
    as_it_stands = kind in ("verbatim", "table_row")
    change = CHANGES.get(kind) or REWRITES.get(kind, rewrites.verbatim)
    for placed in found:
        statement = placed.statement
        if kind in ("strength", "certainty"):
            statement = _graded(placed) or statement
        if label == "supported" and not statement.complete:
            continue
        if as_it_stands and placed.tabular != (kind == "table_row"):
            continue
        ready = (variant for variant in placed.variants if variant.kind == kind)
        for variant in itertools.chain(ready, change(statement)):
            if _differs(statement, variant, label):
                yield _claim(variant.text, (placed,), label, kind, statement.text)


def _differs(statement: Statement, variant: Variant, label: Label) -> bool:
    """Whether an altered claim says something that the passage does not say elsewhere."""
    if label == "supported":
        return True
    altered = squeeze(variant.text)
    return altered != squeeze(statement.text) and altered not in squeeze(statement.context)


def _merged(found: Sequence[Placed]) -> Iterator[GeneratedClaim]:
    for one, other in itertools.pairwise(found):
        adjacent = one.passage is other.passage and 0 <= one.position == other.position - 1
        labelled = "：" in one.statement.text + other.statement.text
        if adjacent and one.statement.complete and other.statement.complete and not labelled:
            text = merged(one.statement.text, other.statement.text)
            if text is not None and len(text) <= _MOST:
                yield _claim(text, (one,), "supported", "merge", "")
    for placed in found:
        graded = _graded(placed)
        if graded is not None and placed.statement.complete:
            yield _claim(graded.text, (placed,), "supported", "merge", "")


def _from_two(found: Sequence[Placed], random: Random) -> Iterator[GeneratedClaim]:
    whole = [
        placed
        for placed in found
        if placed.statement.complete
        and not placed.tabular
        and "：" not in placed.statement.text
        and _STANDS_ALONE.match(placed.statement.text)
        and not _LEANS.search(placed.statement.text)
        and _names_its_topic(placed.statement.text)
    ]
    for one in whole:
        near = [
            other
            for other in whole
            if other.passage.id != one.passage.id
            and other.passage.section[:1] == one.passage.section[:1]
            and other.statement.text not in one.passage.text
        ]
        if near:
            other = random.choice(near)
            text = merged(one.statement.text, f"また、{other.statement.text}", again=True)
            if text is not None and len(text) <= _MOST:
                yield _claim(text, (one, other), "supported", "two_passages", "")


def _names_its_topic(sentence: str) -> bool:
    """Whether a disease, a drug or a person stands before its first は: 入院期間は has lost its own."""
    topic = re.match(r"[^は]*", sentence)
    named = frozenset(("conditions", "drug_classes", "drugs", "populations", "procedures"))
    return topic is not None and any(term.sources & named for term in terms(topic[0]))


def _misattributed(
    found: Sequence[Placed], others: Sequence[Placed], random: Random
) -> Iterator[GeneratedClaim]:
    """True statements that cite a passage about something else."""
    for placed in found:
        if placed.tabular:
            continue
        said = set(words(placed.statement.text))
        for other in random.sample(others, min(8, len(others))):
            shared = len(said & set(words(other.passage.text))) / max(1, len(said))
            if shared < 0.5 and not other.statement.says(placed.statement.text):
                claim = _claim(placed.statement.text, (other,), "unsupported", "wrong_passage", "")
                yield claim
                break


def _claim(
    text: str, placed: Sequence[Placed], label: Label, kind: str, source: str
) -> GeneratedClaim:
    return GeneratedClaim(
        claim=text,
        passages=tuple(one.evidence for one in placed),
        label=label,
        kind=kind,
        document_id=placed[0].passage.document_id,
        source=source,
    )


def _spread(made: Sequence[GeneratedClaim], most: int) -> Iterator[GeneratedClaim]:
    """At most `most` of them, from as many statements as there are."""
    first: dict[str, GeneratedClaim] = {}
    later = []
    for claim in made:
        if claim.source and claim.source in first:
            later.append(claim)
        else:
            first[claim.source or claim.claim] = claim
    yield from [*first.values(), *later][:most]
