"""Models behind the one protocol: a fake server always, the real ones where vLLM is installed."""

import gc
import os
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from medrag.models.chat import ChatModel
from medrag.models.openai_compatible import OpenAICompatible
from tests.fake_vllm import Answer, FakeVLLM
from tests.real_vllm import ENVIRONMENT, SERVED

SCRIPTED = Answer("診察室血圧が140/90mmHg以上です[2][3]。", "資料1を確認する。")


def over_http(base_url: str, model: str, *, retries: int = 1) -> OpenAICompatible:
    return OpenAICompatible(
        base_url=base_url,
        model=model,
        api_key="EMPTY",
        connect_seconds=5,
        idle_seconds=120,
        total_seconds=300,
        retries=retries,
        concurrency=4,
    )


@pytest.fixture(scope="session")
def fake(anyio_backend: str) -> Iterator[ChatModel]:
    with FakeVLLM(SCRIPTED, characters=4000) as server:
        yield over_http(server.base_url, server.model)


@pytest.fixture(scope="session")
def vllm_http(vllm_server: str) -> ChatModel:
    return over_http(vllm_server, SERVED)


@pytest.fixture(scope="session")
def transformers_model(tiny_gptoss: Path) -> ChatModel:
    from medrag.models.transformers import Transformers

    return Transformers(path=str(tiny_gptoss), max_model_len=4096)


@pytest.fixture(scope="session")
def vllm_in_process(tiny_gptoss: Path) -> Iterator[ChatModel]:
    os.environ.update(ENVIRONMENT)
    from medrag.models.vllm_offline import VLLMOffline

    model = VLLMOffline(
        path=str(tiny_gptoss),
        max_model_len=4096,
        enforce_eager=True,
        dtype="bfloat16",
        max_num_seqs=8,
    )
    yield model
    with warnings.catch_warnings():  # vLLM leaves a context of its sockets to the collector
        warnings.simplefilter("ignore", ResourceWarning)
        model.close()
        gc.collect()


@pytest.fixture(
    params=[
        "fake",
        pytest.param("vllm_http", marks=pytest.mark.vllm),
        pytest.param("transformers_model", marks=pytest.mark.vllm),
        pytest.param("vllm_in_process", marks=pytest.mark.vllm),
    ]
)
async def model(request: pytest.FixtureRequest) -> AsyncIterator[ChatModel]:
    found: ChatModel = request.getfixturevalue(request.param)
    yield found
    if isinstance(found, OpenAICompatible):  # its connections belong to the test's event loop
        await found.aclose()
