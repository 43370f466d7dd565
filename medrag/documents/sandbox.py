"""Parsing untrusted files in processes that cannot hurt.

A parser of PDF or Office files is a large attack surface: one file measured here hangs PDFium,
another unpacks 7 KB to 1 GiB. So each file is parsed in a process of its own, with an empty
environment and limits on memory, CPU, wall time and output; when it dies, its status becomes a typed
error. The processes are forked by a small server that has the parsers imported and nothing else, so
that a file costs a few milliseconds. What comes back is JSON, never a pickle.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from medrag.documents.parsers import Options, Parsed, Unparsed, wire
from medrag.errors import DamagedDocument, LimitExceeded, ParseError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may use.

    Attributes:
        memory: Address space, in bytes.
        cpu: CPU seconds; each page adds `cpu_per_page`.
        wall: Seconds by the clock; each page adds `wall_per_page`.
        per_picture: Seconds, of either kind, that a page adds which a recogniser reads.
        output: Bytes that may come back.
    """

    memory: int = 2 * 2**30
    cpu: float = 60.0
    cpu_per_page: float = 0.25
    wall: float = 30.0
    wall_per_page: float = 0.5
    per_picture: float = 60.0
    output: int = 64 * 2**20


LIMITS = Limits()
MOST_PAGES = 3000
_TOO_MUCH = {
    "SIGXCPU": "used more CPU time than it may",
    "SIGALRM": "took longer than it may",
    "SIGXFSZ": "gave more text than it may",
    "SIGKILL": "was stopped by the system, most likely for its memory",
    "SIGABRT": "gave up, most likely for want of memory",
}


def available() -> bool:
    """Whether this system can isolate parsers: it has fork and resource limits."""
    return hasattr(os, "fork") and find_spec("resource") is not None


class Sandbox:
    """A server that parses one file after another, each in a process of its own.

    The server starts with the first file; `close` ends it and whatever it runs.
    """

    def __init__(self, *, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._server: subprocess.Popen[bytes] | None = None

    def parse(self, data: bytes, *, where: str, options: Options) -> list[Parsed | Unparsed]:
        """The documents in one file.

        Raises:
            ParseError: Of the kind that the parser raised; LimitExceeded or DamagedDocument when its
                process died.
        """
        request = {"where": where, "encoding": options.encoding, "ocr": options.ocr}
        server = self._started()
        try:
            _send(server.stdin, json.dumps(request).encode(), data)
            status, reply = _receive(server.stdout)
        except (OSError, EOFError) as error:
            self.close()
            raise DamagedDocument(
                "the process that parses files died", where=where, hint="do not trust this file"
            ) from error
        if status != 0:
            raise _death(-status if status < 0 else status, where)
        return wire.decoded(json.loads(reply), where)

    def close(self) -> None:
        """End the server and its process group."""
        server, self._server = self._server, None
        if server is None:
            return
        try:
            os.killpg(server.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            server.kill()
        for pipe in (server.stdin, server.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what it still had to write has no reader
                    pipe.close()
        server.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._server is None or self._server.poll() is not None:
            self.close()
            here = str(Path(__file__).parents[2])
            start = (
                "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
                "from medrag.documents import sandboxed; sandboxed.serve(json.loads(sys.argv[2]))"
            )
            limits = {name: getattr(self._limits, name) for name in Limits.__slots__}
            self._server = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    "-S",
                    "-c",
                    start,
                    json.dumps([here, *sys.path]),
                    json.dumps(limits),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                start_new_session=True,
            )
        return self._server


def _death(number: int, where: str) -> ParseError:
    hint = "do not trust this file; if it is sound, split it"
    try:
        died = signal.Signals(number)
    except ValueError:
        return DamagedDocument(f"its parser ended with status {number}", where=where, hint=hint)
    if died.name in _TOO_MUCH:
        return LimitExceeded(
            f"its parser {_TOO_MUCH[died.name]} ({died.name})", where=where, hint=hint
        )
    return DamagedDocument(f"its parser crashed ({died.name})", where=where, hint=hint)


def _send(pipe: IO[bytes] | None, *parts: bytes) -> None:
    if pipe is None:
        raise EOFError
    for part in parts:
        pipe.write(struct.pack(">Q", len(part)))
        pipe.write(part)
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> tuple[int, bytes]:
    if pipe is None:
        raise EOFError
    (status,) = struct.unpack(">i", exactly(pipe, 4))
    (length,) = struct.unpack(">Q", exactly(pipe, 8))
    return status, exactly(pipe, length)


def exactly(pipe: IO[bytes], length: int) -> bytes:
    """So many bytes from a pipe.

    Raises:
        EOFError: It ended before.
    """
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data


@contextmanager
def pool(count: int, *, limits: Limits = LIMITS) -> Iterator[list[Sandbox]]:
    """Several sandboxes, for as many files at a time."""
    boxes = [Sandbox(limits=limits) for _ in range(count)]
    try:
        yield boxes
    finally:
        for box in boxes:
            box.close()
