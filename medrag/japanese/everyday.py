"""Everyday words: what people say and do, and what guidelines call it (抜く, 抜去; 管, カテーテル).

A question asks whether a tube may be 入れ直す where a guideline writes 再挿入, and a leaflet may say 抜く
where a nurse asks about 抜去. The lexicon has the diseases and the drugs, as names in running text; here
are the verbs and things of every day, by their dictionary form, since they are inflected and short and
would be found inside other words.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("everyday.tsv")


@cache
def _pairs() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for line in _FILE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        everyday, written = (side.split() for side in line.split("\t"))
        for word in everyday:
            found.setdefault(word, {}).update(dict.fromkeys(written))
        for word in written:
            found.setdefault(word, {}).update(dict.fromkeys(everyday))
    return {
        word: tuple(other for other in others if other != word) for word, others in found.items()
    }


def others_for(word: str) -> tuple[str, ...]:
    """What else is said for a word (in its dictionary form); nothing, if that is not known."""
    return _pairs().get(word, ())
