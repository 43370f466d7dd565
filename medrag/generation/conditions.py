"""Conditions: for whom, and after what, a sentence is meant. What stands there is not what it says.

「プレドニゾロン換算で1日5 mg以上を使用する患者には、…を始める」 states no dose of prednisolone: the amount
tells who the patients are. A dose or a length of time that is asked for is looked for in the rest.
"""

from __future__ import annotations

import re

_FOR_WHOM = re.compile(
    r"[^、。]*(?:患者|症例|例|者|児|人|場合|とき|(?<!同)時|女性|男性|妊婦|高齢者)(?:さん)?(?:に(?:は|も|対しては|ついては)?|で(?:は|も)?|は|が)[、，]?"
    r"|\b(?:in|for|if|when)\b[^,.]*\b(?:patients?|adults?|people|women|those|taking|receiving|using)\b[^,.]*,",
    re.IGNORECASE,
)


def without(text: str) -> str:
    """A sentence without the clauses that tell for whom or when it is meant."""
    return _FOR_WHOM.sub("", text)
