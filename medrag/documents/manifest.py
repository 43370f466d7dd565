"""corpus.toml: which files a corpus holds, and what is known about each.

It lists exactly what is ingested; what it does not say about a document is read from the document.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from medrag.errors import CorpusError

NAME = "corpus.toml"
_TEXTS = (
    "path", "id", "title", "society", "edition", "language", "licence", "supersedes", "url", "encoding",
)  # fmt: skip
KEYS = (*_TEXTS, "published", "quote_limit", "redistribute")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One [[document]] of a corpus.toml.

    Attributes:
        path: Of the file, relative to the manifest's directory.
        supersedes: Id of the edition that it replaces; "" where it replaces none, whatever its title.
        encoding: Codec of a text file, when it cannot be detected.
        quote_limit: Most characters of this document that may be shown at once; None for no limit.
        redistribute: Whether its text may be passed on whole; None when nothing is said.
    """

    path: str
    id: str | None = None
    title: str | None = None
    society: str | None = None
    edition: str | None = None
    published: date | None = None
    language: str | None = None
    licence: str | None = None
    supersedes: str | None = None
    url: str | None = None
    encoding: str | None = None
    quote_limit: int | None = None
    redistribute: bool | None = None


def read(path: Path) -> tuple[Entry, ...]:
    """The entries of a manifest, in order.

    Raises:
        CorpusError: It is not TOML, has an unknown key, a wrong value, or lists a file twice.
    """
    where = str(path)
    try:
        with path.open("rb") as file:
            data = tomllib.load(file)
    except OSError as error:
        raise CorpusError(f"not readable: {error.strerror}", where=where) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(
            f"not TOML: {error}", where=where, hint="write one [[document]] a file"
        ) from error
    if unknown := sorted(set(data) - {"document"}):
        raise CorpusError(
            f"unknown key {unknown[0]!r}",
            where=where,
            hint="the only table is [[document]], one a file",
        )
    documents = data.get("document")
    if not isinstance(documents, list) or not documents:
        raise CorpusError(
            "no [[document]] in it",
            where=where,
            hint="write one [[document]] a file, with its path",
        )
    entries = tuple(_entry(item, number, where) for number, item in enumerate(documents, start=1))
    for key in ("path", "id"):
        seen: set[str] = set()
        for entry in entries:
            value = getattr(entry, key)
            if value is not None and value in seen:
                raise CorpusError(
                    f"{key} {value!r} is listed twice",
                    where=where,
                    hint=f"give each document its own {key}",
                )
            seen.add(value)
    _refuse_cycles(entries, where)
    return entries


def _refuse_cycles(entries: tuple[Entry, ...], where: str) -> None:
    """An edition cannot come to replace itself, directly or by way of others."""
    replaced = {entry.id: entry.supersedes for entry in entries if entry.id and entry.supersedes}
    for first in replaced:
        seen = {first}
        following = replaced.get(first)
        while following is not None and following not in seen:
            seen.add(following)
            following = replaced.get(following)
        if following is not None:
            raise CorpusError(
                f"supersedes of {first!r} leads back to {following!r}",
                where=where,
                hint="let each edition supersede an older one",
            )


def _entry(item: object, number: int, where: str) -> Entry:
    place = f"[[document]] number {number}"
    if not isinstance(item, dict):
        raise CorpusError(
            f"{place} is not a table", where=where, hint="write [[document]] with double brackets"
        )
    if unknown := sorted(set(item) - set(KEYS)):
        raise CorpusError(
            f"{place} has the unknown key {unknown[0]!r}",
            where=where,
            hint=f"valid keys: {', '.join(KEYS)}",
        )
    for key in _TEXTS:
        if key in item and not _usable(key, item[key]):
            raise CorpusError(f"{place}: {key} must be a text that is not empty", where=where)
    if "path" not in item:
        raise CorpusError(
            f"{place} has no path", where=where, hint="name the file, relative to this manifest"
        )
    path = item["path"].replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or "\x00" in path:
        raise CorpusError(
            f"{place}: path {item['path']!r} leaves the corpus",
            where=where,
            hint="list files below the manifest",
        )
    published = item.get("published")
    if isinstance(published, str):
        try:
            published = date.fromisoformat(published)
        except ValueError as error:
            raise CorpusError(
                f"{place}: published {published!r} is not a date",
                where=where,
                hint="write it as 2025-08-29",
            ) from error
    if published is not None and type(published) is not date:
        raise CorpusError(
            f"{place}: published is not a date", where=where, hint="write it as 2025-08-29"
        )
    limit = item.get("quote_limit")
    if limit is not None and (type(limit) is not int or limit < 0):
        raise CorpusError(
            f"{place}: quote_limit must be a number of characters, 0 or more", where=where
        )
    redistribute = item.get("redistribute")
    if redistribute is not None and not isinstance(redistribute, bool):
        raise CorpusError(f"{place}: redistribute must be true or false", where=where)
    return Entry(
        **{key: item[key].strip() for key in _TEXTS if key in item and key != "path"},
        path=path,
        published=published,
        quote_limit=limit,
        redistribute=redistribute,
    )


def _usable(key: str, value: object) -> bool:
    """Whether a value can stand; an edition may be said to supersede nothing."""
    return isinstance(value, str) and (bool(value.strip()) or (key == "supersedes" and not value))
