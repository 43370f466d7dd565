"""Aspects: what can be asked of a thing, how it is asked for, and what a sentence holds that states it.

An amount states a dose; an amount that one begins with states a starting dose; no amount states what a
drug costs. The patterns are of wording alone and know no drug and no disease.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """One thing that can be asked of another.

    Attributes:
        asked: How a question asks for it.
        value: What the sentence holds that states it.
        label: What the sentence, or a heading over it, calls it; None if the value says enough.
        named: The words that ask for it stand in evidence too and count as terms of the question.
        wording: The words that asked for it.
    """

    name: str
    asked: re.Pattern[str]
    value: re.Pattern[str] | None = None
    label: re.Pattern[str] | None = None
    named: bool = False
    wording: str = ""

    def stated(self, said: str, over: str = "") -> bool:
        """Whether a sentence (folded, lower case) states it, under these headings."""
        if self.value is not None and not self.value.search(said):
            return False
        return self.label is None or bool(self.label.search(said) or self.label.search(over))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_NUMBER = r"(?:[0-9][0-9,.]*|[二三四五六七八九十百半]+|一(?=[回日年月週度名人]))\s*"
_AMOUNT_UNITS = (
    r"(?:mg|g|kg|μg|µg|mcg|ng|ml|l|dl|mmol|meq|mol|単位|錠|カプセル|吸入|噴霧|包|滴|個|本|枚|杯|瓶|アンプル|バイアル"
    r"|iu|units?|micrograms?|milligrams?|grams?|puffs?|tablets?|k?cal|グラム|ミリグラム)"
)
#: An amount, and not a concentration or a clearance.
_AMOUNT = rf"{_NUMBER}{_AMOUNT_UNITS}(?![a-z])(?!\s*/\s*(?:d?l|分|min|gcr))"
#: A share of another dose.
_SHARE_OF_DOSE = rf"(?:総量|投与量|用量|1日量|定時量)の\s*{_NUMBER}(?:[〜~–-]+\s*{_NUMBER})?%"
_NOT_AT_ALL = r"減量|半分|[0-9]\s*/\s*[0-9]\s*量|分の[0-9]|増量|半量|投与し(?:ない|てはならない)|用いない|中止|休薬|禁忌|\bnot\b|contraindicated|\bavoid"
#: A number of a time that something takes; those of 「1日2回」, 「/日」 and 「2024年」 are none.
_LASTING = (
    r"(?<![0-9./])(?!1\s*日\s*(?:[0-9最総量]|あたり|当たり|につき|に[0-9]))(?!(?:19|20)[0-9]{2}\s*年)"
    rf"{_NUMBER}(?:[〜~\-–から]+\s*{_NUMBER})?"
)
_TIME = (
    rf"{_LASTING}"
    r"(?:日|週|[かヶヵカケ]?月|年|時間|分(?!の)|秒|コース|クール|サイクル|days?|weeks?|months?|years?|hours?|minutes?|h\b)"
)
_OFTEN = (
    r"毎[日週月年朝晩夕食回時]|[0-9一二三四五六]\s*(?:回|度)|ごと|毎に|おき|間隔|隔[日週月年]|以上あけ|以内|daily|weekly|monthly|yearly"
    r"|\bevery\b|\bonce\b|\btwice\b|\btimes\b|\bannual|単回"
)
_SHARE = r"[0-9]\s*(?:%|割|人|例|件|倍|名|分の)|約?半[数分]|まれ|稀|多い|少ない|低い|高い|percent|rare|common"

_PORTION = rf"{_NUMBER}(?:%|割|人に|例に|倍|例|人|percent)|約?半数|[0-9]\s*/\s*[0-9]"

#: Narrower ones first: what one of them has read is not read again by a wider one.
ASPECTS = (
    Aspect(
        name="half-life",
        asked=_pattern(r"(?:消失|血中)?半減期|half[- ]?li(?:fe|ves)"),
        label=_pattern(r"半減期|half[- ]?li"),
    ),
    Aspect(
        name="price",
        asked=_pattern(
            r"薬価|値段|価格|料金|費用|コスト|自己負担(?:額|金)?|医療費|いくらかか|お金|\b(?:costs?|prices?)\b"
        ),
        label=_pattern(
            r"薬価|値段|価格|料金|費用|コスト|自己負担|医療費|[0-9千万]\s*円|\bcosts?\b|\bprices?\b"
        ),
    ),
    Aspect(
        name="mechanism",
        asked=_pattern(r"作用機序|機序|メカニズム|作用の?仕組み|mechanism"),
        label=_pattern(
            r"機序|メカニズム|仕組み|(?:阻害|抑制|促進|結合)(?:する|し[てて、]|により|すること)|mechanism|by (?:inhibit|block)"
        ),
    ),
    Aspect(
        name="storage",
        asked=_pattern(
            r"保存(?:方法|条件|温度)|貯法|保管(?:方法|場所|温度)|how .{0,12}stored?|storage"
        ),
        label=_pattern(r"保存|貯法|保管|冷所|冷蔵|遮光|室温|℃|stor"),
    ),
    Aspect(
        name="agreement",
        asked=_pattern(r"合意率|賛成率|投票(?:結果|率)|同意率"),
        value=_pattern(r"[0-9]"),
        label=_pattern(r"合意|賛成|投票|同意"),
    ),
    Aspect(
        name="start",
        asked=_pattern(
            r"(?:開始|初期|初回)(?:時)?の?(?:投与|使用|エネルギー|カロリー)?(?:用量|量)|開始(?:エネルギー|カロリー)|(?:何|どの|どれ)(?:mg|ミリ|グラム|g|単位|錠|くらい|ぐらい)から(?:始|開始|投与)"
            r"|(?:starting|initial|start) dos(?:e|age)|(?:負荷|ローディング)(?:投与)?量"
        ),
        value=_pattern(rf"{_AMOUNT}|少量|半量|低用量|半分|[0-9]\s*[/／]\s*[0-9]|分の[0-9]"),
        label=_pattern(
            r"開始|始め|初期|初回|初日|から(?!の)|より|負荷|まず|initial|start|loading|first dose"
        ),
    ),
    Aspect(
        name="maintenance",
        asked=_pattern(r"維持(?:投与)?(?:用)?量|maintenance dos"),
        value=_pattern(_AMOUNT),
        label=_pattern(r"維持|その後|maintenance"),
    ),
    Aspect(
        name="most",
        asked=_pattern(
            r"最大(?:の)?(?:投与|使用)?(?:用量|量)?|最高用量|上限(?:量|値)?|最長|何(?:mg|ミリ|g|グラム|単位|錠|年|[かヶヵ]月|週間?|日間?)まで|max(?:imum|imal)?\b"
        ),
        value=_pattern(r"[0-9二三四五六七八九十]"),
        label=_pattern(
            r"最大|最高|最長|上限|まで|以下|以内|超え|超過|未満|限度|とどめ|上回|max|up to|no more|exceed|at most|limit|below|less than"
        ),
    ),
    Aspect(
        name="effects",
        asked=_pattern(
            r"(?:副作用|有害(?:事象|反応|作用))(?!歴|の(?:既往|ある|あった|危険)|が(?:あ|出た)|を起こ)|side effects?|adverse (?:events?|effects?|reactions?)"
        ),
        label=_pattern(
            r"副作用|有害|起こ|起き|生じ|現れ|あらわれ|みられ|認め|増え|増加|頻度|障害|注意|危険|リスク|発現|adverse|side effect|risk|cause|frequent|increase"
        ),
    ),
    Aspect(
        name="interaction",
        asked=_pattern(r"相互作用|飲み合わせ|食べ合わせ|interact"),
        label=_pattern(
            r"相互作用|併用|一緒に|同時|作用を(?:強|弱)|血中濃度|阻害薬|摂取|interact|together|combin|concomitant"
        ),
    ),
    Aspect(
        name="sensitivity",
        asked=_pattern(
            r"(?:感度|特異度|的中率|正診率)(?:と(?:特異度|感度))?|sensitivity|specificity"
        ),
        value=_pattern(r"[0-9]"),
        label=_pattern(r"感度|特異度|的中|正診|sensitiv|specific"),
    ),
    Aspect(
        name="prevalence",
        asked=_pattern(r"有病率|罹患率|患者数|prevalence"),
        value=_pattern(rf"{_PORTION}|[0-9]\s*万?人"),
        label=_pattern(r"有病|罹患|人口|患者数|推計|頻度|prevalence"),
    ),
    Aspect(
        name="incidence",
        asked=_pattern(r"発生率|発症率|発現率|再発率|incidence"),
        value=_pattern(_PORTION),
        label=_pattern(
            r"発生|発症|発現|再発|起こ|起き|生じ|現れ|みられ|見られ|認め|頻度|incidence|occur"
        ),
    ),
    Aspect(
        name="mortality",
        asked=_pattern(r"死亡率|致死率|生存率|mortality|survival"),
        value=_pattern(_PORTION),
        label=_pattern(r"死亡|致死|致命|生存|mortality|death|surviv"),
    ),
    Aspect(
        name="energy",
        asked=_pattern(r"カロリー|エネルギー(?:量|摂取量)|calori"),
        value=_pattern(rf"{_NUMBER}k?cal"),
    ),
    Aspect(
        name="time",
        asked=_pattern(r"までの時間|何時間後|(?<=の)時間(?=は|を|[?？。]|$)"),
        value=_pattern(_TIME),
    ),
    Aspect(
        name="dose",
        asked=_pattern(
            r"(?<![低中高])(?:用量|投与量|使用量|服用量|飲む量|常用量|1回量|1日量|総量)|(?<=の)量(?=[はをと?？。、]|$|について)|(?<=と)量(?=[はを?？。]|$)"
            r"|\bdos(?:e|es|age)\b|どの(?:くらい|ぐらい)の?量|how much\b"
        ),
        value=_pattern(rf"{_AMOUNT}|{_SHARE_OF_DOSE}"),
    ),
    Aspect(
        name="interval",
        asked=_pattern(
            r"(?:投与|検査|測定|交換|受診|評価|観察|使用)?の?間隔|どの(?:くらい|ぐらい|程度)の間隔|何(?:日|週|週間|[かヶヵ]月|年|時間)(?:ごと|おき|毎|に1)"
            r"|how often|how frequently"
        ),
        value=_pattern(_OFTEN),
    ),
    Aspect(
        name="frequency",
        asked=_pattern(
            r"どの(?:くらい|ぐらい|程度)の頻度|頻度|割合|どの(?:くらい|ぐらい|程度)の確率"
        ),
        value=_pattern(rf"{_OFTEN}|{_SHARE}|[0-9]"),
    ),
    Aspect(
        name="duration",
        asked=_pattern(
            r"(?:投与|治療|使用|併用|観察|安静|服用|継続|実施)?の?期間|いつまで(?!に)|どの(?:くらい|ぐらい)(?:の間|続|長)|何(?:日|週|[かヶヵ]月|年|時間)(?:間)?(?:続|くらい続)"
            r"|how long|duration"
        ),
        value=_pattern(
            rf"(?<!発症)(?<!発症後)(?<!発症から){_TIME}|終生|生涯|一生|長期|短期|まで|lifelong|indefinite|until"
        ),
    ),
    Aspect(
        name="when",
        asked=_pattern(
            r"いつまでに|いつ(?:頃|ごろ)?(?:から)?(?=始|開始|再開|受け|行|投与|測|飲|よく|良く|か|が|です|で|に|は|[?？]|$)|どのタイミング|タイミング(?=は|を)"
        ),
        value=_pattern(
            rf"{_TIME}|前|後|直ち|すぐ|速やか|早[期く]|翌|同時|時[点に]|とき|際|当日|初日|朝|夕|夜|まで|以降|次第"
        ),
    ),
    Aspect(
        name="threshold",
        asked=_pattern(r"基準値|正常値|カットオフ値?|閾値|\bcut-?offs?\b|\bthresholds?\b"),
        value=_pattern(r"[0-9]"),
    ),
    Aspect(
        name="target",
        asked=_pattern(
            r"(?:治療|管理|降圧|血糖)?目標(?:値|血圧|範囲|用量|トラフ値?)?|\btargets?\b|\bgoals?\b"
        ),
        value=_pattern(
            r"目標|目指|[0-9].{0,14}(?:未満|以下|以上|超|まで|[〜~–-]|保つ|維持|管理)|target|goal|below|above|less than|between"
        ),
        named=True,
    ),
)

PLACE = Aspect(
    name="place",
    asked=_pattern(r"(?:挿入|穿刺|注射|投与|採取)部位|どこ(?=[にがへを]|から)"),
    value=_pattern(
        r"(?:静脈|動脈)(?:[にをへ内]|から)|[上下]肢|[左右]|[内外]側|皮下|腕|腹|背|胸|頸|鎖骨|大腿|肩|耳|室|棟|科|外来|施設|病院|センター|位置|高さ|相談|報告|連絡"
    ),
)
#: What a sentence must call by its name, or by one of these, to state it.
CALLED = tuple(
    Aspect(name=name, asked=_pattern(asked), label=_pattern(label))
    for name, asked, label in (
        ("size", r"太さ|サイズ|何フレンチ|何ゲージ|何(?:fr|g)\b", r"[0-9]\s*(?:fr|g\b|mm|cm|号)|フレンチ|ゲージ|太さ|サイズ|径|太い|細い|size|french"),
        ("concentration", r"(?<!中)濃度(?=[はをと]|$)", r"[0-9]\s*(?:%|m?g/m?l|mg/dl|mol|単位/ml)|濃度|希釈|倍"),
        ("speed", r"(?:注入|投与|点滴|滴下)?速度(?=[はをと]|$)", r"/\s*(?:時|分|h)|毎[時分]|時速|かけて|速度|ゆっくり|急速"),
        ("kinetics", r"生物学的利用能|吸収率|代謝経路|排泄経路|蛋白結合率|分子量|血中濃度のピーク", r"利用能|吸収|代謝|排泄|結合|分子量|ピーク"),
        ("approval", r"発売(?:日|年|元)?|承認(?:年|日|された)|保険適[用応]|販売名|商品名|後発(?:品|薬)|ジェネリック", r"発売|承認|保険|販売|商品|後発|ジェネリック|適用"),
        ("prognosis", r"予後|余命|寿命", r"予後|余命|寿命|生存|死亡|再発|回復|改善|治る"),
        ("missed", r"飲み忘れ|飲みわすれ|忘れたとき", r"忘れ"),
        ("overdose", r"過量(?:投与|服用|内服)|飲みすぎ|飲み過ぎ|大量に飲", r"過量|過剰|大量|中毒|拮抗|超え"),
    )
)  # fmt: skip
#: 何年 is answered in years, or in months and weeks.
_UNITS = {
    "年": "年|[かヶヵカケ]月|週|years?|months?",
    "か月": "[かヶヵカケ]?月|週|年|months?|weeks?",
    "週": "週|日|[かヶヵカケ]月|weeks?|days?",
    "日": "日|週|[かヶヵカケ]月|days?|weeks?",
    "時間": "時間|分|日|hours?|h\\b",
    "分": "分|秒|時間|minutes?",
    "歳": "歳|才|years?",
    "点": "点|points?",
    "回": "回|度|ごと|times|once|twice",
    "mg": "mg|g|μg|µg|mcg",
    "グラム": "g|mg|グラム",
    "%": "%|割|percent",
    "人": "人|名|例",
    "度": "度|℃|回",
    "円": "円",
    "カロリー": "k?cal",
    "ml": "ml|l|cc",
    "cm": "cm|mm|m\\b",
    "ジュール": "j\\b|ジュール",
}
_TIMES = frozenset({"年", "か月", "週", "日", "時間", "分"})
_SAME_UNIT = {
    "ヶ月": "か月", "ヵ月": "か月", "カ月": "か月", "ケ月": "か月", "週間": "週", "才": "歳", "g": "グラム", "ミリグラム": "mg",
    "ミリ": "mg", "パーセント": "%", "割": "%", "名": "人", "例": "人", "キロカロリー": "カロリー", "kcal": "カロリー",
    "cc": "ml", "リットル": "ml", "l": "ml", "センチ": "cm", "mm": "cm", "℃": "度", "j": "ジュール",
}  # fmt: skip
ASKED_UNIT = _pattern(
    r"何\s*(か月|[ヶヵカケ]月|時間|mg|mmhg|mEq|mmol|ミリグラム|ミリ|グラム|kcal|キロカロリー|カロリー|kg|g|ml|cc|リットル|l|年|週間?|日|分"
    r"|歳|才|点|回|%|パーセント|割|人|名|例|錠|滴|杯|本|個|枚|包|単位|円|度|℃|cm|センチ|mm|ジュール|j|コース|クール|サイクル|床|倍|吸入|m(?![a-z])|[a-z]{2,5})(?:間)?(?!目|も|か[のは])"
)


@lru_cache(maxsize=256)
def in_units(written: str) -> Aspect:
    """何日: a number of days, or of what days are counted in."""
    same = _SAME_UNIT.get(written, written)
    number = _LASTING if same in _TIMES else _NUMBER
    value = _pattern(rf"{number}(?:{_UNITS.get(same, re.escape(same))})")
    return Aspect(name=f"unit {same}", asked=ASKED_UNIT, value=value)


#: Under a condition, that it is not given at all, or less of it, is a dose too.
CONDITIONAL_DOSE = Aspect(
    name="dose",
    asked=_pattern(r"量"),
    value=_pattern(rf"{_AMOUNT}|{_SHARE_OF_DOSE}|{_NOT_AT_ALL}"),
)
