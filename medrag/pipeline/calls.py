"""`medrag.ask` and its kin: one shared Medrag an index, opened anew when the index changes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from threading import Lock

from medrag.answer.events import Event
from medrag.answer.record import Answer
from medrag.attribution.verdicts import Report
from medrag.pipeline import given
from medrag.pipeline.rag import Medrag
from medrag.pipeline.release import Release
from medrag.retrieval.retriever import Hit
from medrag.settings import Settings

_lock = Lock()
_open: dict[tuple[str, str], tuple[str, Medrag]] = {}


def ask(
    question: str,
    *,
    index: Path | str | None = None,
    k: int | None = None,
    filters: Mapping[str, str] | None = None,
    as_of: date | str | None = None,
) -> Answer:
    """The answer to a question, cited and checked; see `Medrag.aask`."""
    return _shared(index).ask(question, k=k, filters=filters, as_of=as_of)


async def aask(
    question: str,
    *,
    index: Path | str | None = None,
    k: int | None = None,
    filters: Mapping[str, str] | None = None,
    as_of: date | str | None = None,
) -> Answer:
    """The answer to a question, cited and checked; see `Medrag.aask`."""
    return await _shared(index).aask(question, k=k, filters=filters, as_of=as_of)


def ask_stream(
    question: str,
    *,
    index: Path | str | None = None,
    k: int | None = None,
    filters: Mapping[str, str] | None = None,
    as_of: date | str | None = None,
    release: Release = "verified",
) -> Iterator[Event]:
    """The events on the way to an answer; see `Medrag.aask_stream`."""
    return _shared(index).ask_stream(question, k=k, filters=filters, as_of=as_of, release=release)


def aask_stream(
    question: str,
    *,
    index: Path | str | None = None,
    k: int | None = None,
    filters: Mapping[str, str] | None = None,
    as_of: date | str | None = None,
    release: Release = "verified",
) -> AsyncGenerator[Event, None]:
    """The events on the way to an answer; see `Medrag.aask_stream`."""
    return _shared(index).aask_stream(question, k=k, filters=filters, as_of=as_of, release=release)


def search(
    question: str,
    *,
    index: Path | str | None = None,
    k: int | None = None,
    filters: Mapping[str, str] | None = None,
    as_of: date | str | None = None,
) -> tuple[Hit, ...]:
    """The passages that best match a question; see `Medrag.search`."""
    return _shared(index).search(question, k=k, filters=filters, as_of=as_of)


def verify(
    text: str, passages: Sequence[Mapping[str, str]], *, question: str | None = None
) -> Report:
    """Check any text against any passages, without an index; see `Medrag.verify`."""
    return _shared(None).verify(text, passages, question=question)


def _shared(index: Path | str | None) -> Medrag:
    """The Medrag for these settings and this index, as long as its generation is current."""
    settings = Settings()
    path = (given.directory(index) if index is not None else settings.index).absolute()
    key = (str(path), settings.model_dump_json())
    current = path / "CURRENT"
    generation = current.read_text(encoding="utf-8") if current.is_file() else ""
    with _lock:
        held = _open.get(key)
        if held is None or held[0] != generation:
            _open[key] = held = (generation, Medrag(settings=settings, index=path))
        return held[1]
