"""Ids of documents: unique, the same each time, safe in a URL and in a file name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from medrag.documents import parsers
from medrag.errors import ParseError

_MADE_BYTES = 120
_GIVEN_BYTES = 200
_RESERVED = re.compile(r"[/\\%#?]|^\.+$")  # in a URL, a path, or a passage's id
_UNSAFE = re.compile(r"[^\w.\-]+")


class Identifiers:
    """Ids that are unique, stable and safe in a URL and a file name.

    Of two documents that want one id the first keeps it, however they came to be read: one that is
    carried over from an earlier reading gives way to a new one that stands before it.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._kept: dict[str, int] = {}
        #: Positions of files that must be read again, because a document before them has their id.
        self.displaced: set[int] = set()

    def reserve(self, position: int, names: Iterable[str]) -> None:
        """Ids that the documents of the file at a position bore before."""
        self._kept.update(dict.fromkeys(names, position))

    def confirm(self, names: Iterable[str]) -> None:
        """These documents go on bearing their ids."""
        self._taken.update(names)

    def given(self, name: str, where: str) -> str:
        """An id that the manifest or the file states.

        Raises:
            ParseError: It is empty, not printable, or longer than 200 bytes.
        """
        usable = name.strip() and name.isprintable() and not _RESERVED.search(name)
        if not usable or len(name.encode("utf-8", "replace")) > _GIVEN_BYTES:
            raise ParseError(
                f"the id {name[:40]!r} cannot be used: printable, at most 200 bytes, none of / \\ % # ?",
                where=where,
                hint="correct the id",
            )
        return name

    def made(self, source: str, member: str | None) -> str:
        """An id from the file's name, relative to the corpus."""
        path = PurePosixPath(source)
        stem = str(path.with_suffix("")) if path.suffix.lower() in parsers.FORMATS else str(path)
        slug = _UNSAFE.sub("-", unicodedata.normalize("NFKC", stem)).strip("-.") or "document"
        if member is not None:
            slug += "-" + (
                _UNSAFE.sub("-", unicodedata.normalize("NFKC", member)).strip("-.") or "part"
            )
        if len(slug.encode("utf-8", "replace")) > _MADE_BYTES:
            digest = hashlib.sha256(slug.encode("utf-8", "replace")).hexdigest()[:10]
            slug = slug.encode("utf-8", "replace")[: _MADE_BYTES - 11].decode("utf-8", "ignore")
            slug += "-" + digest
        return slug

    def unique(self, wanted: str, source: str) -> str:
        """The id that a document gets which wants this one."""
        if self._free(wanted):
            return self._take(wanted)
        suffix = PurePosixPath(source).suffix.lower().lstrip(".")
        if suffix and self._free(f"{wanted}-{suffix}"):
            return self._take(f"{wanted}-{suffix}")
        count = 2
        while not self._free(f"{wanted}-{count}"):
            count += 1
        return self._take(f"{wanted}-{count}")

    def _free(self, name: str) -> bool:
        return name not in self._taken

    def _take(self, name: str) -> str:
        self._taken.add(name)
        if (position := self._kept.get(name)) is not None:
            self.displaced.add(position)
        return name
