"""langchain-text-splitters as the packer of sentences into passages.

Its own splitting cuts Japanese numbers and brackets, so it is given one sentence a line and asked
only how many lines go together. Measured against it: offsets found again in the text are wrong in
some passages, so the caller keeps its own spans.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from langchain_text_splitters import CharacterTextSplitter


@lru_cache(maxsize=8)
def _splitter(most: int, length: Callable[[str], int]) -> CharacterTextSplitter:
    return CharacterTextSplitter(
        separator="\n",
        chunk_size=most,
        chunk_overlap=0,
        length_function=length,
        keep_separator=False,
        strip_whitespace=False,
    )


def pack(pieces: Sequence[str], *, most: int, length: Callable[[str], int]) -> list[int]:
    """How many of the pieces, in order, go into each group.

    Args:
        pieces: Units that stay whole, none empty.
        most: Longest group, by `length`; a single longer piece is a group of its own.
        length: Measures a text, in the unit of `most`; rounding would add up over the pieces.
    """
    splitter = _splitter(most, length)
    counts: list[int] = []
    run: list[str] = []

    def flush() -> None:
        if run:
            counts.extend(chunk.count("\n") + 1 for chunk in splitter.split_text("\n".join(run)))
            run.clear()

    for piece in pieces:
        line = piece.replace("\n", " ")
        if length(line) > most:  # the splitter would only complain about it
            flush()
            counts.append(1)
        else:
            run.append(line)
    flush()
    return counts
