"""The page: whole without any other host, and safe whatever an answer holds."""

import re

import pytest
from httpx import AsyncClient

from medrag.answer import labels

pytestmark = pytest.mark.anyio


async def test_the_page_is_japanese_and_carries_the_notice(client: AsyncClient) -> None:
    response = await client.get("/")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="ja">' in response.text
    shown = " ".join(re.sub(r"<[^>]+>", "", response.text).split())
    for sentence in labels.NOTICE.split(" / "):
        assert sentence in shown


async def test_everything_the_page_names_is_served_here(client: AsyncClient) -> None:
    page = (await client.get("/")).text
    script = (await client.get("/page/app.js")).text
    named = re.findall(r'(?:src|href)="([^"]+)"', page) + re.findall(r'fetched\("([^"]+)"', script)
    assert {"/page/app.js", "/page/style.css", "/page/labels.json", "/v1/ask"} <= set(named)
    for address in set(named) - {"data:,", "/v1/ask"}:
        assert (await client.get(address)).status_code == 200


async def test_the_policy_lets_nothing_in_but_the_pages_own_files(client: AsyncClient) -> None:
    response = await client.get("/")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    # Nothing inline: the policy would forbid it.
    assert re.findall(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=", response.text) == []


async def test_the_script_makes_text_and_never_markup(client: AsyncClient) -> None:
    script = (await client.get("/page/app.js")).text
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function"
    assert re.findall(forbidden, script) == []


async def test_the_words_on_the_page_are_those_of_the_library(client: AsyncClient) -> None:
    words = (await client.get("/page/labels.json")).json()
    assert words["verdicts"] == labels.VERDICTS
    assert words["statuses"] == labels.STATUSES


@pytest.mark.parametrize("path", ["/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2fapp.py"])
async def test_no_file_beside_the_page_is_served(client: AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
