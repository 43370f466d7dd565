"""Medrag: the rooms wired together.

A question goes up the house in one line: retriever, generator, checker, Answer. Everything inside
is asynchronous and streams; the plain functions run the same code on one background event loop.
An answer is composed in one place, whoever wrote the draft and however it was asked for.
"""

from __future__ import annotations

import asyncio
import logging
import platform
import time
from collections.abc import AsyncGenerator, Coroutine, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import date
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from medrag.answer.compose import compose
from medrag.answer.events import Event, Final, Retrieved
from medrag.answer.record import Answer, Provenance
from medrag.attribution import entailment
from medrag.attribution.checker import Checker
from medrag.attribution.entailment.remembered import Remembered
from medrag.attribution.repair import Repaired, repair
from medrag.attribution.verdicts import Claim, Report
from medrag.errors import GenerationError, SettingsError
from medrag.generation.draft import Draft, Generator
from medrag.generation.extractive import Extractive
from medrag.generation.language import language_of, notice
from medrag.index.index import Index
from medrag.models.loop import BackgroundLoop
from medrag.pipeline import finding, given
from medrag.pipeline.release import Release, Releases, numbered
from medrag.retrieval.decompose import Decomposer, ModelDecomposer
from medrag.retrieval.retriever import Hit, Ranking, Retriever
from medrag.settings import Settings

if TYPE_CHECKING:
    from medrag.models.chat import ChatModel

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Medrag:
    """Search, answer and verify over one generation of one index.

    Args:
        settings: From the environment and medrag.toml if not given.
        index: Directory of the index; overrides `settings.index`.

    The index is opened at first use and held: a later re-indexing does not change what this
    object answers from. Safe to share between threads.
    """

    def __init__(
        self, *, settings: Settings | None = None, index: Path | str | None = None
    ) -> None:
        if settings is not None and not isinstance(settings, Settings):
            raise SettingsError(
                f"settings are a Settings, not {type(settings).__name__}",
                where="settings",
                hint="give medrag.Settings(k=8)",
            )
        self.settings = settings if settings is not None else Settings()
        self.path = given.directory(index) if index is not None else self.settings.index
        self._loop = BackgroundLoop()

    @cached_property
    def index(self) -> Index:
        """The generation that was current when this was first used."""
        return Index.open(self.path, encoder=finding.encoder(self.settings))

    @cached_property
    def retriever(self) -> Retriever:
        """Ranks the passages of the index."""
        return finding.retriever(self.index, self.settings, decomposer=self._decomposer())

    @cached_property
    def chat_model(self) -> ChatModel:
        """The configured model.

        Raises:
            GenerationError: None is configured.
        """
        from medrag.pipeline.served import chat_model

        return chat_model(self.settings)

    @cached_property
    def generator(self) -> Generator:
        """The served model if one is configured, else the extractive generator."""
        if not self.settings.has_model:
            return Extractive()
        from medrag.pipeline.served import served

        return served(self.settings, self.chat_model)

    @cached_property
    def checker(self) -> Checker:
        """Checks claims against passages."""
        name = self.settings.entailment
        model = self.chat_model if name == "llm" else None
        return Checker(entailment.load(name, model=model))

    def search(
        self,
        question: str,
        *,
        k: int | None = None,
        filters: Mapping[str, str] | None = None,
        as_of: date | str | None = None,
    ) -> tuple[Hit, ...]:
        """The passages that best match, at most `k`, best first.

        Args:
            question: At most `settings.question_limit` characters.
            k: `settings.k` if not given.
            filters: Exact values by field: society, document, kind, edition, year, language.
            as_of: Only editions published by that day count; the newest of them is current.

        Raises:
            QuestionError: The question is empty or too long, or `k`, `filters` or `as_of` is none.
            IndexNotFound, IndexCorrupted, IndexMismatch: The index cannot be used.
        """
        return self.rank(question, k=k, filters=filters, as_of=as_of).hits

    def rank(
        self,
        question: str,
        *,
        k: int | None = None,
        filters: Mapping[str, str] | None = None,
        as_of: date | str | None = None,
    ) -> Ranking:
        """As `search`, with notices (a reranker that was late, a question that was cut)."""
        return self._ranked(question, k, filters, given.day(as_of))

    def ask(
        self,
        question: str,
        *,
        k: int | None = None,
        filters: Mapping[str, str] | None = None,
        as_of: date | str | None = None,
    ) -> Answer:
        """The answer to a question, cited and checked; see `aask`."""
        return self._loop.run(self.aask(question, k=k, filters=filters, as_of=as_of))

    async def aask(
        self,
        question: str,
        *,
        k: int | None = None,
        filters: Mapping[str, str] | None = None,
        as_of: date | str | None = None,
    ) -> Answer:
        """The answer to a question, cited and checked.

        Raises:
            QuestionError: The question is empty or too long, or `k`, `filters` or `as_of` is none.
            IndexNotFound, IndexCorrupted, IndexMismatch: The index cannot be used.
            GenerationError: The model failed and the settings allow no fallback.
        """
        stream = self.aask_stream(question, k=k, filters=filters, as_of=as_of, release="draft")
        async with aclosing(stream) as events:
            async for event in events:
                if isinstance(event, Final):
                    return event.answer
        raise GenerationError("the stream ended without an answer", retryable=True)

    def ask_stream(
        self,
        question: str,
        *,
        k: int | None = None,
        filters: Mapping[str, str] | None = None,
        as_of: date | str | None = None,
        release: Release = "verified",
    ) -> Iterator[Event]:
        """The events of `aask_stream`, for callers without an event loop."""
        return self._loop.iterate(
            self.aask_stream(question, k=k, filters=filters, as_of=as_of, release=release)
        )

    async def aask_stream(
        self,
        question: str,
        *,
        k: int | None = None,
        filters: Mapping[str, str] | None = None,
        as_of: date | str | None = None,
        release: Release = "verified",
    ) -> AsyncGenerator[Event, None]:
        """What happens on the way to an answer, ending with the answer itself.

        Args:
            release: "verified" holds text back until its claims are checked; "draft" passes it
                on as it is written.

        Raises:
            As `aask`.
        """
        clock = Clock()
        day = given.day(as_of)
        ranking = await asyncio.to_thread(self._ranked, question, k, filters, day)
        hits = ranking.hits
        clock.mark("search_ms")
        yield Retrieved(hits=hits)
        checker = self._checker_of_one_answer()
        release_of = Releases(
            checker,
            question,
            hits,
            given.release(release),
            repairs=self.settings.repair != "flag",
        )
        drafted: Draft | None = None
        notices = ranking.notices
        try:
            async with aclosing(self.generator.stream(question, hits)) as items:
                async for item in items:
                    if isinstance(item, Draft):
                        drafted = item
                    else:
                        for event in await release_of.feed(item.text):
                            yield event
        except GenerationError as error:
            if self.settings.fallback == "error" or self.generator.mode == "extractive":
                raise
            # The operator's log has the address; the caller's answer does not.
            _log.warning("the model failed, answering with extracts: %s", error)
            failed = notice("model_failed", language_of(question), why=error.message)
            notices = (failed, *notices)
            drafted = await asyncio.to_thread(Extractive().write, question, hits)
        if drafted is None:
            raise GenerationError("the generator ended without a draft", retryable=True)
        clock.mark("generate_ms")
        report = await asyncio.to_thread(
            checker.check, drafted.text, numbered(hits), question=question
        )
        repaired = await self._repaired(checker, report, question, hits, drafted)
        clock.mark("verify_ms")
        answer = compose(
            question=question,
            hits=hits,
            draft=drafted,
            report=repaired.report,
            provenance=self._provenance(drafted, day),
            timings=clock.total(),
            notices=(*notices, *repaired.notices),
            read={
                name: self.index.documents[name].notices
                for name in {hit.passage.document_id for hit in hits}
            },
        )
        for event in release_of.finish(answer):
            yield event
        yield Final(answer=answer)

    def verify(
        self,
        text: str,
        passages: Sequence[Mapping[str, str]],
        *,
        question: str | None = None,
    ) -> Report:
        """Check any text against any passages; needs no index.

        Args:
            passages: Mappings with "id" and "text". A marker [n] names the passage whose id is
                "n"; when no id is a number, the n-th.

        Raises:
            EvaluationError: Something of it is not text.
        """
        checked = given.text(text, "text")
        asked = given.text(question, "question") if question is not None else None
        return self.checker.check(checked, given.evidence(passages), question=asked)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """A coroutine's result, on this object's own event loop."""
        return self._loop.run(coroutine)

    def close(self) -> None:
        """Let go of the index, the model's connections and the background loop.

        Connections that were opened in a caller's own event loop end with that loop. Leaving all of
        it to the interpreter's end is fine; a later call opens everything anew.
        """
        opened = self.__dict__
        if "checker" in opened:
            getattr(self.checker.entailment, "close", lambda: None)()  # a judge's own connections
        if "chat_model" in opened:
            self._loop.run(self.chat_model.aclose())
        self._loop.close()
        if "index" in opened:
            self.index.close()
        for name in ("generator", "checker", "chat_model", "retriever", "index"):
            opened.pop(name, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _decomposer(self) -> Decomposer | None:
        if self.settings.decompose == "rules":
            return None
        seconds = self.settings.decompose_seconds
        return ModelDecomposer(self.chat_model, run=self._loop.run, seconds=seconds)

    def _ranked(
        self, question: str, k: int | None, filters: Mapping[str, str] | None, day: date | None
    ) -> Ranking:
        asked = given.question(question, limit=self.settings.question_limit)
        wanted = given.count(k) if k is not None else self.settings.k
        kept = given.filters(filters)
        return self.retriever.rank(asked, k=wanted, filters=kept, as_of=day)

    def _checker_of_one_answer(self) -> Checker:
        """Rules are quick; a model is asked once about a claim that is checked twice."""
        if self.settings.entailment == "lexical":
            return self.checker
        return Checker(Remembered(self.checker.entailment))

    async def _repaired(
        self, checker: Checker, report: Report, question: str, hits: Sequence[Hit], draft: Draft
    ) -> Repaired:
        """What the settings want done with claims that do not stand."""

        async def again(wrong: Sequence[Claim]) -> str | None:
            async for item in self.generator.stream(_conflicts(question, wrong), hits):
                if isinstance(item, Draft):
                    return None if item.abstained else item.text
            return None

        return await repair(
            report,
            how=self.settings.repair,
            checker=checker,
            passages=numbered(hits),
            question=question,
            regenerate=again if draft.mode == "model" else None,
        )

    def _provenance(self, draft: Draft, day: date | None) -> Provenance:
        return Provenance(
            index_generation=self.index.generation,
            model=draft.model,
            sampling=draft.sampling,
            seed=draft.sampling.get("seed"),
            prompt_sha256=draft.prompt_sha256,
            finish_reason=draft.finish_reason,
            as_of=day,
            versions=_versions(),
        )


class Clock:
    """Wall milliseconds a stage, for `Answer.timings`."""

    def __init__(self) -> None:
        self._begun = self._last = time.perf_counter()
        self._stages: dict[str, float] = {}

    def mark(self, stage: str) -> None:
        """End the current stage under this name."""
        now = time.perf_counter()
        self._stages[stage] = round((now - self._last) * 1000, 3)
        self._last = now

    def total(self) -> dict[str, float]:
        """The stages and their sum."""
        return {**self._stages, "total_ms": round((self._last - self._begun) * 1000, 3)}


def _conflicts(question: str, wrong: Sequence[Claim]) -> str:
    """The question, with what was wrong the first time beneath it."""
    lines = [question, "", "次の記載は資料で確認できなかった。資料の文のとおりに書くか、除くこと。"]
    for claim in wrong:
        lines.append(f"- {claim.text}")
        lines += [
            f"  （資料では「{difference.evidence}」）"
            for difference in claim.differences
            if difference.evidence
        ]
    return "\n".join(lines)


@cache
def _versions() -> dict[str, str]:
    packages = ("medrag", "bm25s", "faiss-cpu", "fugashi", "unidic-lite")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
