"""Answers: what comes out, as Python, JSON, text and HTML."""

from __future__ import annotations

from medrag.answer.labels import NOTICE
from medrag.answer.record import Answer, Citation, Provenance, Status

__all__ = ["NOTICE", "Answer", "Citation", "Provenance", "Status"]
