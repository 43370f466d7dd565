"""What a manifest says of the versions that a generation was built with, and whether they agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medrag.errors import IndexMismatch
from medrag.index import builder
from medrag.index.encoders import Encoder
from medrag.index.lexical import K1, B
from medrag.japanese import tokens


def describe(content: builder.Content, encoder: Encoder) -> dict[str, Any]:
    """What the manifest says of a new generation, beside its files."""
    listed = content.documents <= builder.LISTED_DOCUMENTS
    return {
        **tokens.VERSION,
        "bm25": {"k1": K1, "b": B},
        "encoder": {
            "name": encoder.name,
            "dimension": encoder.dimension,
            "semantic": encoder.semantic,
        },
        "counts": {
            "documents": content.documents,
            "passages": content.passages,
            "recommendations": content.recommendations,
            "characters": content.characters,
        },
        "documents": content.hashes if listed else "documents.sha256",
    }


def match(manifest: Mapping[str, Any], encoder: Encoder, *, where: str) -> None:
    """See that this process reads the generation as it was written.

    Raises:
        IndexMismatch: Its tokenizer, dictionary or encoder is another one.
    """
    expected = {**tokens.VERSION, "encoder": encoder.name}
    found = {
        "tokenizer": manifest.get("tokenizer"),
        "dictionary": manifest.get("dictionary"),
        "encoder": manifest.get("encoder", {}).get("name"),
    }
    for what, name in expected.items():
        if found[what] != name:
            raise IndexMismatch(
                f"the index was built with {what} {found[what]!r}, this process has {name!r}",
                where=where,
                hint=f"use the same {what}, or build the index again with `medrag ingest`",
            )
