"""Errors as RFC 9457 problem documents.

A caller's mistake is told in full, so that it can be mended. Of an outage the caller learns its kind
and whether to come again; paths, addresses and what an upstream said are the operator's and go to the
log. Neither ever holds a question: not the input that failed validation, not an exception's message.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medrag.errors import (
    EvaluationError,
    GenerationError,
    MedragError,
    MissingDependency,
    NotInIndex,
    QuestionError,
    SettingsError,
    StorageError,
)

from .lifetime import CallerGone, Stopping
from .wire import Json

_LOG = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
#: When to try again after a language model was too busy or away.
RETRY_SECONDS = 5
_AGAIN = {"Retry-After": str(RETRY_SECONDS)}
_HINTS = {
    400: "send one JSON object in UTF-8",
    404: "see /openapi.json",
    405: "see /openapi.json",
    413: "send less at a time",
}
# Values that one problem document lists; whoever sends more wrong ones knows from these.
_REFUSED = 20
# Of a fault's traceback, the frames that are logged.
_FRAMES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong with one request.

    Attributes:
        error: Name of the error, stable; part of the document's `type`.
        detail: What went wrong, for people.
        hint: What the caller can do about it.
        errors: Each value of the request that was refused: where it stands and why.
    """

    status: int
    error: str
    detail: str
    hint: str | None = None
    errors: Sequence[Mapping[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The problem document."""
        document: dict[str, Any] = {
            "type": f"urn:medrag:error:{self.error}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "error": self.error,
        }
        if self.hint is not None:
            document["hint"] = self.hint
        if self.errors:
            document["errors"] = [dict(error) for error in self.errors]
        return document

    def response(self) -> Json:
        """The document as a response."""
        return Json(
            self.to_dict(),
            status_code=self.status,
            headers=dict(self.headers),
            media_type=MEDIA_TYPE,
        )


_CALLERS = (QuestionError, SettingsError, EvaluationError, NotInIndex)
_OUTAGES: tuple[tuple[type[MedragError], int, str], ...] = (
    (StorageError, 503, "the index cannot be used"),
    (MissingDependency, 503, "a package that the service needs is not installed"),
    (GenerationError, 502, "the language model gave no usable answer"),
)


def of(error: Exception) -> Problem:
    """What an error is to the caller."""
    name = type(error).__name__
    if isinstance(error, _CALLERS):
        detail = f"{error.where}: {error.message}" if error.where else error.message
        status = 404 if isinstance(error, NotInIndex) else 422
        return Problem(status=status, error=name, detail=detail, hint=error.hint)
    for kind, status, detail in _OUTAGES:
        if isinstance(error, kind):
            problem = Problem(status=status, error=name, detail=detail)
            if isinstance(error, GenerationError) and error.retryable:
                return replace(problem, status=503, headers=_AGAIN)
            return problem
    if isinstance(error, Stopping):
        return Problem(status=503, error=name, detail="the service is stopping", headers=_AGAIN)
    return Problem(status=500, error="InternalError", detail="the service failed")


def log(error: Exception) -> None:
    """Tell the operator of an error that is not the caller's.

    Kind, place and hint, never the message: an upstream's can quote the request, and so can that of
    an exception which nobody foresaw.
    """
    if isinstance(error, (*_CALLERS, Stopping)):
        return
    name = type(error).__name__
    if isinstance(error, MedragError):
        _LOG.error("%s: %s (%s)", name, error.where, error.hint)
        return
    innermost = traceback.extract_tb(error.__traceback__)[: -_FRAMES - 1 : -1]
    places = (f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in innermost)
    _LOG.error("%s at %s", name, " < ".join(places))


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem document."""

    @app.exception_handler(MedragError)
    @app.exception_handler(Stopping)
    async def failed(_: Request, error: Exception) -> Json:
        log(error)
        return of(error).response()

    @app.exception_handler(CallerGone)
    async def gone(_: Request, __: CallerGone) -> Response:
        return Response(status_code=499)  # read by nobody but the access log

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Json:
        return Problem(
            status=422,
            error="RequestError",
            detail="the request is not as it should be",
            hint="send JSON with Content-Type: application/json, as /openapi.json describes it",
            errors=[_refused(item) for item in error.errors()[:_REFUSED]],
        ).response()

    @app.exception_handler(StarletteHTTPException)
    async def refused(_: Request, error: HTTPException) -> Json:
        return Problem(
            status=error.status_code,
            error=f"HTTP{error.status_code}",
            detail=str(error.detail),
            hint=_HINTS.get(error.status_code),
            headers=error.headers or {},
        ).response()


def _refused(item: Mapping[str, Any]) -> dict[str, str]:
    """Where a value stands (a JSON pointer, or a parameter's name) and why it was refused."""
    place, *path = (str(part) for part in item["loc"])
    if place != "body":
        where = {"parameter": "/".join(path)}
    elif item["type"] == "json_invalid":  # its place is an offset
        where = {"pointer": "#"}
    else:
        steps = (part.replace("~", "~0").replace("/", "~1") for part in path)
        where = {"pointer": "#" + "".join(f"/{step}" for step in steps)}
    return {"detail": item["msg"].removeprefix("Value error, "), **where}


class Unexpected:
    """Turns what no handler knows into a problem, before a server logs the exception's message."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 (the one place for what nobody foresaw)
            log(error)
            if not started:
                await of(error).response()(scope, receive, send)
