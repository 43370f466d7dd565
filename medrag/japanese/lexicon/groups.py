"""What a lexicon file holds: one group of words a line, and how they are related.

A file is UTF-8 text with tab-separated columns `relation`, `head`, `forms` (separated by `|`) and,
optionally, `ambiguous` or `cased`; lines that start with `#` are remarks. The relations differ in
what a reader may conclude, which is why they are kept apart:

========= =====================================================================================
same      interchangeable in any clinical sentence: full form, abbreviation, English name
spelling  one word written differently
character a part of a word written differently wherever it occurs (癌 and がん)
brand     head is the generic name, forms are brand names and the English generic name
unit      one unit of measure; a mention only after a number
lay       head is the clinical term, forms are what people say: to find by, hardly to prove by
member    head is a class, forms are its members or classes within it: never interchangeable
antonym   head says the opposite of each form
========= =====================================================================================

In an ambiguous group (MS: 多発性硬化症, 僧帽弁狭窄症) it is the forms that have other meanings, not
the head; they count only where a user of the lexicon asks for them. In a cased group the forms are
words only as they are written: EGFR is a receptor, and eGFR is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from medrag.errors import LexiconError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Relation = Literal["same", "spelling", "character", "brand", "unit", "lay", "member", "antonym"]

# Groups of these relations name one thing and merge when they share a word.
MERGING: Final[frozenset[Relation]] = frozenset({"same", "spelling", "brand", "unit"})

_RELATIONS: Final = frozenset(get_args(Relation))
_MARKS: Final = ("ambiguous", "cased")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One line of a lexicon file.

    Attributes:
        relation: How the forms stand to the head.
        head: The term that the others are explained by.
        forms: The other words, at least one, as the file writes them.
        ambiguous: Whether the forms (not the head) also mean something else.
        cased: Whether the forms are only meant in the case in which they are written.
        source: The file's name without its ending.
    """

    relation: Relation
    head: str
    forms: tuple[str, ...]
    ambiguous: bool = False
    cased: bool = False
    source: str


def read_groups(path: Path) -> Iterator[Group]:
    """The groups of one file, in its order.

    Raises:
        LexiconError: The file cannot be read as UTF-8, or a line is malformed; `where` is
            `file:line`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(
            f"not a readable UTF-8 file: {error}",
            where=str(path),
            hint="name a tab-separated UTF-8 text file",
        ) from error
    source = path.name.removesuffix(".tsv")
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if line and line[0] != "#":
            columns = line.split("\t")
            if fault := _fault(columns):
                raise LexiconError(
                    fault,
                    where=f"{path}:{number}",
                    hint="write relation, head and forms, with tabs between and | between forms",
                )
            yield Group(
                relation=cast("Relation", columns[0]),
                head=columns[1],
                forms=tuple(columns[2].split("|")),
                ambiguous=columns[3:] == ["ambiguous"],
                cased=columns[3:] == ["cased"],
                source=source,
            )


def _fault(columns: list[str]) -> str | None:
    if not 3 <= len(columns) <= 4:
        return f"{len(columns)} columns instead of 3 or 4"
    relation, head, forms = columns[:3]
    if relation not in _RELATIONS:
        return f"unknown relation {relation!r} (one of {', '.join(get_args(Relation))})"
    if head != head.strip() or not head:
        return "the head is empty or has spaces around it"
    if forms != forms.strip("| \u3000") or not forms or "||" in forms:
        return "a form is empty or has spaces around it"
    if " |" in forms or "| " in forms:
        return "a form has spaces around it"
    if len(columns) == 4 and columns[3] not in _MARKS:
        return f"the fourth column is {columns[3]!r} instead of {' or '.join(_MARKS)}"
    return None
