"""What the service takes: what it does not know is refused, never ignored."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

# Lengths in characters. How long a question may be is a setting (question_limit).
PASSAGES = 200
PASSAGE_LENGTH = 20_000
TEXT_LENGTH = 20_000
#: Of an id, in UTF-8; ids of documents have at most 200, those of passages a digest more.
IDENTIFIER_BYTES = 240

_DEVICES = {"con", "prn", "aux", "nul"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(10)
}


def identifier(value: str) -> str:
    """An id as it may stand in a path.

    Raises:
        ValueError: It is too long, not printable, or would be something else as a file's name.
    """
    if len(value.encode("utf-8", "replace")) > IDENTIFIER_BYTES:
        raise ValueError(f"an id has at most {IDENTIFIER_BYTES} bytes")
    if not value.strip() or not value.isprintable():
        raise ValueError("an id is printable and not empty")
    parts = unicodedata.normalize("NFKC", value).replace("\\", "/").casefold().split("/")
    if any(part in {"", ".", ".."} or part.partition(".")[0] in _DEVICES for part in parts):
        raise ValueError("an id is not a path")
    return value


Identifier = Annotated[str, Path(), AfterValidator(identifier)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Question(_Request):
    """A question, and which passages may answer it."""

    question: str = Field(examples=["75歳以上の高血圧患者の降圧目標は?"])
    k: int | None = Field(None, ge=1, le=200, strict=True, description="Passages to retrieve.")
    filters: dict[str, Annotated[str, Field(max_length=200)]] | None = Field(
        None,
        max_length=16,
        description="Exact values by field: society, document, kind, edition, year, language.",
    )
    as_of: str | None = Field(
        None,
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        description="Only editions published by that day count.",
        examples=["2026-11-01"],
    )


class Evidence(_Request):
    """A passage to verify against."""

    id: str = Field(min_length=1, max_length=IDENTIFIER_BYTES, coerce_numbers_to_str=True)
    text: str = Field(max_length=PASSAGE_LENGTH)


class Verification(_Request):
    """Any text, and the passages that its markers [n] cite."""

    text: str = Field(
        max_length=TEXT_LENGTH, examples=["75歳以上では140/90mmHg未満を目標とする[1]。"]
    )
    passages: list[Evidence] = Field(
        max_length=PASSAGES,
        examples=[[{"id": "1", "text": "75歳以上では130/80mmHg未満を目標とする。"}]],
    )
    question: str | None = Field(None, max_length=TEXT_LENGTH)
