"""Words altered by table: time, direction, side, route, scope, cause; and the year of an edition."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medrag.evaluation.interventions.statement import Statement, Variant
from medrag.evaluation.interventions.swaps import swapped

_DISTANCE = re.compile(r"(?<=[日週月年間分])(?:以内の)?(?P<side>前|後)(?=[にかまのはで、。])")


def timing(statement: Statement) -> Iterator[Variant]:
    """Before told as after, at once as later: 食前, 術後, 直ちに, 3日前."""
    yield from swapped("timing", statement, unless=r"早期(?:胃|大腸|癌|がん)|[急慢]性期病")
    text = statement.text
    for match in _DISTANCE.finditer(text):
        other = {"前": "後", "後": "前"}[match["side"]]
        if not statement.says(text[max(0, match.start() - 3) : match.start("side")] + other):
            yield statement.replaced("timing", match.start("side"), match.end("side"), other)


# Fixed names, and readings in which the word says nothing of a direction.
_NO_DIRECTION = (
    r"(?:上昇|低下|亢進)症|[強弱]い(?:推奨|[（(])|多く(?:の|は|。|、)|[高低]い[）)]|長く続|改善[策点]|拡張[期型]|収縮期"
    r"|高め[るらたず]|低下(?:時|例|者)|低下し(?:た|て(?:いる)?)(?:患者|例|場合|高齢|症例)|[軽高]度(?:認知|から|徐脈)"
    r"|[陽陰]性[菌球桿]"
)


def direction(statement: Statement) -> Iterator[Variant]:
    """More told as less, better as worse."""
    yield from swapped("direction", statement, unless=_NO_DIRECTION)


def laterality(statement: Statement) -> Iterator[Variant]:
    """The other side or another place of the body."""
    yield from swapped("laterality", statement, unless=r"[左右][列記]|左右")


_NO_ROUTE = (
    r"吸入(?:ステロイド|薬|器|手技|指導|療法|酸素|麻酔|誘発|抗原)|経口(?:血糖|抗凝固|ブドウ|摂取|避妊|鉄|ステロイド|補水)"
    r"|内服(?:薬|歴|でき|が)|服用(?:例|者|歴|中|し(?:忘|てい)|を守)|経鼻(?:胃管|カ|栄養|チ)|点滴(?:静注|静脈)し"
)


def route(statement: Statement) -> Iterator[Variant]:
    """Another way into the body: 経口 told as 経静脈."""
    yield from swapped("route", statement, unless=_NO_ROUTE)


# Whoever meets all of the criteria meets one of them: that claim would follow.
_CRITERIA = r"いずれか(?:1つ|一つ)?(?:が|を満|に当|に該|の)"


def scope(statement: Statement) -> Iterator[Variant]:
    """Some told as all, either as both, sometimes as always."""
    yield from swapped(
        "scope", statement, unless=rf"{_CRITERIA}|一律に(?:は|勧めない)|ことが多い(?:ほど|ため)"
    )


# These stand for what happens only behind a verb: 効く可能性がある, not アレルギーの可能性がある.
_AFTER_VERB = re.compile(r"可能性|懸念|傾向が|とされ")
_POSSIBLE = re.compile(
    r"(?<=[うくすつむぶる])おそれがあ|(?<=た)報告があ|(?<=[いるた])と(?:する|の)[^、。]{0,2}(?:報告|登録研究)があ"
)


def causal_overclaim(statement: Statement) -> Iterator[Variant]:
    """What goes together told as cause, what may be as what is."""
    text = statement.text
    for variant in swapped("causal_overclaim", statement):
        if not _AFTER_VERB.match(text, variant.start) or re.match(
            r"[うくすつむぶるたい]", text[variant.start - 1 : variant.start]
        ):
            yield variant
    for match in _POSSIBLE.finditer(text):
        new = "ことが証明されてい"
        yield statement.replaced("causal_overclaim", match.start(), match.end(), new)


_YEAR = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})(?=年(?:版|度版|改訂版|改訂|以前|以降|の調査|の改訂|の指針|度|[0-9]))"
)
_EDITION = re.compile(r"第(?P<edition>[2-9])(?=版)")


def edition_year(statement: Statement) -> Iterator[Variant]:
    """Another edition or year."""
    for match in _YEAR.finditer(statement.text):
        near = (str(int(match["year"]) + years) for years in (-2, 3, -4))
        new = next((year for year in near if not statement.says(year)), None)
        if new is not None:
            yield statement.replaced("edition_year", match.start("year"), match.end("year"), new)
    for match in _EDITION.finditer(statement.text):
        new = str(int(match["edition"]) + 1)
        if not statement.says(f"第{new}版"):
            at = match.start("edition")
            yield statement.replaced("edition_year", at, at + 1, new)
