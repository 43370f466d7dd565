"""What a parser found, as JSON: it crosses the border of the sandbox, so every value is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medrag import errors
from medrag.documents.document import Page
from medrag.documents.parsers import Heading, Parsed, Unparsed
from medrag.errors import DamagedDocument, MedragError, NeedsOCR, Notice, ParseError


def encoded(part: Parsed | Unparsed) -> dict[str, Any]:
    """A part as JSON values."""
    if isinstance(part, Unparsed):
        return {"member": part.member, "error": error_of(part.error)}
    return {
        "member": part.member,
        "text": part.text,
        "pages": [[page.number, page.start, page.end, page.label] for page in part.pages],
        "headings": None
        if part.headings is None
        else [[h.start, h.end, h.level] for h in part.headings],
        "fields": dict(part.fields),
        "metadata": dict(part.metadata),
        "notices": [[notice.code, notice.message] for notice in part.notices],
    }


def error_of(error: BaseException) -> dict[str, Any]:
    """An error as JSON values."""
    if isinstance(error, MedragError):
        found: dict[str, Any] = {
            "kind": type(error).__name__,
            "message": error.message,
            "where": error.where,
            "hint": error.hint,
        }
        if isinstance(error, NeedsOCR):
            found["pages"] = list(error.pages)
        return found
    return {
        "kind": "DamagedDocument",
        "message": f"its parser failed ({type(error).__name__}: {str(error)[:200]})",
        "where": None,
        "hint": "fetch the file again, or save it in another format",
    }


def decoded(reply: dict[str, Any], where: str) -> list[Parsed | Unparsed]:
    """The parts of a reply.

    Raises:
        MedragError: The one that the parser raised.
    """
    try:
        if "error" in reply:
            error = error_from(reply["error"], where)
        else:
            return [_part(part, where) for part in reply["parts"]]
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise DamagedDocument(
            "its parser gave an answer that makes no sense",
            where=where,
            hint="do not trust this file",
        ) from problem
    raise error


def error_from(value: Mapping[str, Any], where: str) -> MedragError:
    """The error of JSON values; `where` where they do not say."""
    kind = getattr(errors, str(value["kind"]), DamagedDocument)
    if not (isinstance(kind, type) and issubclass(kind, ParseError | errors.MissingDependency)):
        kind = DamagedDocument
    message, place, hint = str(value["message"]), value["where"] or where, value["hint"]
    if kind is NeedsOCR:
        return NeedsOCR(
            message, where=place, hint=hint, pages=tuple(int(page) for page in value["pages"])
        )
    return kind(message, where=place, hint=hint)


def _part(value: dict[str, Any], where: str) -> Parsed | Unparsed:
    if "error" in value:
        return Unparsed(member=str(value["member"]), error=error_from(value["error"], where))
    text = str(value["text"])
    length = len(text)
    pages = tuple(
        Page(number=int(n), start=int(s), end=int(e), label=label)
        for n, s, e, label in value["pages"]
    )
    headings = None
    if value["headings"] is not None:
        headings = tuple(
            Heading(start=int(s), end=int(e), level=int(level)) for s, e, level in value["headings"]
        )
    spans = [(p.start, p.end) for p in pages] + [(h.start, h.end) for h in headings or ()]
    if any(not 0 <= start <= end <= length for start, end in spans):
        raise ValueError("a span outside the text")
    return Parsed(
        text=text,
        pages=pages,
        headings=headings,
        fields={str(k): str(v) for k, v in value["fields"].items()},
        metadata={str(k): str(v) for k, v in value["metadata"].items()},
        notices=tuple(
            Notice(code=str(code), message=str(message)) for code, message in value["notices"]
        ),
        member=None if value["member"] is None else str(value["member"]),
    )
