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
        status: "missing" is not set up yet; "failed" is broken.
        detail, hint: In Japanese, for whoever sets medrag up: what was found, and what to do
            unless it is ok.
        needed: Whether there is no answer without it; a language model is not.
    """

    name: str
    status: State
    detail: str
    hint: str | None = None
    needed: bool = True

    @property
    def stands_in_the_way(self) -> bool:
        """Whether it has to be mended before anything is asked."""
        return self.status == "failed" or (self.status == "missing" and self.needed)

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
    if rag.settings.reranker or rag.settings.reranker_base_url:
        parts = (*parts, ("reranker", _reranker))
    return tuple(_guarded(name, part, rag) for name, part in parts)


def _guarded(name: str, part: Callable[[Medrag], Check], rag: Medrag) -> Check:
    try:
        return part(rag)
    except IndexNotFound as error:
        return Check(
            name=name,
            status="missing",
            detail=f"{error.where}: 索引がありません",
            hint="medrag ingest 文書やフォルダー --index 索引の場所（見本で試すなら medrag demo）",
        )
    except MedragError as error:
        where = f"{error.where}: " if error.where else ""
        return Check(name=name, status="failed", detail=where + error.message, hint=error.hint)


def _dictionary(_: Medrag) -> Check:
    words = tokens.words("妊婦には投与しない")
    if "投与" not in words:
        return Check(
            name="dictionary",
            status="failed",
            detail=f"「投与」を一語として認識できません: {words}",
            hint="pip install --force-reinstall unidic-lite fugashi",
        )
    return Check(name="dictionary", status="ok", detail=", ".join(tokens.VERSION.values()))


def _encoder(rag: Medrag) -> Check:
    encoder = finding.encoder(rag.settings)
    kind = "意味による" if encoder.semantic else "内蔵、文字による。モデルは不要"
    return Check(
        name="encoder", status="ok", detail=f"{encoder.name}, {encoder.dimension} 次元（{kind}）"
    )


def _index(rag: Medrag) -> Check:
    counts = rag.index.manifest["counts"]
    return Check(
        name="index",
        status="ok",
        detail=f"{rag.path}: 世代 {rag.index.generation}, "
        f"{counts['documents']} 文書, {counts['passages']} 箇所",
    )


def _entailment(rag: Medrag) -> Check:
    return Check(name="entailment", status="ok", detail=rag.checker.entailment.name)


def _reranker(rag: Medrag) -> Check:
    """Loaded, and able to tell an answer from what is none."""
    model = finding.reranker(rag.settings)
    scores = (
        model.scores("降圧目標は?", ["降圧目標は130/80 mmHg未満とする。", "桜が咲いた。"])
        if model
        else []
    )
    told = (
        "答えを先に並べます"
        if len(scores) == 2 and scores[0] > scores[1]
        else ("答えを先に並べられません。日本語の文書に向くモデルか確かめてください")
    )
    return Check(name="reranker", status="ok", detail=f"{rag.settings.reranker}; {told}")


def _llm(rag: Medrag) -> Check:
    if not rag.settings.has_model:
        return Check(
            name="llm",
            status="missing",
            detail="言語モデルの設定なし: 資料の抜粋で回答します",
            hint="使う場合は MEDRAG_LLM_BASE_URL=http://HOST:8000/v1（と MEDRAG_LLM_MODEL）を設定",
            needed=False,
        )
    if rag.settings.llm_backend != "openai":
        return Check(name="llm", status="ok", detail=f"{rag.chat_model.name}（このプロセス内）")
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
            detail=f"{settings.llm_base_url} に {settings.llm_model} はありません",
            hint=f"MEDRAG_LLM_MODEL を次のいずれかにする: {', '.join(names) or '（提供中のモデルなし）'}",
        )
    context = await model.context_length()
    notes = []
    if context is not None and context < settings.context_tokens:
        notes.append(
            f"プロンプトはモデルの上限 {context} トークンに収めます"
            f"（MEDRAG_CONTEXT_TOKENS は {settings.context_tokens}）"
        )
    messages = [Message(role="user", content=_PROBE)]
    reply: ChatReply | None = None
    async for item in model.stream(messages, sampling=sampling(settings)):
        if isinstance(item, ChatReply):
            reply = item
    notes += [notice.message for notice in reply.notices] if reply else []
    answered = reply is not None and bool(reply.content)
    cited = answered and bool(markers.find(reply.content)) if reply else False
    detail = f"{settings.llm_base_url} の {settings.llm_model}, 文脈長 {context or '不明'}"
    if not answered:
        return Check(
            name="llm",
            status="failed",
            detail=f"{detail}; 回答が返りませんでした",
            hint="サーバーのログを確認する。推論の途中で切れていれば MEDRAG_MAX_TOKENS を増やす",
        )
    told = "求めた形で引用を付けます" if cited else "回答しますが、引用の番号を付けませんでした"
    return Check(name="llm", status="ok", detail="; ".join([detail, told, *notes]))
