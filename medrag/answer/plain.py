"""An Answer as text for a terminal: verdicts beside claims, then what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medrag.answer.labels import (
    DIFFERENCES,
    EDITIONS,
    MODES,
    NEAREST,
    NEAREST_SHOWN,
    NOTICE,
    REVIEW,
    STATUSES,
    VERDICTS,
    checked_by,
    without_markup,
)

if TYPE_CHECKING:
    from medrag.answer.record import Answer, Citation
    from medrag.attribution.verdicts import Difference


def render(answer: Answer) -> str:
    """Several lines, ending without a newline."""
    lines = [
        f"問: {_line(answer.question)}",
        f"{STATUSES[answer.status]} ― {MODES[answer.mode]}、検証: {checked_by(answer.verified_by)}",
        "",
        answer.text,
    ]
    checked = [claim for claim in answer.claims if claim.verdict != "not_a_claim"]
    if checked:
        lines += ["", "主張ごとの検証:"]
        for claim in checked:
            review = REVIEW if claim.needs_review else ""
            lines.append(f"  {VERDICTS[claim.verdict]}{review}: {_line(claim.text)}")
            lines += [_difference(difference) for difference in claim.differences]
    if answer.citations:
        lines += ["", "引用:"]
        for citation in answer.citations:
            lines += _citation(citation)
    if answer.status == "abstained" and answer.hits:
        lines += ["", f"{NEAREST}:"]
        for hit in answer.hits[:NEAREST_SHOWN]:
            where = " > ".join((hit.title, *hit.passage.section))
            lines += [f"  - {where}", f"    {_clip(hit.shown)}"]
    if answer.warnings:
        lines += ["", "注意:"]
        lines += [f"  - {warning.message}" for warning in answer.warnings]
    return "\n".join([*lines, "", NOTICE])


def _difference(difference: Difference) -> str:
    kind = DIFFERENCES.get(difference.kind, difference.kind)
    said, found = (
        f"「{_line(value)}」" if value.strip() else "（なし）"
        for value in (difference.claim, difference.evidence)
    )
    return f"      違い（{kind}）: 回答 {said} / 資料 {found}"


def _citation(citation: Citation) -> list[str]:
    edition = "、".join(
        part for part in (citation.edition, EDITIONS[citation.edition_status]) if part
    )
    page = f" p.{citation.page}" if citation.page else ""
    head = f"  [{citation.number}] {citation.title}（{edition}）{page}"
    lines = [head]
    if citation.section:
        lines.append(f"      {' > '.join(citation.section)}")
    grades = [
        f"{label}: {grade.raw}"
        for label, grade in (
            ("推奨の強さ", citation.strength),
            ("エビデンスの確実性", citation.certainty),
        )
        if grade
    ]
    if grades:
        lines.append(f"      {' / '.join(grades)}")
    lines.append(
        f"      「{_line(without_markup(citation.quote))}」 ({citation.start}-{citation.end})"
    )
    return lines


def _line(text: str) -> str:
    return " ".join(text.split())


def _clip(text: str, width: int = 120) -> str:
    line = _line(text)
    return line if len(line) <= width else line[:width] + "…"
