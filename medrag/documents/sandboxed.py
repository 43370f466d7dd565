"""The server behind medrag.documents.sandbox: it forks a process with limits for each file.

It runs in an interpreter of its own with an empty environment, and is the only module that needs an
operating system with fork and resource limits.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import struct
import sys
import tempfile
from collections.abc import Mapping

from medrag.documents import parsers
from medrag.documents.parsers import Options, wire
from medrag.documents.sandbox import MOST_PAGES, exactly
from medrag.errors import DamagedDocument, LimitExceeded


def serve(limits: Mapping[str, float]) -> None:
    """Read requests on standard input until it ends; for each, fork, parse and report."""
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    while True:
        head = requests.read(8)
        if len(head) < 8:
            return
        request = json.loads(exactly(requests, struct.unpack(">Q", head)[0]))
        data = exactly(requests, struct.unpack(">Q", exactly(requests, 8))[0])
        with contextlib.suppress(Exception):  # the child meets the same error, and reports it
            parsers.prepare(request["where"])
        output = os.memfd_create("reply") if hasattr(os, "memfd_create") else _scratch()
        child = os.fork()
        if child == 0:
            _child(request, data, output, limits)
        _, status = os.waitpid(child, 0)
        reply = b""
        if status == 0:
            os.lseek(output, 0, os.SEEK_SET)
            with os.fdopen(os.dup(output), "rb") as file:
                reply = file.read()
        os.close(output)
        code = (
            -os.WTERMSIG(status)
            if os.WIFSIGNALED(status)
            else os.WEXITSTATUS(status) + 1000 * (status != 0)
        )
        replies.write(struct.pack(">i", code) + struct.pack(">Q", len(reply)) + reply)
        replies.flush()


def _scratch() -> int:

    return os.dup(tempfile.TemporaryFile().fileno())


def _child(
    request: Mapping[str, object],
    data: bytes,
    output: int,
    limits: Mapping[str, float],
) -> None:
    """Parse within limits, write the reply, and end without any cleaning up."""
    code = 0
    try:
        bounds = _Bounds(limits)
        bounds.set(pictures=request["ocr"] is not None)
        options = Options(
            encoding=request["encoding"],  # type: ignore[arg-type]
            ocr=request["ocr"],  # type: ignore[arg-type]
            counted=bounds.extend,
        )
        where = str(request["where"])
        try:
            parts = list(parsers.parse(data, where=where, options=options))
            reply: dict[str, object] = {"parts": [wire.encoded(part) for part in parts]}
        except MemoryError:
            reply = {
                "error": wire.error_of(
                    LimitExceeded("needs more memory than it may", where=where, hint="split it")
                )
            }
        except RecursionError:
            reply = {
                "error": wire.error_of(
                    DamagedDocument("nested too deeply", where=where, hint="do not trust this file")
                )
            }
        except Exception as error:  # noqa: BLE001 - whatever a parser does is reported, not raised here
            reply = {"error": wire.error_of(error)}
        written = json.dumps(reply).encode()
        while written:
            written = written[os.write(output, written) :]
    except BaseException:  # noqa: BLE001
        code = 1
    os._exit(code)


class _Bounds:
    """The limits of this process; more pages earn more time."""

    def __init__(self, limits: Mapping[str, float]) -> None:
        self.limits = limits

    def set(self, *, pictures: bool) -> None:
        """Apply them; they hold for all that this process starts too."""
        memory, output = int(self.limits["memory"]), int(self.limits["output"])
        most = self._seconds("cpu", MOST_PAGES, MOST_PAGES if pictures else 0)
        _limit(resource.RLIMIT_AS, memory, memory)
        _limit(resource.RLIMIT_CPU, int(self.limits["cpu"]), most)
        _limit(resource.RLIMIT_FSIZE, output, output)
        _limit(resource.RLIMIT_CORE, 0, 0)
        for name in (signal.SIGXCPU, signal.SIGALRM, signal.SIGXFSZ):
            signal.signal(name, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, self.limits["wall"])

    def extend(self, pages: int, pictures: int = 0) -> None:
        """A document of this many pages may take longer, one that a recogniser reads longer still."""
        _limit(resource.RLIMIT_CPU, self._seconds("cpu", pages, pictures), None)
        signal.setitimer(signal.ITIMER_REAL, self._seconds("wall", pages, pictures))

    def _seconds(self, kind: str, pages: int, pictures: int) -> int:
        pages, pictures = min(pages, MOST_PAGES), min(pictures, MOST_PAGES)
        each = pages * self.limits[f"{kind}_per_page"] + pictures * self.limits["per_picture"]
        return int(self.limits[kind] + each)


def _limit(which: int, soft: int, hard: int | None) -> None:
    """Set a limit, never above what this process was given itself."""
    given = resource.getrlimit(which)[1]
    hard = given if hard is None else hard
    if given != resource.RLIM_INFINITY:
        hard = min(hard, given) if hard != resource.RLIM_INFINITY else given
    resource.setrlimit(which, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
