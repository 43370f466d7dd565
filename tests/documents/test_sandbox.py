"""The sandbox: what a parser does to its process stays there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from medrag.documents import corpus, sandbox
from medrag.documents.corpus import Failure, Ingested
from medrag.documents.parsers import Options, Parsed
from medrag.documents.parsers.wire import decoded, encoded
from medrag.documents.sandbox import Limits, Sandbox
from medrag.errors import DamagedDocument, LimitExceeded, NeedsOCR, Notice

PAGE = "<title>架空指針</title><h1>架空指針</h1><p>血圧を測る。</p>".encode()


@pytest.fixture
def box() -> Iterator[Sandbox]:
    box = Sandbox(limits=Limits(cpu=5, wall=10))
    yield box
    box.close()


def test_one_server_parses_file_after_file(box: Sandbox) -> None:
    for _ in range(3):
        (part,) = box.parse(PAGE, where="a.html", options=Options())
        assert isinstance(part, Parsed)
        assert part.text.startswith("架空指針")


def test_a_file_that_needs_too_much_memory_is_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "big.html"
    path.write_bytes(b"<p>" + "血圧".encode() * 4_000_000)
    (entry,) = corpus.read([path], limits=Limits(memory=120 * 2**20))
    assert isinstance(entry, Failure)
    assert isinstance(entry.error, LimitExceeded | DamagedDocument)


def test_a_file_that_takes_too_long_is_a_limit(shared: Path) -> None:
    path = shared / "data" / "parser-torture" / "made" / "14b_xobj_loop.pdf"
    (entry,) = corpus.read([path], limits=Limits(cpu=2, wall=30))
    assert isinstance(entry, Failure)
    assert isinstance(entry.error, LimitExceeded)
    (entry,) = corpus.read([path], limits=Limits(cpu=30, wall=1))
    assert isinstance(entry, Failure)
    assert "SIGALRM" in entry.error.message


def test_after_a_death_the_next_file_is_read(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "z.html").write_bytes(PAGE)
    bomb = shared / "data" / "parser-torture" / "made" / "10_bomb.pdf"
    dead, alive = corpus.read([bomb, tmp_path / "z.html"])
    assert isinstance(dead, Failure)
    assert isinstance(alive, Ingested)


def test_closing_ends_the_server(box: Sandbox) -> None:
    box.parse(PAGE, where="a.html", options=Options())
    server = box._server
    assert server is not None
    box.close()
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)


def test_a_server_that_dies_is_an_error_and_then_replaced(box: Sandbox) -> None:
    box.parse(PAGE, where="a.html", options=Options())
    assert box._server is not None
    box._server.kill()
    box._server.wait()
    (part,) = box.parse(PAGE, where="a.html", options=Options())
    assert isinstance(part, Parsed)


def test_what_crosses_the_border_comes_back_the_same() -> None:
    part = Parsed(
        text="血圧", fields={"title": "架空"}, notices=(Notice(code="hidden_text", message="x"),)
    )
    assert decoded({"parts": [encoded(part)]}, "a.pdf") == [part]


def test_an_answer_that_makes_no_sense_is_refused() -> None:
    outside = {**encoded(Parsed(text="血圧")), "headings": [[0, 99, 1]]}
    for reply in ({"parts": [outside]}, {"parts": 3}, {}, {"parts": [{"text": "x"}]}):
        with pytest.raises(DamagedDocument):
            decoded(reply, "a.pdf")


def test_an_error_keeps_its_kind_and_its_pages() -> None:
    from medrag.documents.parsers.wire import error_of

    with pytest.raises(NeedsOCR) as caught:
        decoded({"error": error_of(NeedsOCR("x", where="a.pdf", hint="y", pages=(1, 3)))}, "a.pdf")
    assert caught.value.pages == (1, 3)
    with pytest.raises(DamagedDocument):
        decoded(
            {"error": {"kind": "SystemExit", "message": "x", "where": None, "hint": None}}, "a.pdf"
        )


def test_the_environment_of_a_parser_is_empty(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDRAG_LLM_API_KEY", "secret")
    box.parse(PAGE, where="a.html", options=Options())
    assert box._server is not None
    environment = Path(f"/proc/{box._server.pid}/environ")
    if not environment.exists():
        pytest.skip("needs /proc")
    assert environment.read_bytes() == b""


def test_isolation_is_there_where_it_can_be() -> None:
    assert sandbox.available() == hasattr(os, "fork")
