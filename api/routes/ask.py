"""Questions: answered at once, or as events on the way to the answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

from fastapi import APIRouter, Request

from medrag.answer.events import Event

from .. import problems
from ..lifetime import Work, present
from ..schemas import responses
from ..schemas.requests import Question
from ..state import InProgress, Rag
from ..wire import EventStream, Json, event

router = APIRouter(prefix="/v1/ask", tags=["ask"])


@router.post("", response_model=responses.Answer)
async def ask(given: Question, request: Request, rag: Rag, work: InProgress) -> Json:
    """Answer a question from the guidelines, with citations and a verdict on every claim."""
    with work.counted():
        async with present(request):
            answer = await rag.aask(
                given.question, k=given.k, filters=given.filters, as_of=given.as_of
            )
    return Json(answer.to_dict())


@router.post("/stream", response_class=EventStream)
async def ask_stream(given: Question, rag: Rag, work: InProgress) -> EventStream:
    """Answer a question as server-sent events.

    `retrieved`, then `delta`, `claim`, `citation` and `warning` as they come, and `final`, which
    holds the whole answer. If the service fails or stops on the way, `error` with a problem
    document stands in its place.
    """
    events = rag.aask_stream(given.question, k=given.k, filters=given.filters, as_of=given.as_of)
    # Until something has been sent, an error is a status code.
    first = await anext(events)
    return EventStream(_frames(first, events, work), headers={"X-Accel-Buffering": "no"})


async def _frames(first: Event, rest: AsyncIterator[Event], work: Work) -> AsyncIterator[bytes]:
    # Closed with the response: whoever went away no longer keeps the model busy.
    async with aclosing(cast("AsyncGenerator[Event, None]", rest)):
        try:
            with work.counted():
                yield event(first.kind, first.to_dict())
                async for item in rest:
                    yield event(item.kind, item.to_dict())
        except Exception as error:  # noqa: BLE001 (the status is sent: the stream itself must tell)
            problems.log(error)
            yield event("error", problems.of(error).to_dict())
