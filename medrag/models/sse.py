"""Server-sent events, as far as a chat completion stream uses them.

Lines are split on bytes, at LF and CRLF only, and decoded whole: a chunk may end inside a Japanese
character, and a text splitter would also split at U+2028 and U+0085, which JSON may hold as they
are. Source: WHATWG HTML, section 9.2 "Server-sent events".
"""

from __future__ import annotations

#: The longest line accepted. A delta is a few hundred bytes; a server that sends more is broken.
LINE_LIMIT = 1 << 20


class MalformedStream(ValueError):
    """The bytes are not a stream of events."""


class EventReader:
    """Takes the bytes of a stream as they come, gives the `data` of each event, in order.

    Comments and other fields are skipped.
    """

    def __init__(self) -> None:
        self._pending = b""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> list[str]:
        """The events that these bytes end.

        Raises:
            MalformedStream: A line is too long, or is not UTF-8.
        """
        if (  # one event and no more, as servers send them
            not (self._pending or self._data)
            and chunk.startswith(b"data: ")
            and chunk.endswith(b"\n\n")
            and chunk.find(b"\n") == len(chunk) - 2
        ):
            return [_decode(chunk[6:-2])]
        *lines, self._pending = (self._pending + chunk).split(b"\n")
        if len(self._pending) > LINE_LIMIT:
            raise MalformedStream(f"a line of more than {LINE_LIMIT} bytes")
        ended: list[str] = []
        for line in lines:
            content = line.removesuffix(b"\r")
            if not content:
                ended += self._taken()
            elif content.startswith(b"data:"):
                self._data.append(_decode(content[5:].removeprefix(b" ")))
        return ended

    def finish(self) -> list[str]:
        """The last event, where a server leaves out its empty line; an unfinished line is none."""
        return [] if self._pending else self._taken()

    def _taken(self) -> list[str]:
        data, self._data = self._data, []
        return ["\n".join(data)] if data else []


def _decode(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedStream(f"a line that is not UTF-8 ({error.reason})") from None
