"""Counting tokens before a prompt is sent: servers clamp what does not fit, and say nothing.

The exact count needs the model's vocabulary, which oss-harmony carries for gpt-oss (vLLM's `/tokenize`
renders another template: 67 against the real 78). Without it the count is an estimate that errs on the
safe side, which costs some evidence and never an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from medrag.errors import MissingDependency

TokenCount = Callable[[str], int]

_RUNS = re.compile(
    r"(?P<letters>[A-Za-z]+)|(?P<digits>[0-9]+)|(?P<space>\s{2,}|\n)|(?P<joined> )|(?P<symbols>[!-/:-@\[-`{-~]+)|(?P<kana>[ぁ-ヿ]+)"
)
_PER_CHARACTER = {
    "letters": 0.34,
    "digits": 0.6,
    "space": 0.5,
    "joined": 0.1,
    "symbols": 1.0,
    "kana": 0.85,
}


def estimate(text: str) -> int:
    """A cautious estimate of the o200k tokens of Japanese and English text.

    By kind of character, kanji and what is not named by 0.43 a UTF-8 byte. Over 6,982 passages it
    came to 1.22 times the true count and fell short in 3 of them, by 3% at most.
    """
    tokens = 0.0
    rest = len(text.encode("utf-8", "surrogatepass"))
    for run in _RUNS.finditer(text):
        length = run.end() - run.start()
        tokens += length * _PER_CHARACTER[run.lastgroup or ""]
        rest -= len(run.group().encode())
    return round(tokens + rest * 0.43 + 1)


def counter(name: str = "auto") -> TokenCount:
    """A counter by name.

    Args:
        name: "harmony" is exact for gpt-oss, "estimate" needs nothing, "auto" is the former where
            oss-harmony is installed and else the latter.

    Raises:
        MissingDependency: "harmony" needs oss-harmony.
        ValueError: There is no such counter.
    """
    if name == "estimate":
        return estimate
    if name not in {"auto", "harmony"}:
        raise ValueError(f"no token counter {name!r}; there are auto, harmony and estimate")
    try:
        from medrag.models import oss_harmony
    except ModuleNotFoundError as error:
        if name == "auto":
            return estimate
        raise MissingDependency(
            "counting gpt-oss tokens needs oss-harmony",
            where=error.name,
            hint="pip install 'medrag[tokens]'",
        ) from None
    return oss_harmony.count
