"""Repair: what to do with claims that their citations do not carry.

"flag" leaves the text as it is. "drop" takes such claims out. "recite" gives a claim the citation
that carries it, where a passage does, and drops it otherwise. "regenerate" asks for the text once
more with the conflicts shown, and drops what still fails. After every step the text is checked
again, two rounds at most. Nothing here edits a word: a number, a strength or a population that is
wrong goes with its claim, it is never corrected.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from medrag.attribution.checker import Checker
from medrag.attribution.verdicts import Claim, EvidenceText, Report
from medrag.errors import Notice
from medrag.generation import markers

Repair = Literal["flag", "drop", "recite", "regenerate"]
#: Writes the text again, given the claims that failed; None when it cannot.
Regenerate = Callable[[Sequence[Claim]], Awaitable[str | None]]

_ROUNDS = 2
_FAILED = ("partial", "contradicted", "unsupported", "uncited")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A text after repair, checked.

    Attributes:
        report: Of the repaired text; `report.text` is that text.
        notices: What was done, for the answer's warnings.
    """

    report: Report
    notices: tuple[Notice, ...] = ()


def failed(report: Report) -> tuple[Claim, ...]:
    """The claims that are not carried; one that only needs review is not among them."""
    return tuple(
        claim for claim in report.claims if claim.verdict in _FAILED and not claim.needs_review
    )


async def repair(
    report: Report,
    *,
    how: Repair,
    checker: Checker,
    passages: Sequence[EvidenceText],
    question: str | None = None,
    regenerate: Regenerate | None = None,
) -> Repaired:
    """The text of `report` after repair, with a new report.

    Args:
        how: "regenerate" without `regenerate` is "drop".
        regenerate: Called once at most.
    """
    notices: list[Notice] = []
    for step in range(_ROUNDS):
        wrong = failed(report)
        if how == "flag" or not wrong:
            break
        text: str | None = None
        if how == "regenerate" and step == 0 and regenerate is not None:
            text = await regenerate(wrong)
            if text is not None:
                notices.append(
                    _notice(
                        "regenerated", f"{len(wrong)} 件の記載が引用元と合わず、書き直しました。"
                    )
                )
        elif how == "recite" and step == 0:
            recited = recite(report)
            text = recited.text
            if recited.moved:
                notices.append(
                    _notice(
                        "recited",
                        f"{recited.moved} 件の引用を、記載を裏づける資料に付け替えました。",
                    )
                )
        if text is None or text == report.text:
            text = drop(report)
            notices.append(
                _notice(
                    "dropped_claims", f"引用元で確認できない {len(wrong)} 件の記載を除きました。"
                )
            )
        report = checker.check(text, passages, question=question)
    if how != "flag" and failed(report):
        dropped = drop(report)
        notices.append(
            _notice(
                "dropped_claims",
                f"引用元で確認できない {len(failed(report))} 件の記載を除きました。",
            )
        )
        report = checker.check(dropped, passages, question=question)
    return Repaired(report=report, notices=tuple(notices))


def drop(report: Report) -> str:
    """The text without the claims that failed, and without what they alone held apart."""
    text = report.text
    for claim in reversed(failed(report)):
        before, after = text[: claim.start], text[claim.end :]
        if before.endswith("\n") or not before:
            after = after.removeprefix("\n")
        elif before.endswith(" ") and after.startswith(" "):
            after = after[1:]
        text = before + after
    return text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recited:
    """A text with other citations, and how many claims have one."""

    text: str
    moved: int


def recite(report: Report) -> Recited:
    """The text with the citations of failed claims replaced by ones that carry them.

    Markers alone are written; a claim without a better passage stays as it is.
    """
    text = report.text
    moved = 0
    for claim in reversed(failed(report)):
        if not claim.alternatives:
            continue
        marker = f"[{claim.alternatives[0]}]"
        written = text[claim.start : claim.end]
        found = markers.find(written)
        for position, old in enumerate(reversed(found)):
            last = position == len(found) - 1
            written = written[: old.start] + (marker if last else "") + written[old.end :]
        if not found:
            bare = written.rstrip("。．. 　")
            written = bare + marker + written[len(bare) :]
        text = text[: claim.start] + written + text[claim.end :]
        moved += 1
    return Recited(text=text, moved=moved)


def _notice(code: str, message: str) -> Notice:
    return Notice(code=code, message=message)
