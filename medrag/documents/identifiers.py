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
    """Ids that are unique, stable and safe in a URL and a file name."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def reserve(self, names: Iterable[str]) -> None:
        """Ids that documents read before go on bearing."""
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
        return self._unique(name)

    def made(self, source: str, member: str | None) -> str:
        """An id from the file's name, relative to the corpus."""
        path = PurePosixPath(source)
        stem = str(path.with_suffix("")) if path.suffix.lower() in parsers.FORMATS else str(path)
        slug = _UNSAFE.sub("-", unicodedata.normalize("NFKC", stem)).strip("-.") or "document"
        if member is not None:
            slug += "-" + (
                _UNSAFE.sub("-", unicodedata.normalize("NFKC", member)).strip("-.") or "part"
            )
        if len(slug.encode()) > _MADE_BYTES:
            digest = hashlib.sha256(slug.encode()).hexdigest()[:10]
            slug = slug.encode()[: _MADE_BYTES - 11].decode("utf-8", "ignore") + "-" + digest
        if slug in self._taken:
            slug = f"{slug}-{path.suffix.lower().lstrip('.')}" if path.suffix else slug
        return self._unique(slug)

    def _unique(self, name: str) -> str:
        chosen, count = name, 1
        while chosen in self._taken:
            count += 1
            chosen = f"{name}-{count}"
        self._taken.add(chosen)
        return chosen
