"""Units of measurement as Japanese medical text writes them, with exact factors.

Units of one dimension convert into each other without loss; what does not (month and day, 単位 of
insulin and of alcohol) stands in dimensions of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple


class Unit(NamedTuple):
    """What a unit measures, and how many base units of that dimension it is."""

    dimension: str
    factor: Fraction


def _units(dimension: str, **factors: str | int) -> dict[str, Unit]:
    return {name: Unit(dimension, Fraction(factor)) for name, factor in factors.items()}


# Keys are NFKC; µ folds to μ. Alternatives of one unit share a factor.
_SIMPLE: dict[str, Unit] = {
    **_units("mass", kg=1000, g=1, mg="1/1000", μg="1/1000000", mcg="1/1000000", ug="1/1000000",
             ng="1/1000000000", pg="1/1000000000000", キログラム=1000, グラム=1, ミリグラム="1/1000",
             マイクログラム="1/1000000", ナノグラム="1/1000000000", gram=1, grams=1),
    **_units("volume", L=1, dL="1/10", mL="1/1000", cc="1/1000", μL="1/1000000", uL="1/1000000", l=1, dl="1/10",
             ml="1/1000", リットル=1, デシリットル="1/10", ミリリットル="1/1000", ML="1/1000", DL="1/10"),
    **_units("length", km=1000, m=1, cm="1/100", mm="1/1000", μm="1/1000000", nm="1/1000000000", メートル=1,
             センチメートル="1/100", センチ="1/100", ミリメートル="1/1000", キロメートル=1000, キロ=1000, フレンチ="1/3000"),
    **_units("days", 日=1, 日間=1, 週=7, 週間=7, 時間="1/24", 分="1/1440", 分間="1/1440", 秒="1/86400",
             秒間="1/86400", h="1/24", hr="1/24", min="1/1440", day=1, days=1, week=7, weeks=7, hour="1/24",
             hours="1/24", minute="1/1440", minutes="1/1440", 昼夜=1, 泊=1),
    **_units("months", か月=1, か月間=1, ヵ月=1, ヶ月=1, カ月=1, ケ月=1, ヵ月間=1, ヶ月間=1, カ月間=1, 箇月=1, 月=1,
             か年=12, 年=12, 年間=12, month=1, months=1, year=12, years=12),
    **_units("amount", Eq=1, mEq="1/1000", ミリ当量="1/1000", mol=1, mmol="1/1000", μmol="1/1000000", umol="1/1000000", nmol="1/1000000000",
             pmol="1/1000000000000"),
    **_units("activity", 単位=1, IU=1, U=1, 国際単位=1, mIU="1/1000", μU="1/1000000", μIU="1/1000000", 万単位=10000,
             ユニット=1, units=1, unit=1),
    **_units("pressure", mmHg=1, Torr=1, mmhg=1, MMHG=1),
    **_units("water", cmH2O=1),
    **_units("percent", **{"%": 1, "パーセント": 1, "割": 10, "percent": 1}, ppm="1/10000"),
    **_units("points", **{"%ポイント": 1, "ポイント": 1, "点": 1, "points": 1}),
    **_units("persons", 人=1, 名=1, 例=1, 症例=1, patients=1),
    **_units("times", 回=1, 度目=1, 回目=1, times=1),
    **_units("fold", 倍=1, 倍量=1, fold=1),
    **_units("age", 歳=1, 才=1, 歳代=1, 代=1),
    **_units("agents", 剤=1, 薬剤=1, 種類=1, 系統=1, 種=1, 成分=1),
    **_units("pieces", 錠=1, カプセル=1, 包=1, 枚=1, 本=1, 個=1, 滴=1, 吸入=1, 噴霧=1, アンプル=1, バイアル=1),
    **_units("studies", 件=1, 試験=1, 報=1, 編=1, 研究=1),
    **_units("degree", 度=1, 型=1, 期=1, 群=1, 段階=1, 級=1, 期目=1),
    **_units("temperature", **{"°C": 1, "℃": 1}),
    **_units("energy", kcal=1, キロカロリー=1),
    **_units("joule", J=1),
    **_units("frequency", Hz=1),
    "拍": Unit("times", Fraction(1)), "bpm": Unit("times per days", Fraction(1440)),
    **_units("tesla", テスラ=1, T=1),
    **_units("osmole", mOsm="1/1000"),
    **_units("dose", Gy=1, mGy="1/1000", mSv="1/1000", Sv=1),
    **_units("mets", METs=1, メッツ=1),
    **_units("rank", 選択=1, 選択薬=1, 版=1, 位=1, 世代=1, 章=1, 番=1, 条=1, 項=1),
    **_units("days_of_age", 日齢=1),
    **_units("weeks_of_age", 週齢=1),
    **_units("year", 年版=1, 年度=1, 年度版=1, 年改訂版=1, 年代=1),
    **_units("places", か所=1, 箇所=1, カ所=1, ヵ所=1, ヶ所=1, 施設=1, 領域=1, 椎体=1, 枝=1, 項目=1),
    **_units("", つ=1),
    **_units("cells", cells=1, 細胞=1),
    **_units("step", ステップ=1, 歩=1, 行程=1, コース=1, サイクル=1, クール=1, 日分=1),
    **_units("visits", 診=1, 食=1, 杯=1, 合=1, 単位飲酒=1),
}  # fmt: skip
_PER_TIME = {"日": "days", "時": "days", "週": "days", "時間": "days", "分": "days", "秒": "days", "月": "months", "年": "months",
             "min": "days", "h": "days", "hr": "days", "day": "days", "week": "days", "sec": "days"}  # fmt: skip


def alternation(words: Iterable[str]) -> str:
    """A pattern that takes the longest of `words`, with shared beginnings tried once."""
    branches: dict[str, list[str]] = {}
    ends = False
    for word in sorted(set(words)):
        if word:
            branches.setdefault(word[0], []).append(word[1:])
        else:
            ends = True
    pattern = "|".join(re.escape(first) + alternation(rest) for first, rest in branches.items())
    if not pattern:
        return ""
    return f"(?:{pattern})?" if ends else f"(?:{pattern})"


_SYMBOL = alternation(_SIMPLE)
# What may stand below a division: another unit, a body surface, creatinine, a dose.
_BELOW = rf"(?:1\.73\s*(?:m2|m\^2|平方メートル)|m2|gCr|g・Cr|gクレアチニン|gHb|kg(?:標準体重|理想体重|実測体重|体重)|体重|body|mm3|HPF|{_SYMBOL}|時(?!間))"
_ASCII_END = r"(?![A-Za-z])"
#: Any unit as a pattern: mg, mg/dL, mL/分/1.73m2, /日.
UNIT = (
    rf"(?:{_SYMBOL}{_ASCII_END}(?!(?<=分)の[一二三四1-9])(?!(?<=T)(?:細胞|リンパ|波))(?:\s*[/・]\s*{_BELOW}{_ASCII_END})*"
    rf"|/\s*(?:μL|uL|mL|L|mm3|HPF|日|週|月|年|分|時|時間|min|h){_ASCII_END})"
)


_BODY = re.compile(r"(?<=kg)(?:標準|理想|実測)?体重$")


@lru_cache(maxsize=4096)
def unit_of(written: str) -> Unit:
    """The dimension and factor of a unit as written: mg/dL is mass/volume, 0.01 g/L."""
    bare = re.sub(r"1\.73\s*(?:m2|m\^2|平方メートル)", "bsa", written).removeprefix("/")
    above, *below = (piece.strip() for piece in re.split(r"[/・]", bare))
    if written.startswith("/"):
        above, below = "", [above.replace("時間", "時").replace("時", "時間")]
    dimension, factor = _SIMPLE.get(above) or Unit(above, Fraction(1))
    names: list[str] = []
    period = ""
    for piece in below:
        # 時 is an hour below a division only; kg標準体重 is kg of a body.
        known = _SIMPLE.get("時間" if piece == "時" else _BODY.sub("", piece))
        if piece in _PER_TIME and known:
            period = f" per {known.dimension}"
            factor /= known.factor
        elif known:
            names.append(known.dimension)
            factor /= known.factor
        else:
            names.append(piece)
    return Unit("/".join((dimension, *sorted(names))) + period, factor)
