"""What a document states: the sentences of its passages, each with its passage, and the cells of its tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from medrag.attribution.verdicts import EvidenceText
from medrag.documents.corpus import Ingested
from medrag.documents.guideline import Recommendation
from medrag.documents.passages import Passage
from medrag.evaluation.interventions import tables
from medrag.evaluation.interventions.statement import Statement, Variant, squeeze
from medrag.japanese.normalize import Span

_LEAST, _MOST = 14, 220
_UNSTATED = frozenset(("contents", "references", "question"))
_LEADING = re.compile(
    r"^(?:[-*・•>◦○●]\s*|[#]+\s*|\*\*[^*]{1,20}\*\*[：:\s]*|[（(]?[0-9０-９]{1,2}[）)．.、](?![0-9０-９])\s*"
    r"|[（(][ァ-ン一二三四五][）)]\s*|[ア-ン][　]|[一二三四五六七八九十]{1,3}[　 ]|【[^】]{1,40}】|〔[^〕]{1,30}〕|〈[^〉]{1,40}〉"
    r"|(?:推奨文?|例外|除外|注意|解説|付帯事項|ステートメント|回答|A)[0-9０-９]*(?:\.[0-9]+)?[：:．]\s*|\s)+"
)
_ENDS = re.compile(r"[。．]$|[。．るいたすん][ 　]?[（(〔【〈][^。]*[）)〕】〉]$")
_MARKUP = re.compile(r"[|`#<>]|\*\*|https?:|^\s*[-–]")
_DEPENDENT = re.compile(
    r"^(?:ただし|但し|この限り|これ|それ|その(?!他)|この(?!ガイド|指針)|同|ここ|上記|前記|前項|次の|以下の|両者|いずれも|後者|前者)"
)
#: What a document says of itself is not medicine.
_NOTICE = re.compile(
    r"診療に用いない|本ガイドライン|本指針|本書|この文書|この手引き|作成にあた|作成マニュアル|作成し|今後の課題|次回(?:の)?改訂"
    r"|[0-9]段階|クリニカルクエスチョン|BQ|FR?Q|CQ(?:は|には|と)|のとおり(?:分類|示|とする)|（架空）第"
    r"|^(?:推奨の強さ|推奨度|推奨クラス|推奨グレード|エビデンス(?:の|レベル)|合意率)[^、。]{0,6}[：は]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A statement in its passage.

    Attributes:
        position: Which sentence of the passage it is; -1 for the cell of a table.
        variants: Alterations that take more than the statement to make.
    """

    statement: Statement
    passage: Passage
    position: int
    variants: tuple[Variant, ...] = ()

    @property
    def tabular(self) -> bool:
        """Whether it is the cell of a table, written out."""
        return self.position < 0

    @property
    def evidence(self) -> EvidenceText:
        """Its passage, as the checker sees it."""
        return EvidenceText(id=self.passage.id, text=self.passage.text)


def statements(entry: Ingested) -> list[Placed]:
    """What a document states of medicine; nothing that it says of itself, and nothing twice."""
    strengths = (block.strength.raw for block in entry.recommendations if block.strength)
    certainties = (block.certainty.raw for block in entry.recommendations if block.certainty)
    graded = Statement(
        text="",
        context="",
        strengths=tuple(dict.fromkeys(strengths)),
        certainties=tuple(dict.fromkeys(certainties)),
    )
    found: dict[str, Placed] = {}
    for passage in entry.passages:
        if passage.kind not in _UNSTATED and "診療に用いない" not in passage.text:
            stated = (
                _cells(passage) if passage.kind == "table" else _sentences(entry, passage, graded)
            )
            for placed in stated:
                found.setdefault(squeeze(placed.statement.text), placed)
    return list(found.values())


def _sentences(entry: Ingested, passage: Passage, graded: Statement) -> Iterator[Placed]:
    for position, span in enumerate(passage.sentences):
        sentence = flat(entry.document.text[span.start : span.end])
        if _usable(sentence):
            statement = replace(
                graded,
                text=sentence,
                context=flat(passage.text),
                strength=passage.strength.raw if passage.strength else "",
                certainty=passage.certainty.raw if passage.certainty else "",
                complete=not _limited(span, entry.recommendations),
                directive=passage.polarity is not None,
            )
            yield Placed(statement=statement, passage=passage, position=position)


def _cells(passage: Passage) -> Iterator[Placed]:
    for statement, variants in tables.statements(passage.text):
        yield Placed(statement=statement, passage=passage, position=-1, variants=variants)


def _limited(span: Span, recommendations: Sequence[Recommendation]) -> bool:
    """Whether a sentence is a recommendation with exceptions that it does not hold itself."""
    return any(
        block.start < span.end
        and span.start < block.end
        and any(limit.start >= span.end for limit in block.exceptions)
        and not any(limit.start <= span.start < limit.end for limit in block.exceptions)
        for block in recommendations
    )


def flat(text: str) -> str:
    """Text on one line: lines that a typesetter broke are joined, markers before it are left out."""
    joined = re.sub(r"(?<=[^\x00-\x7f])[ 　]*\n[ 　]*(?=[^\x00-\x7f])", "", text)
    joined = re.sub(r"\s*\n\s*", " ", joined)
    return _LEADING.sub("", joined.strip()).strip()


def _usable(sentence: str) -> bool:
    return (
        _LEAST <= len(sentence) <= _MOST
        and _ENDS.search(sentence) is not None
        and _MARKUP.search(sentence) is None
        and _DEPENDENT.match(sentence) is None
        and _NOTICE.search(sentence) is None
        and "：" not in sentence[:10]  # IV度：… is an entry of a list, no sentence
        and sentence.count("。") <= 2
    )
