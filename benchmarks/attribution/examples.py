"""The development claims as what the decision sees of them, remembered under build/.

Reading and aligning some thousands of claims takes minutes and a fit takes seconds, so each set is
kept under a digest of its claims and of the code that reads them: a change in either computes it
anew, a change in the decision alone does not.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sets import HERE, ROOT, SETS, STYLES, Line

from medrag.attribution import differences
from medrag.attribution.checker import Checker
from medrag.attribution.decision import placed
from medrag.attribution.features import features
from medrag.evaluation import attribution
from medrag.evaluation.attribution import LabelledClaim

CACHE = ROOT / "build" / "attribution"
_CODE = ROOT / "medrag"
_READS = (_CODE / "attribution", _CODE / "japanese", Path(__file__))
# They decide on features, and compute none.
_DECIDES = frozenset(("decision.py", "report.py", "verdicts.py", "repair.py", "weights.json"))
_GENERATES = (
    *(_CODE / "documents", _CODE / "japanese", _CODE / "evaluation" / "interventions"),
    *(STYLES / "dev", ROOT / "corpora" / "sample", HERE / "sets.py"),
)


class Row(NamedTuple):
    """A statement of a claim: its features, and what stands beside them.

    Attributes:
        met: Whether any sentence of the passages speaks of it.
        firm: Whether a finding is firm.
        placed: How sure the same place says otherwise (`decision.placed`).
    """

    values: tuple[float, ...]
    met: bool
    firm: bool
    placed: float


class Example(NamedTuple):
    """A labelled claim, and each of its statements that is no quotation."""

    source: str
    passage: str
    kind: str
    supported: bool
    rows: tuple[Row, ...]


def examples(names: Iterable[str]) -> Iterator[Example]:
    """The claims of these sets, in order.

    Raises:
        sets.Absent: One of them is not here.
    """
    for name in names:
        lines = _lines(name)
        key = f"{name}-{_digest(_READS, json.dumps(lines))}"
        for number, rows in enumerate(_remembered(key, partial(_all_rows, lines))):
            item = attribution.parse(lines[number])
            first = item.passages[0].text if item.passages else ""
            yield Example(
                source=name,
                passage=hashlib.sha256(first.encode()).hexdigest(),
                kind=item.kind,
                supported=item.supported,
                rows=tuple(Row(tuple(values), *beside) for values, *beside in rows),
            )


def _lines(name: str) -> list[Line]:
    if name == "generated-dev":
        return _remembered(f"{name}-lines-{_digest(_GENERATES)}", SETS[name])
    return SETS[name]()


def _all_rows(lines: Sequence[Line]) -> list[list[Row]]:
    checker = Checker()
    return [list(_rows(attribution.parse(line), checker)) for line in lines]


def _rows(item: LabelledClaim, checker: Checker) -> Iterator[Row]:
    for alignment in checker.alignments(item.claim, item.passages):
        findings = tuple(differences.find(alignment))
        yield Row(
            values=features(alignment, findings),
            met=bool(alignment.chosen),
            firm=any(finding.firm for finding in findings),
            placed=placed(findings),
        )


def _remembered(key: str, compute: Callable[[], list[Any]]) -> list[Any]:
    path = CACHE / f"{key}.json"
    if not path.is_file():
        found = compute()
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            json.dump(found, file)
        Path(file.name).replace(path)  # whole or not at all: another fit may be reading
    return json.loads(path.read_text("utf-8"))


def _digest(places: Iterable[Path], more: str = "") -> str:
    found = hashlib.sha256(more.encode())
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and path.suffix != ".pyc" and path.name not in _DECIDES:
                found.update(str(path.relative_to(ROOT)).encode())
                found.update(path.read_bytes())
    return found.hexdigest()[:16]
