"""The words by which guidelines mark what a passage is: 推奨, 解説, 例外, CQ1, ステートメント2.

A label stands in brackets or bold type, before a colon, or alone on its line; a heading may be one
too. Vocabulary of Japanese guidelines (Minds, GRADE, the societies') and of English ones.
"""

from __future__ import annotations

import re

from medrag.japanese.normalize import fold

_LABELS = {
    "recommendation": (
        "推奨|推奨文|推奨文章|推奨ステートメント|推奨草案|推奨案|推奨事項|推奨内容|推奨文案|推奨と解説|要約と推奨|ステートメント|提言|勧告|回答"
        "|recommendations?|statements?|good practice statements?|good practice points?|GPS|グッド・?プラクティス・?ステートメント|グッド・?プラクティス・?ポイント|answers?|A(?=[0-9])|答え?"
    ),
    "exception": (
        "例外|例外・注意|例外と注意|例外事項|例外規定|例外・条件|注意|注意事項|注意点|付帯事項|付帯条件|附帯事項|ただし書き?|但し書き?|適用除外"
        "|適用外|適応外|適応除外|推奨の例外|推奨の対象外|慎重投与|除外|除外規定|除外基準|適用しない場合|適用条件|条件|条件・例外|禁忌|禁忌・注意|禁忌・例外|留意事項|留意点|使用上の注意|対象外"
        "|exceptions?|cautions?|contraindications?|exceptions? and cautions?|remarks?|caveats?|limitations?"
    ),
    "explanation": (
        "解説|解説文|背景|背景・目的|背景と目的|エビデンス|エビデンスの要約|エビデンスの概要|エビデンスのまとめ|エビデンスの評価|根拠|根拠・解説|理由"
        "|推奨の根拠|推奨の解説|推奨の理由|推奨決定の経緯|推奨作成の経緯|推奨作成の経過|推奨決定の経過|推奨の経緯|推奨に至る経過|推奨に至った経過|作成の経過|推奨に至る経緯|推奨に至った経緯|益と害のバランス|益と害|付記|コメント|補足"
        "|説明|推奨の背景|科学的根拠|rationale|evidence|background|discussion|justification|explanation|comments?"
        "|evidence summary|summary of evidence|supporting evidence|supporting text"
    ),
    "references": "参考文献|引用文献|文献|参考資料|references|bibliography|literature",
    "contents": "目次|もくじ|contents|table of contents",
}
_KIND_PATTERNS = tuple((kind, re.compile(names, re.IGNORECASE)) for kind, names in _LABELS.items())
# 「推　奨」「解　説」: set out over the width of the line.
_NAMES = "|".join(
    sorted(
        (
            re.sub(r"(?<=[一-龥ぁ-ん])(?=[一-龥ぁ-ん])", r"[ 　]{0,3}", name)
            for name in "|".join(_LABELS.values()).split("|")
        ),
        key=len,
        reverse=True,
    )
)
_QUESTION_NUMBER = (
    r"(?:CQ|BQ|FQ|FRQ|BCQ|GQ|HQ|PQ|RQ|SQ|Q|Clinical\s?Questions?|Key\s?Questions?|Questions?|PICO|クリニカル・?クエスチョン|臨床疑問|臨床的疑問|重要臨床課題|設問|質問)"
    r"\s*(?:No\.?)?\s*(?:[(]\s*[0-9]{1,2}(?:[-.][0-9]{1,2})*\s*[)]|(?:[IVX]{1,4}|[A-H])(?=[-.][0-9])|[0-9]+|(?<=[問疑])[一二三四五六七八九十]{1,3})(?:[-–.‐－−ー][0-9]+)*[a-z]?"
)
# Any other name with a number is a question's label where a question follows: 論点2　…を行うか.
_ASKED = (
    r"(?!(?:第|表|図|付|別|例|段階|ステップ|step|table|figure|chapter|section))[A-Za-z一-龥ぁ-んァ-ヶー]{1,12}\s*"
    r"(?:[0-9]{1,3}|[IVX]{1,4}|[一二三四五六七八九十]{1,2})(?:[-.][0-9]+)*(?=[\s.:\])]+\S.{4,90}(?:か[。.]?|[?])$)"
)
QUESTION = re.compile(
    rf"{_QUESTION_NUMBER}(?=$|[\s.:：．。、,，\]】〕）)　])|{_ASKED}", re.IGNORECASE
)
_BEFORE_QUESTION = re.compile(
    r"^[【\[<〈■□●○◆◇▶* ]*(?:[(]?[0-9]{1,2}(?:[.\-][0-9]{1,2})*[).]?\s+[【\[<〈■●◆* ]*(?=[A-Zク臨重設質]))?"
)
_LABEL = re.compile(
    r"(?P<lead>[-*+]\s+)?(?P<open>\*\*|__|\*(?=\S)|_|[【［\[〔〈《＜<■□◆◇●○▶▼★☆]*)\s*"
    rf"(?P<asked>{_QUESTION_NUMBER}\s*(?P<of>の|に対する|[:：])?\s*)?(?P<name>{_NAMES})"
    r"(?P<number>\s*[-‐－]?\s*[0-9]{1,2}(?:[-.][0-9]{1,2})*[a-z]?)?(?P<note>\s*[（(][^（()）]{1,10}[)）])?"
    r"\s*(?P<sep1>[:：.．]?)(?P<close>\*\*|__|\*|_|[】］\]〕〉》＞>]*)(?P<sep2>\s*[:：]|[ \t　]+|$|(?<=[】］\]〕〉》＞>*])|(?<=[.．])(?=[^\x00-\x7f]))",
    re.IGNORECASE,
)


_UNGRADED = re.compile(r"(?:BQ|FQ|FRQ|GQ|背景疑問)", re.IGNORECASE)
_RUNS_ON = 14  # characters behind 「解説　」 that are a text and not a title
_NUMBERED = re.compile(
    r"(?:推奨文?|ステートメント|提言|勧告|recommendation|statement)$", re.IGNORECASE
)


def _joined(name: str) -> str:
    """A label's name in lower case, 解　説 put together."""
    return re.sub(r"(?<=[一-龥ぁ-ん])\s+(?=[一-龥ぁ-ん])", "", name).lower()


def label_of(line: str) -> tuple[str, int] | None:
    """The kind that a line's label opens, and where the label ends in the line, if it has one."""
    match = _LABEL.match(line)
    if match is None:
        return None
    name, alone = _joined(match["name"]), match.end() == len(line)
    framed = bool(match["open"]) and bool(match["close"])
    colon = bool(match["sep1"] in ("：", ":") or match["sep2"].strip())
    bullet = bool(match["open"]) and alone
    stopped = match["sep1"] in (".", "．") and name.isascii()
    numbered = bool(match["number"]) and bool(match["sep2"]) and _NUMBERED.match(name) is not None
    rest = line[match.end() :]
    answered = (
        name == "a" and bool(match["number"]) and ("。" in rest or len(rest) >= _RUNS_ON)
    )  # A1　…を勧める。
    spaced = match["sep2"].isspace() and (
        answered or (not name.isascii() and len(rest) >= _RUNS_ON)
    )
    on_line = framed or colon or bullet or stopped or numbered or spaced
    if not on_line and (not alone or match["lead"]):
        return None
    if match["lead"] and not framed:
        return None
    kind = next((k for k, pattern in _KIND_PATTERNS if pattern.fullmatch(name)), "recommendation")
    if match["asked"] and not match["of"] and kind != "recommendation":
        return None  # CQ9 禁忌: the question is about them
    if kind == "contents" and not alone:
        return None
    return kind, match.end()


def question_of(title: str) -> tuple[str, str | None] | None:
    """The label and the text of a clinical question, from its heading."""
    folded = unnumbered(fold(title))
    match = QUESTION.match(folded)
    if match is None:
        return None
    label = (
        re.sub(r"\s+", "", match[0])
        if re.match(r"[A-Z]{1,3}\s*(?:[0-9]|[IVXA-H]+[-.])", match[0])
        else match[0]
    )
    rest = folded[match.end() :].strip(" 　.:：．】]〕*")
    return label, rest or None


def unnumbered(folded: str) -> str:
    """A folded line without marks, brackets and numbers before its question: (1) CQ2, ■CQ2."""
    return _BEFORE_QUESTION.sub("", folded)


def ungraded(label: str | None) -> bool:
    """Whether a label is that of a question whose answer recommends nothing: BQ, FRQ."""
    return label is not None and _UNGRADED.match(label) is not None


def answers_in(title: str) -> bool:
    """Whether a label introduces an answer, which may or may not recommend."""
    return re.match(r"(?:A\s*[0-9]|答|回答|answer)", fold(title), re.IGNORECASE) is not None


def statement_of(title: str, question: str | None) -> str | None:
    """The label that a recommendation goes by: its question's, unless it is numbered itself."""
    folded = fold(title)
    if match := re.match(
        r"(?:ステートメント|statement|提言)\s*[0-9]+(?:[-.][0-9]+)*", folded, re.IGNORECASE
    ):
        return question or match[0]
    if match := re.match(
        r"(?:good practice statement|recommendation)s?\s*[0-9]+(?:\.[0-9]+)+", folded, re.IGNORECASE
    ):
        return match[0]
    if question is None and (
        match := re.match(
            r"(?:推奨|recommendation|good practice statement)\s*[0-9]+(?:[-.][0-9]+)*",
            folded,
            re.IGNORECASE,
        )
    ):
        return match[0]
    asked = question_of(title)
    return asked[0] if asked else question


def kind_of(title: str) -> str:
    """The kind of a heading by its words."""
    folded = fold(title).strip("#* \t")
    label = label_of(folded)
    if label and label[1] == len(folded):
        return label[0]
    if QUESTION.match(unnumbered(folded)):
        return "question"
    bare = re.sub(
        r"^(?:[0-9IVX]+(?:[.\-][0-9]+)*[.、]?\s*|第[0-9一二三四五六七八九十]+[章節部]\s*)",
        "",
        folded,
    )
    bare = _joined(bare)
    return next((k for k, pattern in _KIND_PATTERNS if pattern.fullmatch(bare)), "body")


def clean(title: str) -> str:
    """A heading or a label without marks and brackets around it."""
    return " ".join(title.strip().strip("#*_").split()).strip("【】［］〔〕■□◆◇●○▶ ").strip()
