"""`medrag doctor`: is everything here that an answer needs, and if not, what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from medrag.errors import IndexNotFound, MedragError
from medrag.generation import markers
from medrag.japanese import tokens
from medrag.models.chat import ChatReply, Message
from medrag.models.openai_compatible import OpenAICompatible
from medrag.pipeline import finding
from medrag.pipeline.rag import Medrag
from medrag.pipeline.served import endpoint, sampling
from medrag.settings import Settings

_PROBE = (
    "資料[1]:「成人では1日1回5 mgから開始する。」\n"
    "質問: 開始用量は？ 資料の文をそのまま一文で答え、句点の前に [1] を付けること。"
)

State = Literal["ok", "missing", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One requirement.

    Attributes:
        status: "missing" is not set up yet and stands in nobody's way; "failed" is broken.
        hint: What to do, unless it is ok.
    """

    name: str
    status: State
    detail: str
    hint: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return asdict(self)


def examine(rag: Medrag) -> tuple[Check, ...]:
    """Every requirement, in the order in which an answer needs it."""
    parts: tuple[tuple[str, Callable[[Medrag], Check]], ...] = (
        ("dictionary", _dictionary),
        ("encoder", _encoder),
        ("index", _index),
        ("llm", _llm),
        ("entailment", _entailment),
    )
    return tuple(_guarded(name, part, rag) for name, part in parts)


def _guarded(name: str, part: Callable[[Medrag], Check], rag: Medrag) -> Check:
    try:
        return part(rag)
    except MedragError as error:
        where = f"{error.where}: " if error.where else ""
        status: State = "missing" if isinstance(error, IndexNotFound) else "failed"
        return Check(name=name, status=status, detail=where + error.message, hint=error.hint)


def _dictionary(_: Medrag) -> Check:
    words = tokens.words("妊婦には投与しない")
    if "投与" not in words:
        return Check(
            name="dictionary",
            status="failed",
            detail=f"「投与」 is not found as a word: {words}",
            hint="pip install --force-reinstall unidic-lite fugashi",
        )
    return Check(name="dictionary", status="ok", detail=", ".join(tokens.VERSION.values()))


def _encoder(rag: Medrag) -> Check:
    encoder = finding.encoder(rag.settings)
    kind = "semantic" if encoder.semantic else "built in, lexical; no model is needed"
    return Check(
        name="encoder", status="ok", detail=f"{encoder.name}, {encoder.dimension}-d ({kind})"
    )


def _index(rag: Medrag) -> Check:
    counts = rag.index.manifest["counts"]
    return Check(
        name="index",
        status="ok",
        detail=f"{rag.path}: generation {rag.index.generation}, "
        f"{counts['documents']} documents, {counts['passages']} passages",
    )


def _entailment(rag: Medrag) -> Check:
    return Check(name="entailment", status="ok", detail=rag.checker.entailment.name)


def _llm(rag: Medrag) -> Check:
    if not rag.settings.has_model:
        return Check(
            name="llm",
            status="missing",
            detail="no language model is configured: answers are extractive",
            hint="set MEDRAG_LLM_BASE_URL=http://HOST:8000/v1 (and MEDRAG_LLM_MODEL)",
        )
    if rag.settings.llm_backend != "openai":
        return Check(name="llm", status="ok", detail=f"{rag.chat_model.name}, in this process")
    return rag.run(_endpoint(rag.settings, endpoint(rag.settings)))


async def _endpoint(settings: Settings, model: OpenAICompatible) -> Check:
    """Reachable, the right name, and able to finish a one-line answer with a marker."""
    try:
        return await _asked(settings, model)
    finally:
        await model.aclose()


async def _asked(settings: Settings, model: OpenAICompatible) -> Check:
    names = [served.id for served in await model.models()]
    if settings.llm_model not in names:
        return Check(
            name="llm",
            status="failed",
            detail=f"{settings.llm_base_url} does not serve {settings.llm_model}",
            hint=f"set MEDRAG_LLM_MODEL to one of: {', '.join(names) or 'nothing is served'}",
        )
    context = await model.context_length()
    notes = []
    if context is not None and context < settings.context_tokens:
        notes.append(
            f"prompts are kept to its {context} tokens "
            f"(MEDRAG_CONTEXT_TOKENS is {settings.context_tokens})"
        )
    messages = [Message(role="user", content=_PROBE)]
    reply: ChatReply | None = None
    async for item in model.stream(messages, sampling=sampling(settings)):
        if isinstance(item, ChatReply):
            reply = item
    notes += [notice.message for notice in reply.notices] if reply else []
    answered = reply is not None and bool(reply.content)
    cited = answered and bool(markers.find(reply.content)) if reply else False
    detail = f"{settings.llm_base_url} serves {settings.llm_model}, context {context or 'unknown'}"
    if not answered:
        return Check(
            name="llm",
            status="failed",
            detail=f"{detail}; it gave no answer",
            hint="look at the server's log; raise MEDRAG_MAX_TOKENS if it was still reasoning",
        )
    told = "cites as asked" if cited else "answers, but left the citation marker out"
    return Check(name="llm", status="ok", detail="; ".join([detail, told, *notes]))
