"""What a caller gives, taken only if it can be used: a wrong type is told here, in words.

Nothing is converted on the way: `k="3"` or a year given as a number is somebody's mistake, and an
answer over other passages than were meant would hide it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from typing import Any

from medrag.attribution.verdicts import EvidenceText
from medrag.errors import EvaluationError, QuestionError, SettingsError
from medrag.pipeline.release import Release

_PASSAGES = 'give passages=[{"id": "1", "text": "…"}]'


def question(value: Any, *, limit: int) -> str:
    """A question in words, of at most `limit` characters.

    Raises:
        QuestionError: It is not text, not writable as UTF-8, empty or too long.
    """
    if not isinstance(value, str):
        raise QuestionError(
            f"a question is text, not {_kind(value)}", hint="ask something in words"
        )
    if not value.strip():
        raise QuestionError("the question is empty", hint="ask something in words")
    if len(value) > limit:
        raise QuestionError(
            f"the question has {len(value)} characters; at most {limit} are accepted",
            hint="shorten it, or raise MEDRAG_QUESTION_LIMIT",
        )
    if not _writable(value):
        raise QuestionError(
            "the question holds half of a character (a lone surrogate)",
            hint="send it as UTF-8 and type the damaged character anew",
        )
    return value


def count(value: Any) -> int:
    """A number of passages.

    Raises:
        QuestionError: It is not a whole number of at least 1.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise QuestionError(
            f"not a number of passages: {value!r:.40}",
            where="k",
            hint="give a whole number of at least 1",
        )
    return value


def filters(value: Any) -> Mapping[str, str] | None:
    """Values to keep to, by field; which fields there are is the retriever's to say.

    Raises:
        QuestionError: It is not a mapping of texts to texts.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise QuestionError(
            f"filters are a mapping, not {_kind(value)}",
            where="filters",
            hint='write {"society": "…"}',
        )
    for key, wanted in value.items():
        if not isinstance(wanted, str):
            raise QuestionError(
                f"the value of a filter is text, not {_kind(wanted)}",
                where=f"filters[{key!r:.40}]",
                hint='write {"year": "2025"}',
            )
    return value


def day(value: Any) -> date | None:
    """A day, of a date or of text as in ISO 8601.

    Raises:
        QuestionError: It is neither.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        raise QuestionError(
            f"not a date: {value!r:.40}", where="as_of", hint="write it as 2026-11-01"
        ) from None


def release(value: Any) -> Release:
    """When text of a stream is let go.

    Raises:
        QuestionError: It is neither "verified" nor "draft".
    """
    if value not in ("verified", "draft"):
        raise QuestionError(
            f"no such release: {value!r:.40}", where="release", hint='"verified" or "draft"'
        )
    chosen: Release = value
    return chosen


def directory(value: Any) -> Path:
    """The directory of an index.

    Raises:
        SettingsError: It is not a path.
    """
    if not isinstance(value, str | PathLike) or not str(value).strip():
        raise SettingsError(
            f"not a directory: {value!r:.40}", where="index", hint='give index="indexes/sample"'
        )
    return Path(value)


def evidence(passages: Any) -> list[EvidenceText]:
    """Passages to check against.

    Raises:
        EvaluationError: They are not mappings with "id" and "text".
    """
    if isinstance(passages, str | bytes | Mapping) or not _iterable(passages):
        raise EvaluationError(
            f"passages are a list, not {_kind(passages)}", where="passages", hint=_PASSAGES
        )
    return [_passage(item, f"passages[{position}]") for position, item in enumerate(passages)]


def _passage(item: Any, where: str) -> EvidenceText:
    if not isinstance(item, Mapping):
        raise EvaluationError(
            f'a passage is a mapping with "id" and "text", not {_kind(item)}',
            where=where,
            hint=_PASSAGES,
        )
    missing = [key for key in ("id", "text") if key not in item]
    if missing:
        raise EvaluationError(f'a passage has no "{missing[0]}"', where=where, hint=_PASSAGES)
    identifier = item["id"]
    if isinstance(identifier, bool) or not isinstance(identifier, str | int):
        raise EvaluationError(
            f"an id is text or a number, not {_kind(identifier)}",
            where=f"{where}.id",
            hint=_PASSAGES,
        )
    return EvidenceText(id=str(identifier), text=text(item["text"], f"{where}.text"))


def text(value: Any, where: str) -> str:
    """Any text.

    Raises:
        EvaluationError: It is not text.
    """
    if not isinstance(value, str):
        raise EvaluationError(
            f"text is needed, not {_kind(value)}", where=where, hint="give a string"
        )
    return value


def _writable(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _iterable(value: Any) -> bool:
    return isinstance(value, Sequence) or hasattr(value, "__iter__")


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__
