"""The pipeline: Medrag wires the rooms; the module functions are thin calls on it."""

from __future__ import annotations

from medrag.pipeline.calls import aask, aask_stream, ask, ask_stream, search, verify
from medrag.pipeline.rag import Medrag

__all__ = ["Medrag", "aask", "aask_stream", "ask", "ask_stream", "search", "verify"]
