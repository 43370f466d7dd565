"""An Answer as HTML for a notebook: self-contained, escaped, without scripts or requests.

Everything in an answer is untrusted (a passage, a question and a model can all hold markup), so
every value is escaped here and links are given only for http and https.
"""

from __future__ import annotations

from html import escape
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
    from medrag.attribution.verdicts import Claim

_COLOURS = {
    "supported": "#1a7f37",
    "partial": "#9a6700",
    "contradicted": "#b42318",
    "unsupported": "#b42318",
    "uncited": "#57606a",
}
_STYLE = "font-family:system-ui,'Noto Sans CJK JP',sans-serif;line-height:1.7;max-width:52em"


def render(answer: Answer) -> str:
    """One <div>, safe to place in any page."""
    how = f"{STATUSES[answer.status]} · {MODES[answer.mode]} · 検証: {escape(checked_by(answer.verified_by))}"
    parts = [
        f'<div class="medrag-answer" style="{_STYLE}">',
        f"<p><b>{escape(answer.question)}</b><br><small>{how}</small></p>",
        f"<p>{_marked(answer)}</p>",
    ]
    if answer.citations:
        items = "".join(_citation(citation) for citation in answer.citations)
        parts.append(f'<ol style="padding-left:0;list-style:none">{items}</ol>')
    if answer.status == "abstained":
        nearest = "".join(
            f"<li><b>{escape(' > '.join((hit.title, *hit.passage.section)))}</b><br>"
            f"{escape(hit.shown)}</li>"
            for hit in answer.hits[:NEAREST_SHOWN]
        )
        parts.append(f"<p>{NEAREST}:</p><ul>{nearest}</ul>" if nearest else "")
    parts += [f"<p><small>⚠ {escape(warning.message)}</small></p>" for warning in answer.warnings]
    parts.append(f'<p style="color:#57606a"><small>{escape(NOTICE)}</small></p></div>')
    return "".join(parts)


def _marked(answer: Answer) -> str:
    """The text with every claim underlined in the colour of its verdict."""
    pieces: list[str] = []
    position = 0
    for claim in sorted(answer.claims, key=lambda claim: claim.start):
        pieces.append(escape(answer.text[position : claim.start]))
        pieces.append(_claim(claim))
        position = claim.end
    pieces.append(escape(answer.text[position:]))
    return "".join(pieces).replace("\n", "<br>")


def _claim(claim: Claim) -> str:
    if claim.verdict == "not_a_claim":
        return escape(claim.text)
    label = VERDICTS[claim.verdict] + (REVIEW if claim.needs_review else "")
    wrong = [DIFFERENCES.get(found.kind, found.kind) for found in claim.differences]
    label += f"（違い: {'、'.join(dict.fromkeys(wrong))}）" if wrong else ""
    evidence = " … ".join(piece.quote for piece in claim.evidence)
    title = escape(f"{label}: {evidence}" if evidence else label, quote=True)
    style = f"border-bottom:2px solid {_COLOURS[claim.verdict]}"
    return f'<span title="{title}" style="{style}">{escape(claim.text)}</span>'


def _citation(citation: Citation) -> str:
    place = escape(" > ".join((citation.title, *citation.section)))
    if citation.url and citation.url.startswith(("https://", "http://")):
        place = f'<a href="{escape(citation.url, quote=True)}" rel="noreferrer">{place}</a>'
    facts = [citation.edition or "", EDITIONS[citation.edition_status]]
    facts += [f"p.{citation.page}"] if citation.page else []
    facts += [f"推奨の強さ: {citation.strength.raw}"] if citation.strength else []
    facts += [f"確実性: {citation.certainty.raw}"] if citation.certainty else []
    return (
        f"<li>[{citation.number}] {place} <small>({escape(', '.join(filter(None, facts)))})"
        f"</small><blockquote>{escape(without_markup(citation.quote))}</blockquote></li>"
    )
