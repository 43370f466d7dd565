"""Small documents for the tests of the index and the retriever."""

from datetime import date

from medrag.documents.corpus import Ingested
from medrag.documents.document import Document, Section, Source
from medrag.documents.guideline import Condition, Grade, Recommendation
from medrag.documents.passages import Passage
from medrag.japanese.normalize import Span


def entry(
    identifier: str,
    *texts: str,
    title: str = "",
    section: tuple[str, ...] = (),
    kinds: tuple[str, ...] = (),
    society: str | None = None,
    edition: str | None = None,
    published: date | None = None,
    supersedes: str | None = None,
) -> Ingested:
    """A document of which each text is a passage."""
    whole = "\n".join(texts)
    passages = []
    start = 0
    for i, text in enumerate(texts):
        passages.append(
            Passage(
                id=f"{identifier}#{i}",
                document_id=identifier,
                text=text,
                start=start,
                end=start + len(text),
                page=1,
                section=section,
                kind=kinds[i] if kinds else "body",
                sentences=(Span(start, start + len(text)),) if text else (),
                strength=Grade(raw="強い（1）", scheme="GRADE"),
            )
        )
        start += len(text) + 1
    recommendation = Recommendation(
        document_id=identifier,
        text=whole[:4],
        start=0,
        end=len(whole[:4]),
        block_start=0,
        block_end=len(whole),
        page=1,
        polarity="for",
        strength=Grade(raw="強い（1）", scheme="GRADE"),
        exceptions=(Condition(text="妊婦", start=0, end=2),),
    )
    return Ingested(
        document=Document(
            id=identifier,
            title=title,
            text=whole,
            source=Source(
                name=f"{identifier}.md", media_type="text/markdown", sha256="0" * 64, size=1
            ),
            sections=(Section(path=section, start=0, end=len(whole), body=0),),
            society=society,
            edition=edition,
            published=published,
            supersedes=supersedes,
            metadata={"説明": "架空"},
        ),
        recommendations=(recommendation,),
        passages=tuple(passages),
    )
