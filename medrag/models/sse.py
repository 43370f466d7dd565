"""Server-sent events, as far as a chat completion stream uses them.

Lines are split on bytes, at LF and CRLF only, and decoded whole: a chunk may end inside a Japanese
character, and a text splitter would also split at U+2028 and U+0085, which JSON may hold as they
are. Source: WHATWG HTML, section 9.2 "Server-sent events".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator

#: The longest line accepted. A delta is a few hundred bytes; a server that sends more is broken.
LINE_LIMIT = 1 << 20


class MalformedStream(ValueError):
    """The bytes are not a stream of events."""


async def events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[str, None]:
    """The `data` of each event, in order; comments and other fields are skipped.

    A line left unfinished when the stream ends is no event.

    Raises:
        MalformedStream: A line is too long, or is not UTF-8.
    """
    pending = b""
    data: list[str] = []
    async for chunk in chunks:
        if (  # one event and no more, as servers send them
            not (pending or data)
            and chunk.startswith(b"data: ")
            and chunk.endswith(b"\n\n")
            and chunk.find(b"\n") == len(chunk) - 2
        ):
            yield _decode(chunk[6:-2])
            continue
        *lines, pending = (pending + chunk).split(b"\n")
        if len(pending) > LINE_LIMIT:
            raise MalformedStream(f"a line of more than {LINE_LIMIT} bytes")
        for line in lines:
            content = line.removesuffix(b"\r")
            if not content:
                if data:
                    yield "\n".join(data)
                    data.clear()
            elif content.startswith(b"data:"):
                data.append(_decode(content[5:].removeprefix(b" ")))
    if data and not pending:  # the last event, where a server leaves out its empty line
        yield "\n".join(data)


def _decode(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedStream(f"a line that is not UTF-8 ({error.reason})") from None
