"""Interventions: one fact changed on purpose, to see who notices.

Of a claim: `CHANGES[kind]` tells something else than the passage does, `REWRITES[kind]` the same in
other words, and `generate` makes labelled claims of both sorts from any guideline. Of the evidence:
`closed_book`, `drop_cited`, `replace_cited` and `alter_cited` change what an answer was given, to see
whether the answer follows.
"""

from __future__ import annotations

from medrag.evaluation.interventions.claims import (
    CHANGES,
    KINDS,
    REWRITES,
    GeneratedClaim,
    generate,
    split_of,
)
from medrag.evaluation.interventions.evidence import (
    alter_cited,
    closed_book,
    drop_cited,
    replace_cited,
)
from medrag.evaluation.interventions.statement import Change, Statement, Variant

__all__ = [
    "CHANGES",
    "KINDS",
    "REWRITES",
    "Change",
    "GeneratedClaim",
    "Statement",
    "Variant",
    "alter_cited",
    "closed_book",
    "drop_cited",
    "generate",
    "replace_cited",
    "split_of",
]
