"""How the service writes: JSON as it is read by people, and server-sent events.

Japanese goes out as itself and not as escapes. What UTF-8 cannot hold (a lone surrogate, which the
JSON input of an index may carry) goes out as the escape that JSON has for it. Sources: RFC 8259;
WHATWG HTML, section 9.2 "Server-sent events".
"""

from __future__ import annotations

import json
from typing import Any

from fastapi.responses import JSONResponse, StreamingResponse

# JSON holds these as they are, but many readers of event streams take them for the end of a line.
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def encoded(content: Any) -> bytes:
    """JSON in UTF-8, on one line."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Surrogates can stand only inside a string, where a backslash escape is JSON.
    return text.translate(_LINE_ENDS).encode("utf-8", "backslashreplace")


def event(name: str, content: Any) -> bytes:
    """One server-sent event."""
    return b"event: %s\ndata: %s\n\n" % (name.encode("ascii"), encoded(content))


class Json(JSONResponse):
    """A JSON response."""

    def render(self, content: Any) -> bytes:
        """The body."""
        return encoded(content)


class EventStream(StreamingResponse):
    """A response of server-sent events."""

    media_type = "text/event-stream"
