"""medrag: medical question answering grounded in Japanese clinical guidelines.

    import medrag
    answer = medrag.ask("75歳以上の高血圧患者の降圧目標は?", index="indexes/sample")
    print(answer)

The functions here are thin calls on `medrag.Medrag`. Nothing heavy is imported until it is used:
`import medrag` costs a few milliseconds. Research use only; not a medical device.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medrag.answer import Answer, Citation
    from medrag.attribution.verdicts import Claim, Report
    from medrag.documents.document import Document
    from medrag.documents.passages import Passage
    from medrag.errors import (
        GenerationError,
        IndexCorrupted,
        IndexMismatch,
        IndexNotFound,
        MedragError,
        MissingDependency,
        Notice,
        ParseError,
        SettingsError,
    )
    from medrag.pipeline import (
        Medrag,
        aask,
        aask_stream,
        ask,
        ask_stream,
        search,
        verify,
    )
    from medrag.retrieval.retriever import Hit
    from medrag.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Citation",
    "Claim",
    "Document",
    "GenerationError",
    "Hit",
    "IndexCorrupted",
    "IndexMismatch",
    "IndexNotFound",
    "Medrag",
    "MedragError",
    "MissingDependency",
    "Notice",
    "ParseError",
    "Passage",
    "Report",
    "Settings",
    "SettingsError",
    "__version__",
    "aask",
    "aask_stream",
    "ask",
    "ask_stream",
    "search",
    "verify",
]

# Where each public name lives; a name is imported when it is first asked for.
_HOMES = {
    "medrag.answer": ("Answer", "Citation"),
    "medrag.attribution.verdicts": ("Claim", "Report"),
    "medrag.documents.document": ("Document",),
    "medrag.documents.passages": ("Passage",),
    "medrag.errors": (
        "GenerationError",
        "IndexCorrupted",
        "IndexMismatch",
        "IndexNotFound",
        "MedragError",
        "MissingDependency",
        "Notice",
        "ParseError",
        "SettingsError",
    ),
    "medrag.pipeline": ("Medrag", "aask", "aask_stream", "ask", "ask_stream", "search", "verify"),
    "medrag.retrieval.retriever": ("Hit",),
    "medrag.settings": ("Settings",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        message = f"module 'medrag' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
