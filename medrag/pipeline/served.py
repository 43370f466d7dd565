"""The served model, made from the settings."""

from __future__ import annotations

from collections.abc import Callable

from medrag.errors import GenerationError, MissingDependency
from medrag.generation.served import Served
from medrag.models import tokens
from medrag.models.chat import ChatModel, Sampling
from medrag.models.openai_compatible import OpenAICompatible
from medrag.settings import Settings


def chat_model(settings: Settings) -> ChatModel:
    """The configured model, wherever it runs.

    Raises:
        GenerationError: None is configured, or it cannot be loaded.
        MissingDependency: It needs an extra that is not installed.
    """
    if settings.llm_backend == "openai":
        return endpoint(settings)
    try:
        in_process = _in_process(settings.llm_backend)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("medrag"):
            raise
        raise MissingDependency(
            f"a model in this process needs {error.name}",
            where=f"MEDRAG_LLM_BACKEND={settings.llm_backend}",
            hint=f"pip install 'medrag[{_EXTRAS[settings.llm_backend]},tokens]'",
        ) from None
    return in_process(path=settings.llm_model, max_model_len=settings.context_tokens)


#: What each backend in this process needs beside the vocabulary of gpt-oss.
_EXTRAS = {"transformers": "dense", "vllm": "vllm"}


def _in_process(backend: str) -> Callable[..., ChatModel]:
    if backend == "vllm":
        from medrag.models.vllm_offline import VLLMOffline

        return VLLMOffline
    from medrag.models.transformers import Transformers

    return Transformers


def endpoint(settings: Settings) -> OpenAICompatible:
    """The client of the configured endpoint.

    Raises:
        GenerationError: No endpoint is configured.
    """
    if settings.llm_base_url is None:
        raise GenerationError(
            "no language model is configured", hint="set MEDRAG_LLM_BASE_URL=http://HOST:8000/v1"
        )
    return OpenAICompatible(
        base_url=settings.llm_base_url,
        model=settings.llm_model,
        api_key=settings.llm_api_key.get_secret_value(),
        connect_seconds=settings.llm_connect_seconds,
        idle_seconds=settings.llm_idle_seconds,
        total_seconds=settings.llm_total_seconds,
        retries=settings.llm_retries,
        concurrency=settings.llm_concurrency,
        headers=settings.llm_headers,
    )


def sampling(settings: Settings) -> Sampling:
    """How the served model draws its tokens."""
    return Sampling(
        temperature=settings.temperature,
        top_p=settings.top_p,
        top_k=settings.top_k,
        min_p=settings.min_p,
        seed=settings.seed,
        max_tokens=settings.max_tokens,
    )


def served(settings: Settings, model: ChatModel) -> Served:
    """The generator behind that model."""
    return Served(
        model,
        sampling=sampling(settings),
        count_tokens=tokens.counter(settings.token_counter),
        context_tokens=settings.context_tokens,
        evidence_tokens=settings.evidence_tokens,
    )
