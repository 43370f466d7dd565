"""The files that serve the model agree with each other and with the settings."""

import re
from pathlib import Path

import pytest

from medrag.settings import Settings

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_named_there_exists(path: Path) -> None:
    named = set(re.findall(r"MEDRAG_([A-Z_]+)", path.read_text("utf-8")))
    assert {name.lower() for name in named} <= set(Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "commands"), [("README.md", 2), ("compose.yaml", 2), ("systemd/vllm@.service", 1)]
)
def test_every_server_has_the_context_the_cache_and_the_parser(name: str, commands: int) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    for flag in (
        r"--max-model-len[= ]32768 ?",
        r"--enable-prefix-caching(?: \\|\n| -)",
        r"--reasoning-parser[= ]openai_gptoss (?:--|\\)|--reasoning-parser[= ]openai_gptoss\n",
        r'VLLM_SYSTEM_START_DATE[=:] ?"?2026-01-01',
    ):
        assert len(re.findall(flag, text)) >= (1 if "DATE" in flag else commands), flag


def test_nothing_is_published_but_on_loopback() -> None:
    published = re.findall(
        r'^\s+- "([0-9.:]+)"$', (DEPLOY / "compose.yaml").read_text("utf-8"), re.MULTILINE
    )
    assert published == ["127.0.0.1:8080:8080"]
