"""The guard against the network is itself tested: a guard that lets through is worse than none."""

import asyncio
import socket

import httpx
import pytest


def test_an_address_outside_this_machine_is_refused() -> None:
    with (
        socket.socket() as outside,
        pytest.raises(pytest.fail.Exception, match="reached for the network"),
    ):
        outside.connect(("192.0.2.1", 80))


def test_a_name_outside_this_machine_is_not_looked_up() -> None:
    with pytest.raises(pytest.fail.Exception, match="reached for the network"):
        httpx.get("http://guideline.example/")


@pytest.mark.anyio
async def test_a_server_on_loopback_is_reached() -> None:
    async def hello(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write("こんにちは".encode())
        writer.close()

    async with await asyncio.start_server(hello, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port)
        assert (await reader.read()).decode() == "こんにちは"
        writer.close()
        await writer.wait_closed()
