"""Parts: a question that asks several things is searched once for each, without any model.

「アムロジピンの適応、用量、禁忌は？」 asks three things about one drug, and the passages that answer
them stand in three places; searched as one, the best-matching part takes all places.
"""

from __future__ import annotations

import re

from medrag.japanese.normalize import fold

#: Parts of a question. A convention: two hits of each (`PART_HITS`) fill the eight passages of an answer.
MOST = 4
_LIST = re.compile(
    r"^(?P<topic>.{2,60}?の)(?P<items>[^、・,。?!のは]{1,12}(?:[、・,][^、・,。?!のは]{1,12})+)(?P<rest>(?:は|を|について|に関して).{0,20})$"
)
_AND = re.compile(r"[、・,]|(?<=.)(?:および|及び|ならびに|と)(?=.)")
_ENDS = re.compile(r"(?<=[。?!\n])")


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question is made of: itself alone, unless it plainly lists several."""
    folded = fold(question).strip()
    several = [one.strip() for one in _ENDS.split(folded) if one.endswith("?")]
    if 2 <= len(several) <= MOST and all(len(one) >= 6 for one in several):
        return tuple(several)
    if listed := _LIST.match(folded.rstrip("?。")):
        items = [item for item in _AND.split(listed["items"]) if item]
        if 2 <= len(items) <= MOST:
            return tuple(f"{listed['topic']}{item}{listed['rest']}" for item in items)
    return (folded,)
