"""What could not be read of files that could be read in part, so that an update still says it.

A generation keeps it beside the documents: a file that has not changed is not read again, and its
bad lines or members are no better than they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from medrag.documents.files import Failure
from medrag.documents.parsers import wire
from medrag.index import records
from medrag.index.storage import read_record

NAME = "unread.jsonl"


def write(directory: Path, failures: Iterable[Failure]) -> None:
    """Write what failed of files that bear a fingerprint, by file and in the order of the file."""
    kept = (failure for failure in failures if failure.fingerprint)
    lines = (records.dumps(_record(f)) for f in sorted(kept, key=lambda f: f.fingerprint))
    (directory / NAME).write_bytes(b"".join(lines))


def read(directory: Path) -> dict[str, list[dict[str, Any]]]:
    """What `write` wrote, by fingerprint."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in (directory / NAME).read_bytes().splitlines():
        record = read_record(line)
        found.setdefault(record["fingerprint"], []).append(record)
    return found


def failures(unread: Sequence[Mapping[str, Any]], path: str, fingerprint: str) -> list[Failure]:
    """The failures of a file that the user calls by this path."""
    found = []
    for record in unread:
        value = {"hint": None, "message": "", **record, "where": path + record.get("where", "")}
        part = record.get("part", "")
        error = wire.error_from(value, path)
        found.append(Failure(path=path + part, error=error, part=part, fingerprint=fingerprint))
    return found


def _record(failure: Failure) -> dict[str, Any]:
    """A failure as JSON values; where the corpus lies is no content of an index."""
    error = wire.error_of(failure.error)
    file = failure.path.removesuffix(failure.part)
    where = (failure.error.where or "").removeprefix(file)
    return {**error, "where": where, "fingerprint": failure.fingerprint, "part": failure.part}
