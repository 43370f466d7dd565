"""Clauses altered: a condition dropped or added, roles swapped, a tail invented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zlib import crc32

from medrag.evaluation.interventions import predicates
from medrag.evaluation.interventions.statement import Statement, Variant, squeeze

_WHO = re.compile(
    r"^(?P<which>[^、。（）]{3,40}?)(?P<whom>患者|症例|妊婦|女性|男性|小児|成人|高齢者)(?P<particle>では|には|に対しては?|に対し|に)、?"
)
_EVERYONE = {"患者": "すべての患者", "症例": "すべての症例"}
_START = r"(?:(?<=^)|(?<=[、。]))"
# A governing clause, and what it becomes when the claim forgets it; "" where it is simply left out.
_GOVERNED = (
    (re.compile(rf"{_START}[^、。（）]{{2,30}}に限り、?"), ""),
    (re.compile(rf"{_START}[^、。（）]{{3,40}}を除き、?"), ""),
    (re.compile(rf"{_START}[^、。（）]{{2,30}}[がの]なければ、?"), "常に"),
    (re.compile(rf"{_START}[^、。（）]{{4,40}}場合(?:に限り|に限って|にのみ)、?"), ""),
    (re.compile(rf"{_START}(?!その|この)[^、。（）]{{4,40}}場合(?:は|には)、"), "どの場合も、"),
    (re.compile(r"[（(][^（）()]{2,40}(?:を除く|に限る)[）)]"), ""),
    (re.compile(r"(?<=[、。])?必要(?:なら|に応じて|であれば)"), "必ず"),
)  # fmt: skip


def condition_dropped(statement: Statement) -> Iterator[Variant]:
    """A condition left out, or told to hold for everyone and always."""
    text = statement.text
    if (match := _WHO.match(text)) and not re.match(
        r"すべて|全て|いずれ|この|その|ただし|一方|なお", text
    ):
        whom = _EVERYONE.get(match["whom"])
        if whom is not None and not re.search(r"では?、|には、|[はが]$", match["which"]):
            yield statement.replaced("condition_dropped", 0, match.end("whom"), whom)
    for pattern, instead in _GOVERNED:
        for match in pattern.finditer(text):
            rest = text[match.end() :]
            if len(rest) > 8 and not (match.start() == 0 and rest.startswith(("は", "が"))):
                yield statement.replaced("condition_dropped", match.start(), match.end(), instead)
    if not statement.complete:
        at = len(text)
        yield statement.replaced("condition_dropped", at, at, "この推奨に例外はない。")


_ADDED = (
    ("透析を受けている", "透析"), ("喫煙している", "喫煙"), ("集中治療室に入室した", "集中治療"), ("悪性腫瘍の既往がある", "悪性腫瘍"),
    ("甲状腺疾患を合併する", "甲状腺"), ("体重40 kg未満の", "体重"), ("臓器移植を受けた", "移植"), ("過去に輸血を受けた", "輸血"),
)  # fmt: skip
_PATIENTS = re.compile(
    r"^(?P<who>[^、。（）]{2,50}?(?:患者|症例))(?P<particle>では|には|に対して|に対し|に)(?P<comma>、?)"
)
_DIRECTS = re.compile(
    r"(?:推奨する|提案する|投与する|用いる|行う|目標とする|考慮する|検討する|開始する|中止する|測定する|勧められる|勧める|望ましい)(?:[（(〔].*[）)〕])?[。．]?$"
)


def condition_added(statement: Statement) -> Iterator[Variant]:
    """A condition that the passage does not set: 透析を受けている…患者に限り."""
    if not _DIRECTS.search(statement.text):
        return
    offset = crc32(statement.text.encode())
    added = next(
        (
            words
            for words, key in (_ADDED[(offset + i) % len(_ADDED)] for i in range(len(_ADDED)))
            if not statement.says(key)
        ),
        None,
    )
    if added is None or re.match(r"ただし|一方|なお|また|この|その", statement.text):
        return
    if match := _PATIENTS.match(statement.text):
        if not match["who"].startswith(("すべて", "全て")):
            only = f"{added}{match['who']}に限り、"
            yield statement.replaced("condition_added", 0, match.end(), only)
    else:
        yield statement.replaced("condition_added", 0, 0, f"{added}患者に限り、")


_NP = r"[一-龥々ァ-ヶーA-Za-zα-ωΑ-ΩＡ-Ｚ0-9・\-]{2,20}"
_PHRASE = r"[^、。，．はがを（）]{2,25}"
# A thing without a number and without で, which would be a place or a means; より after に says why.
_THING = r"[^、。，．はがをで0-9０-９（）]{1,24}[一-龥ァ-ヶーA-Za-z]"
_PERSON = r"医師|看護師|薬剤師|管理栄養士|患者|家族|主治医"
_ROLES = tuple(
    re.compile(pattern.replace("NP1", rf"(?P<one>{_NP})").replace("NP2", rf"(?P<two>{_NP})"))
    for pattern in (
        rf"NP1よりも?(?P<two>{_PHRASE})(?=(?:を|が|の方が|のほうが)(?:優先|先|推奨|望ましい|有効|優れ))",
        r"NP1をNP2(?=より先に)",
        rf"(?:(?<=^)|(?<=、))(?P<one>{_THING})は、?(?!対照|プラセボ|どちらか)(?P<two>{_THING})(?=に比べ|より)",
        rf"(?P<one>{_PHRASE}を[一-龥]{{2,4}})する前に(?P<two>{_PHRASE}を[一-龥]{{2,4}})(?=する)",
        r"NP1を(?:中止し|やめ)てNP2(?=に(?:替え|変え|変更))",
        r"NP1に(?:代えて|替えて|代わり)、?NP2(?=[をの])",
        r"NP1の(?:代わり|かわり)に、?NP2(?=[をの])",
        r"NP1からNP2(?=(?:へ|に)(?:の)?(?:切り?替え|変更|移行|移る))",
        r"NP1ではなく、?(?:必ず)?NP2(?=[をがにのへでと])",
        r"NP1をNP2(?=[にへ](?:切り?替え|替え|変更|置き換え))",
        r"NP1の(?:前|後)にNP2(?=を(?:行|投与|始|開始))",
        r"NP1[はが]NP2(?=に(?:勝|優|劣))",
        r"NP1がNP2(?=を(?:招|引き起こ|来す|悪化|増悪))",
        r"NP1群では?[^。]{0,30}?NP2(?=群(?:に比べ|より))",
        r"NP1を(?:中止|減量)し、?NP2(?=を(?:開始|増量|始め))",
        r"NP1を(?:始める|開始する)(?:とき|場合)は、?NP2(?=を(?:中止|減量))",
        rf"(?P<one>{_PERSON})[がは][^。]{{1,30}}?(?P<two>{_PERSON})(?=[がは])",
    )
)


def role_swap(statement: Statement) -> Iterator[Variant]:
    """Who does what to whom, turned around: AからBへ told as BからAへ."""
    text = statement.text
    for pattern in _ROLES:
        for match in pattern.finditer(text):
            one, two = match["one"], match["two"]
            alike = squeeze(one) == squeeze(two) or one in two or two in one
            if not alike and not re.fullmatch(r"[0-9.]+", one + two):
                between = text[match.end("one") : match.start("two")]
                yield statement.replaced(
                    "role_swap", match.start("one"), match.end("two"), two + between + one
                )


#: Plausible, specific and nowhere in the passage; each with a word by which the passage would know it.
_TAILS = (
    ("その費用は公的医療保険の対象外である", "保険"), ("5年後の生存率は92.4％であった", "生存率"), ("この方針は海外12か国でも採用されている", "海外"),
    ("副作用はまったく報告されていない", "副作用"), ("患者の満足度は対照の3.7倍であった", "満足"), ("実施には専門医2名の署名が必要である", "署名"),
    ("遺伝子検査の結果に応じて内容を変える", "遺伝子"), ("治療費は年間で約18万円少なくなる", "治療費"), ("効果は喫煙者でとくに大きい", "喫煙"),
    ("家族にも同じ対応を行う", "家族"), ("自宅での実施は認められていない", "自宅"), ("この内容は次の改訂で削除される予定である", "削除"),
)  # fmt: skip


def fabricated_tail(statement: Statement) -> Iterator[Variant]:
    """A true statement with an invented addition."""
    predicate = predicates.final(statement.text)
    offset = crc32(statement.text.encode()) + 1
    for index in range(len(_TAILS)):
        tail, key = _TAILS[(offset + index) % len(_TAILS)]
        if not statement.says(key):
            if predicate is not None and predicate.bare:
                new = f"{predicate.linking()}、{tail}"
                yield statement.replaced("fabricated_tail", predicate.start, predicate.end, new)
            elif statement.text.endswith("。"):
                end = len(statement.text)
                yield statement.replaced("fabricated_tail", end, end, f"また、{tail}。")
            return
