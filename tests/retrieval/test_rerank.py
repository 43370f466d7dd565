"""Reranking: a model's order when it comes in time, the first stage's order when it does not."""

import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from medrag.errors import GenerationError
from medrag.index.embeddings_endpoint import EndpointEncoder
from medrag.index.encoders import HashingEncoder
from medrag.index.index import Index
from medrag.retrieval.rerank import Reranker, rerank
from medrag.retrieval.rerank_endpoint import EndpointReranker
from medrag.retrieval.retriever import Retriever
from tests.index.entries import entry


class Shortest:
    """Prefers short texts."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        return [-len(text) for text in texts]


class Stuck:
    """Does not answer until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        self.let_go.wait(30)
        return [0.0] * len(texts)


class Down:
    """Fails."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        raise GenerationError("refused", retryable=True)


def test_the_reranker_decides_the_order(tmp_path: Path) -> None:
    index = Index.build(
        tmp_path,
        [entry("a", "喘息の発作では喘息の治療を急ぐ。"), entry("b", "喘息を診る。")],
        encoder=HashingEncoder(),
    )
    plain = Retriever(index).search("喘息の発作", k=2)
    ranking = Retriever(index, reranker=Shortest()).rank("喘息の発作", k=2)
    assert [hit.passage.document_id for hit in plain] == ["a", "b"]
    assert [hit.passage.document_id for hit in ranking.hits] == ["b", "a"]
    assert ranking.hits[0].score >= ranking.hits[1].score
    assert ranking.notices == ()


def test_the_reranker_may_bring_up_what_stood_behind_the_last_place(tmp_path: Path) -> None:
    index = Index.build(
        tmp_path,
        [entry("a", "喘息の発作では喘息の治療を急ぐ。"), entry("b", "喘息を診る。")],
        encoder=HashingEncoder(),
    )
    (first,) = Retriever(index, reranker=Shortest()).search("喘息の発作", k=1)
    assert first.passage.document_id == "b"


def test_a_late_reranker_is_not_waited_for() -> None:
    stuck = Stuck()
    result = rerank(stuck, "喘息", ["一", "二"], deadline_ms=20)
    stuck.let_go.set()
    assert result.order == [0, 1]
    assert result.notice is not None
    assert result.notice.code == "rerank_late"


def test_a_failing_reranker_leaves_the_order_and_is_told() -> None:
    reranker: Reranker = Down()
    result = rerank(reranker, "喘息", ["一", "二"], deadline_ms=1000)
    assert result.order == [0, 1]
    assert result.notice is not None
    assert result.notice.code == "rerank_failed"


@pytest.fixture
def server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if body["model"] == "broken":
                answer: dict[str, object] = {"results": [{"index": 0}]}
            elif self.path.endswith("/rerank"):
                scored = [
                    {"index": i, "relevance_score": float(len(text))}
                    for i, text in enumerate(body["documents"])
                ]
                answer = {"results": sorted(scored, key=lambda one: -one["relevance_score"])}
            else:
                vectors = [
                    {"index": i, "embedding": [3.0 * text.count("腎"), 4.0, len(text) / 10]}
                    for i, text in enumerate(body["input"])
                ]
                answer = {"data": vectors[::-1]}
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}/v1"
        http.shutdown()
        thread.join()


def test_an_endpoint_reranks(server: str) -> None:
    reranker = EndpointReranker(base_url=server, model="m")
    assert reranker.scores("問", ["一", "三三三", "二二"]) == [1.0, 3.0, 2.0]
    reranker.close()


def test_what_an_endpoint_leaves_out_is_an_error(server: str) -> None:
    reranker = EndpointReranker(base_url=server, model="broken")
    with pytest.raises(GenerationError, match="nothing usable"):
        reranker.scores("問", ["一", "二"])
    reranker.close()


def test_vectors_of_an_endpoint_find_what_shares_no_word(server: str, tmp_path: Path) -> None:
    encoder = EndpointEncoder(base_url=server, model="m")
    index = Index.build(
        tmp_path,
        [entry("a", "腎"), entry("b", "骨折は固定する"), entry("c", "貧血")],
        encoder=encoder,
    )
    assert index.manifest["encoder"] == {"name": "endpoint/m-3", "dimension": 3, "semantic": True}
    hits = Retriever(index).search("腎腎のはたらき", k=3)
    assert hits[0].passage.document_id == "a"
    assert {hit.passage.document_id for hit in hits} == {"a", "b", "c"}
    filtered = Retriever(index).search("腎腎のはたらき", k=3, filters={"document": "c"})
    assert [hit.passage.document_id for hit in filtered] == ["c"]
    encoder.close()
