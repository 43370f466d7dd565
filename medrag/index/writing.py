"""Writing one generation: documents spooled, the files written, and all of it committed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from medrag.documents.files import Failure
from medrag.index import builder, generations, manifests, unread
from medrag.index.encoders import Encoder

if TYPE_CHECKING:
    from medrag.documents.corpus import Ingested
    from medrag.index.index import Index


def write(
    path: Path,
    temporary: Path,
    entries: Iterable[Ingested],
    failures: Iterable[Failure],
    *,
    encoder: Encoder,
    base: Index | None,
    carried: Mapping[str, int],
) -> str:
    """Write and commit a generation of `entries` and of documents carried over from `base`."""
    spool = builder.Spool(temporary / "spool", base=base)
    with contextlib.closing(spool):
        for entry in entries:
            spool.add(entry)
    target = temporary / "generation"
    target.mkdir()
    content = builder.write(spool, target, encoder=encoder, base=base, carried=carried)
    unread.write(target, failures)
    return generations.commit(path, target, manifests.describe(content, encoder))
