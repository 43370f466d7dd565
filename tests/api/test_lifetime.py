"""Work for a request ends with its caller and with the service; a slow model on loopback shows it."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from medrag.pipeline import Medrag
from medrag.settings import Settings
from medrag_api.app import Server, create_app
from tests.fake_vllm import MODEL, Answer, FakeVLLM

QUESTION = {"question": "75歳以上の高血圧患者の降圧目標は?"}
SLOW = Answer("降圧目標は130/80 mmHg未満とする[1]。" * 500, tokens_per_second=50)


@contextmanager
def serving(rag: Medrag, *, grace: float) -> Iterator[tuple[httpx.Client, Callable[[], None]]]:
    """A real server in a thread: its client, and what tells it to stop."""
    server = Server(create_app(rag), grace=grace)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()

        def stop() -> None:
            server.should_exit = True

        try:
            with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
                assert client.get("/readyz").status_code == 200
                yield client, stop
        finally:
            stop()
            thread.join(20)
            assert not thread.is_alive()


@pytest.fixture
def model() -> Iterator[FakeVLLM]:
    with FakeVLLM(SLOW) as server:
        yield server


@pytest.fixture
def slow(sample_index: Path, model: FakeVLLM) -> Medrag:
    settings = Settings(llm_base_url=model.base_url, llm_model=MODEL)
    return Medrag(settings=settings, index=sample_index)


def comes_true(condition: Callable[[], bool]) -> bool:
    """Within a time that only a fault would take."""
    until = time.monotonic() + 10
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def test_a_caller_who_leaves_takes_the_request_to_the_model_along(
    slow: Medrag, model: FakeVLLM
) -> None:
    with serving(slow, grace=0.1) as (client, _):
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/ask", json=QUESTION, timeout=1)
        assert comes_true(lambda: model.seen.cancelled == 1)
        with client.stream("POST", "/v1/ask/stream", json=QUESTION) as response:
            assert comes_true(lambda: model.seen.in_flight == 1)
            assert next(response.iter_lines()) == "event: retrieved"
        assert comes_true(lambda: model.seen.cancelled == 2)


def test_a_service_that_stops_ends_a_stream_with_an_event(slow: Medrag, model: FakeVLLM) -> None:
    with (
        serving(slow, grace=0.1) as (client, stop),
        client.stream("POST", "/v1/ask/stream", json=QUESTION) as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == "event: retrieved"
        assert comes_true(lambda: model.seen.in_flight == 1)
        stop()
        *_, name, data, _ = lines
    assert name == "event: error"
    assert json.loads(data.removeprefix("data: "))["error"] == "Stopping"
    assert model.seen.in_flight == 0


def test_a_service_that_stops_tells_those_who_wait(slow: Medrag, model: FakeVLLM) -> None:
    with serving(slow, grace=0.1) as (client, stop):

        def stop_while_it_is_asked() -> None:
            if comes_true(lambda: model.seen.in_flight == 1):
                stop()

        stopping = threading.Thread(target=stop_while_it_is_asked)
        stopping.start()
        response = client.post("/v1/ask", json=QUESTION)
        stopping.join()
    assert response.status_code == 503
    assert response.json()["error"] == "Stopping"
    assert "Retry-After" in response.headers
