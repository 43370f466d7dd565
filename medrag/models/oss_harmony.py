"""The gpt-oss vocabulary and the harmony format, from oss-harmony, whose vocabulary is inside it."""

from __future__ import annotations

from functools import cache
from typing import Any

import openai_harmony


@cache
def _encoding() -> Any:
    return openai_harmony.load_harmony_encoding(openai_harmony.HarmonyEncodingName.HARMONY_GPT_OSS)


def count(text: str) -> int:
    """Tokens of `text` as ordinary text: control tokens spelt out in it are letters."""
    return len(_encoding().encode(text, disallowed_special=()))
