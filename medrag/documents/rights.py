"""What of a document may be shown: stated in corpus.toml, or in the file itself."""

from __future__ import annotations

import re
from collections.abc import Mapping

from medrag.documents.manifest import Entry
from medrag.errors import ParseError
from medrag.japanese.sentences import split

_WORDS = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}


# A number with what it is counted in: half of it is another dose.
_QUANTITY = re.compile(
    r"[0-9０-９](?:[0-9０-９.,．，/／〜～~:：×^+\-－–]|\s?[0-9A-Za-zµμ%％℃°])*[ 　]?[日回週月年歳時分秒錠例人倍㎜㎎㎏]?"
    r"|[A-Za-z]+"
)


def quotable(text: str, limit: int | None) -> str:
    """The beginning of a text that may be shown: at most `limit` characters.

    It ends with the last sentence that fits, since 「投与し」 may go on in 「ない」; where not even the
    first does, before the quantity or Latin word that the limit would cut.
    """
    if limit is None or len(text) <= limit:
        return text
    if whole := [sentence.end for sentence in split(text) if sentence.end <= limit]:
        return text[: whole[-1]]
    for found in _QUANTITY.finditer(text):
        if found.start() < limit < found.end():
            return text[: found.start()]
    return text[:limit]


def of(entry: Entry | None, metadata: Mapping[str, str], where: str) -> dict[str, str]:
    """The display rights of a document, as its metadata hold them; corpus.toml counts first.

    Raises:
        ParseError: The file states a right that makes no sense: then none can be granted.
    """
    found: dict[str, str] = {}
    limit, redistribute = metadata.get("quote_limit"), metadata.get("redistribute")
    if entry is not None and entry.quote_limit is not None:
        limit = str(entry.quote_limit)
    if entry is not None and entry.redistribute is not None:
        redistribute = str(entry.redistribute)
    if limit is not None:
        if not (limit.isascii() and limit.isdecimal()):
            raise ParseError(
                f"quote_limit {limit[:40]!r} is no number of characters",
                where=where,
                hint="write a whole number, 0 or more",
            )
        found["quote_limit"] = limit
    if redistribute is not None:
        if redistribute.lower() not in _WORDS:
            raise ParseError(
                f"redistribute {redistribute[:40]!r} is neither true nor false",
                where=where,
                hint="write true or false",
            )
        found["redistribute"] = _WORDS[redistribute.lower()]
    return found
