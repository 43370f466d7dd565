"""Answer types: what kind of thing a question asks for, as classes of words.

誰が発見したか is answered where a person is named, いつ where a date stands. The nouns that ask
(発見者, 金額, 割合) count as much as the question words.
"""

from __future__ import annotations

import re

from medrag.japanese.wordclasses import CALENDAR, NUMBER, PERSON, PLACE

_TYPES = (
    (
        CALENDAR,
        re.compile(
            "いつ|何(?:年|月|日|世紀|時)|日付|時期|年号|西暦|年代|when|what (?:year|date|month)"
        ),
    ),
    (
        PERSON,
        re.compile(
            "誰|だれ|人物|何者|[学医患研発作著創開提監]\\w?者は|人は何|人の名|氏名|who(?:m|se)?(?![a-z])"
        ),
    ),
    (
        PLACE,
        re.compile("どこ|何処|国は|場所|地域|都市|何[県市]|どの国|地名|where(?![a-z])"),
    ),
    (
        NUMBER,
        re.compile(
            "いくつ|いくら|ど[のれ]くらい|何(?:人|名|倍|回|度|歳|個|件|匹|本|種|円|台|軒|位|枚|分|秒|週|か|%|パーセント|ミリ)"
            "|割合|金額|人数|率は|濃度|量は|数は|how (?:many|much|often|long|old)"
        ),
    ),
)


def wanted(question: str) -> tuple[int, ...]:
    """The word classes of what a question asks for; () when nothing tells.

    Args:
        question: Folded, in lower case.
    """
    return tuple(kind for kind, pattern in _TYPES if pattern.search(question))
