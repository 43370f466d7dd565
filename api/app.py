"""The service: routes over one Medrag, and the server that runs them.

The application holds no state but the Medrag it was given, which threads share; nothing that
computes runs on the event loop. What is sent stays in the house: no page loads anything from
elsewhere, and no log line holds a question.
"""

from __future__ import annotations

import asyncio
import logging
import logging.config
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from medrag import __version__
from medrag.answer import NOTICE
from medrag.errors import MedragError, SettingsError
from medrag.pipeline import Medrag

from . import limits, problems, state
from .headers import Headers
from .routes import page, routers
from .schemas import responses

_LOG = logging.getLogger(__name__)

#: With two seconds more for what is ended, below the ten that containers are commonly given.
GRACE_SECONDS = 6.0


def create_app(rag: Medrag, *, body_limit: int = limits.BODY_BYTES) -> FastAPI:
    """The ASGI application that answers with `rag`, and closes it when it shuts down.

    Args:
        rag: Shared by all requests; opened at startup if it is not open.
        body_limit: Longest body of a request, in bytes.
    """
    app = FastAPI(
        title="medrag",
        version=__version__,
        summary="Question answering grounded in Japanese clinical guidelines",
        description=NOTICE,
        # The stock documentation pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        responses={"default": _PROBLEM},
        generate_unique_id_function=lambda route: route.name,
    )
    state.share(app, rag)
    problems.install(app)
    for router in routers:
        app.include_router(router)
    app.mount("/page", StaticFiles(directory=page.FILES))
    # The last one added is the outermost.
    app.add_middleware(limits.BodyLimit, limit=body_limit)
    app.add_middleware(problems.Unexpected)
    app.add_middleware(Headers)
    return app


_PROBLEM: dict[str, Any] = {
    "description": "An error, as RFC 9457 has it",
    "content": {problems.MEDIA_TYPE: {"schema": responses.Problem.model_json_schema()}},
}


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    rag = state.rag_of(app)
    try:
        await asyncio.to_thread(_open, rag)
    except MedragError as error:
        # It may be mended while the service runs: /readyz says when.
        problems.log(error)
    yield
    await asyncio.to_thread(rag.close)


def _open(rag: Medrag) -> None:
    """Load now what the first question would wait for."""
    _ = rag.retriever, rag.generator, rag.checker


def serve(rag: Medrag, *, host: str, port: int) -> None:
    """Serve until SIGTERM or an interrupt; what is being answered then is finished first.

    Args:
        port: 0 for any that is free; the log says which.

    Raises:
        SettingsError: The address cannot be listened on.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise SettingsError(
            f"cannot listen: {error}",
            where=f"{host}:{port}",
            hint="choose another --host or --port",
        ) from None
    logging.config.dictConfig(_LOGGING)
    server = Server(create_app(rag))
    # uvicorn raises the signal again once it has stopped; being told to stop is no failure.
    signal.signal(signal.SIGTERM, _stopped)
    with listener:
        name, bound, *_ = listener.getsockname()
        _LOG.info("http://%s:%d", f"[{name}]" if ":" in name else name, bound)
        server.run(sockets=[listener])


class Server(uvicorn.Server):
    """Runs an application, and stops without leaving a caller in the dark.

    Args:
        grace: Seconds that answers on their way may take to finish once it is told to stop. Those
            that do not are ended with an error that says so.
    """

    def __init__(self, app: FastAPI, *, grace: float = GRACE_SECONDS) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                ws="none",
                server_header=False,
                log_config=None,
                timeout_graceful_shutdown=ceil(grace) + 2,
            )
        )
        self._work = state.work_of(app)
        self._grace = grace

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; called by uvicorn."""
        ending = asyncio.get_running_loop().call_later(self._grace, self._work.end)
        await super().shutdown(sockets)
        ending.cancel()


def _stopped(*_: object) -> None:
    raise SystemExit(0)


# Standard output is for results alone.
_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        name: {"handlers": ["stderr"], "level": "INFO", "propagate": False}
        for name in ("uvicorn", "medrag", "medrag_api")
    },
}
