"""JSON Lines: one document a line, `{"_id"|"id", "title", "text", …metadata}`, as in BEIR."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from medrag.documents.parsers import Options, Parsed, Unparsed, encodings
from medrag.errors import DamagedDocument, EmptyDocument

_SURROGATE = re.compile("[\ud800-\udfff]")
_FIELDS = frozenset(
    ("title", "society", "edition", "published", "language", "licence", "supersedes", "url")
)


def parse(data: bytes, *, where: str, options: Options) -> Iterator[Parsed | Unparsed]:
    """One document a line; a bad line is an Unparsed and the rest goes on.

    Raises:
        EmptyDocument: There is no line at all.
        UndecodableText: No encoding reads it.
    """
    source = encodings.decode(data, where=where, encoding=options.encoding).text
    if not source.strip():
        raise EmptyDocument(
            "the file holds no line", where=where, hint="remove it, or export it again"
        )
    for number, line in enumerate(source.split("\n"), start=1):
        if line and not line.isspace():
            yield _document(line, number, where)


def _document(line: str, number: int, where: str) -> Parsed | Unparsed:
    place = f"{where}:{number}"
    member = str(number)
    hint = 'write {"_id": "…", "title": "…", "text": "…"} on one line'
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Unparsed(
            member=member, error=DamagedDocument(f"not JSON: {error}", where=place, hint=hint)
        )
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        return Unparsed(
            member=member,
            error=DamagedDocument('no object with a string "text"', where=place, hint=hint),
        )
    text = record["text"]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text or text.isspace():
        return Unparsed(
            member=member, error=EmptyDocument('"text" is empty', where=place, hint=hint)
        )
    if _SURROGATE.search(text):
        return Unparsed(
            member=member,
            error=DamagedDocument("half a surrogate pair in the text", where=place, hint=hint),
        )
    fields: dict[str, str] = {}
    metadata: dict[str, str] = {}
    for key, value in record.items():
        if key == "text" or value is None:
            continue
        written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if key in ("_id", "id"):
            if isinstance(value, bool | float | list | dict):
                problem = DamagedDocument(f"{key!r} is no text", where=place, hint=hint)
                return Unparsed(member=member, error=problem)
            fields.setdefault("id", written)
        elif key in _FIELDS:
            fields[key] = written
        else:
            metadata[key] = written
    return Parsed(text=text, fields=fields, metadata=metadata, member=member)
