"""The lexicon: medical words that belong together, and how.

It decides what is found (a question in lay words, a passage in technical ones) and what counts as
the same thing when a claim is checked, so precision comes first: a word that is only sometimes
right is marked ambiguous or left out. The words are this project's own, in one file a field;
whoever holds richer terminologies adds files in the same format (benchmarks/lexicon builds some).
"""

from __future__ import annotations

from functools import cache

from medrag.japanese.lexicon.groups import Group, Relation, read_groups
from medrag.japanese.lexicon.lookup import Lexicon, Mention, Synonym

__all__ = [
    "Group",
    "Lexicon",
    "Mention",
    "Relation",
    "Synonym",
    "default_lexicon",
    "read_groups",
]


@cache
def default_lexicon() -> Lexicon:
    """The lexicon that ships, loaded once."""
    return Lexicon.load()
