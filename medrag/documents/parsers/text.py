"""Plain text in any Japanese encoding: the decoded file is the document's text.

Frames drawn with line characters are left out, as a page's rules are: they would stand inside
sentences and hide the labels (│■ 推奨). A frame with columns becomes a table of rows with tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from medrag.documents.parsers import Options, Parsed, encodings
from medrag.errors import EmptyDocument, Notice, UndecodableText

_CONTROL_SHARE = 0.05
_FRAME_RULE = re.compile(
    r"[ \t　]*[┌├└╔╠╚╭╰┏┣┗┬┼┴─━═┐┤┘╗╣╝╮╯┓┫┛╦╬╩┳╋┻+][─━═┬┼┴┳╋┻╦╬╩┐┤┘╗╣╝╮╯┓┫┛\-]{3,}[ \t　]*"
)
_FRAME_SIDE = re.compile(r"[ \t　]*[│┃║](.*)[│┃║][ \t　]*")
_FRAME_BAR = re.compile(r"[ \t　]*[│┃║][ \t　]*")


def parse(data: bytes, *, where: str, options: Options) -> Iterator[Parsed]:
    """One document whose text is the file.

    Raises:
        EmptyDocument: Nothing but white space.
        UndecodableText: No encoding reads it.
    """
    reading = read(data, where=where, options=options)
    yield Parsed(text=_unframed(reading.text), metadata=noted(reading), notices=doubts(reading))


def read(data: bytes, *, where: str, options: Options) -> encodings.Reading:
    """Decode, and refuse what holds no text."""
    reading = encodings.decode(data, where=where, encoding=options.encoding)
    if not reading.text.strip():
        raise EmptyDocument(
            "the file holds no text", where=where, hint="remove it, or export it again"
        )
    controls = sum(
        1 for character in reading.text[:20_000] if character < " " and character not in "\t\n\f"
    )
    if controls > _CONTROL_SHARE * min(len(reading.text), 20_000):
        raise UndecodableText(
            "the file is not text: too many control characters",
            where=where,
            hint="give the original document, not a binary file with a text suffix",
        )
    return reading


def noted(reading: encodings.Reading) -> dict[str, str]:
    """What is kept about the encoding, when it was not plain UTF-8."""
    return {} if reading.encoding == "utf-8" else {"encoding": reading.encoding}


def doubts(reading: encodings.Reading) -> tuple[Notice, ...]:
    """A notice when the encoding was guessed and is not certain."""
    if reading.confidence >= encodings.SURE:
        return ()
    return (
        Notice(
            code="encoding_uncertain",
            message=(
                f"read as {reading.encoding} with confidence {reading.confidence:.2f}; "
                "name the encoding if the text looks wrong"
            ),
        ),
    )


def _unframed(text: str) -> str:
    """A text without the frames that are drawn in it."""
    if not any(side in text for side in "│┃║"):
        return text
    lines: list[str] = []
    for line in text.split("\n"):
        if side := _FRAME_SIDE.fullmatch(line):
            inner = side[1].rstrip(" \t　")
            lines.append("\t".join(_FRAME_BAR.split(inner)) if _FRAME_BAR.search(inner) else inner)
        elif not _FRAME_RULE.fullmatch(line):
            lines.append(line)
    return "\n".join(lines)
