"""The encoder and the retriever, made from the settings."""

from __future__ import annotations

from medrag.errors import SettingsError
from medrag.index import encoders
from medrag.index.encoders import Encoder
from medrag.index.index import Index
from medrag.japanese.lexicon import Lexicon
from medrag.retrieval import rerank
from medrag.retrieval.decompose import Decomposer
from medrag.retrieval.rerank import Reranker
from medrag.retrieval.retriever import Retriever
from medrag.settings import Settings


def encoder(settings: Settings) -> Encoder:
    """The encoder of the index.

    Raises:
        SettingsError: An endpoint without the name of its model, or no such model here.
        MissingDependency: It needs an extra that is not installed.
        GenerationError: The endpoint cannot be reached.
    """
    if settings.encoder_base_url is None:
        return encoders.load(settings.encoder)
    from medrag.index.embeddings_endpoint import EndpointEncoder

    return EndpointEncoder(
        base_url=settings.encoder_base_url,
        model=_named(settings.encoder, "MEDRAG_ENCODER"),
        api_key=settings.retrieval_api_key.get_secret_value(),
    )


def reranker(settings: Settings) -> Reranker | None:
    """The reranker, if one is configured.

    Raises:
        SettingsError: An endpoint without the name of its model, or no such model here.
        MissingDependency: It needs an extra that is not installed.
    """
    if settings.reranker_base_url is not None:
        from medrag.retrieval.rerank_endpoint import EndpointReranker

        return EndpointReranker(
            base_url=settings.reranker_base_url,
            model=_named(settings.reranker, "MEDRAG_RERANKER"),
            api_key=settings.retrieval_api_key.get_secret_value(),
        )
    return None if settings.reranker is None else rerank.load(settings.reranker)


def retriever(
    index: Index, settings: Settings, *, decomposer: Decomposer | None = None
) -> Retriever:
    """What ranks the passages of an index.

    Raises:
        LexiconError: A file of further words cannot be read.
    """
    return Retriever(
        index,
        lexicon=Lexicon.load(settings.lexicon) if settings.lexicon else None,
        reranker=reranker(settings),
        rerank_deadline_ms=settings.rerank_deadline_ms,
        decomposer=decomposer,
    )


def _named(model: str | None, where: str) -> str:
    if model is None:
        raise SettingsError(
            "an endpoint needs the name of its model", where=where, hint=f"set {where}"
        )
    return model
