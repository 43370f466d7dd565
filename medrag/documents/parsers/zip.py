"""A ZIP file of documents: each file in it that a parser reads becomes a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from medrag.documents import parsers
from medrag.documents.parsers import Options, Parsed, Unparsed, archives
from medrag.errors import EmptyDocument, MedragError, UnsupportedFormat


def parse(data: bytes, *, where: str, options: Options) -> Iterator[Parsed | Unparsed]:
    """The documents in a ZIP file, in the order of their names.

    Raises:
        DamagedDocument, EncryptedDocument, LimitExceeded: The file as a whole.
        EmptyDocument: It holds no file.
    """
    found = sorted(archives.parts(data, where=where))
    if not found:
        raise EmptyDocument("the ZIP file holds no file", where=where, hint="remove it")
    for name, content in found:
        if name.rsplit("/", 1)[-1].startswith((".", "__")) or name.startswith("__MACOSX/"):
            continue
        inside = f"{where}/{name}"
        try:
            if name.lower().endswith(".zip"):
                raise UnsupportedFormat(
                    "a ZIP file inside a ZIP file", where=inside, hint="unpack it first"
                )
            for part in parsers.parse(content, where=inside, options=options):
                member = name if part.member is None else f"{name}:{part.member}"
                yield replace(part, member=member)
        except MedragError as error:
            yield Unparsed(member=name, error=error)
