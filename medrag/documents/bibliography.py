"""What a document says about itself: title, edition, date, society, language.

Read from its first lines (and for a notice its header), never from the running text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from medrag.documents.parsers import Heading
from medrag.japanese.normalize import fold

_HEAD = 3000
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "R": 2018, "H": 1988, "S": 1925}
_DATE = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})\s*(?:年|[-/.])\s*(?P<month>1[0-2]|0?[1-9])(?:\s*(?:月|[-/.])\s*(?P<day>3[01]|[12][0-9]|0?[1-9])\s*(?:日|\b)|\s*月)"
    r"|(?P<era>令和|平成|昭和)\s*(?P<era_year>元|[0-9]{1,2})\s*年\s*(?P<era_month>1[0-2]|[1-9])\s*月(?:\s*(?P<era_day>3[01]|[12][0-9]|[1-9])\s*日)?"
    r"|(?P<d>[12]?[0-9]|3[01])\s+(?P<name>January|February|March|April|May|June|July|August|September|October|November|December),?\s+(?P<y>(?:19|20)[0-9]{2})"
    r"|(?P<name2>January|February|March|April|May|June|July|August|September|October|November|December)\s+(?:(?P<d2>[12]?[0-9]|3[01]),?\s+)?(?P<y2>(?:19|20)[0-9]{2})"
)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_EDITION = re.compile(
    r"(?:(?:19|20)[0-9]{2}\s*年?\s*(?:改訂|追補|増補|部分改訂|一部改訂|更新|暫定)?\s*版|(?:改訂|増補|新訂|全訂)?第\s*[0-9一二三四五六七八九十]+(?:\.[0-9]+)*\s*版"
    r"|初版|改訂\s*[0-9]+\s*版|(?:19|20)[0-9]{2}\s*[\[［(（]\s*(?:追補|改訂|増補)\s*(?:19|20)?[0-9]{2,4}\s*[\]］)）]|[Vv]er(?:sion)?\.?\s*[0-9]+(?:\.[0-9]+)*"
    r"|(?:First|Second|Third|Fourth|Fifth|Sixth|[0-9]+(?:st|nd|rd|th))\s+[Ee]dition|(?:19|20)[0-9]{2}\s+(?:[Uu]pdate|[Ee]dition|[Rr]evision))"
    r"(?:\s*[（(](?:第?[0-9一二三四五六七八九十.]+版|初版|(?:19|20)[0-9]{2}年?(?:改訂)?版?|(?:19|20)[0-9]{2})[)）])?"
)
_KEYED = re.compile(
    r"^[\s>|*\-・#]*(?P<key>発行者?|編集|編者?|著者?|作成|監修|版|版数|改訂版?|発行日|発行年月日?|公開日?|制定日?|策定日?|作成日|更新日?|改訂日?|施行日?|出版|刊行|発表"
    r"|society|published by|publisher|edition|version|date of publication|publication date|published|date|title|issued by)"
    r"\**\s*(?:[:：|]|\s|　)\s*(?P<value>[^|\n]{2,80})",
    re.IGNORECASE | re.MULTILINE,
)
_SOCIETY = re.compile(
    r"[^\s、，,。:：|（()）「」>*]{2,40}?(?:学会|協会|研究班|委員会|機構|医療センター|病院|研究会|連合|財団|厚生労働省|厚生省|保健医療局|連盟)(?=[^\w]|$|（|\s|編|ガイドライン)"
    r"|(?:[A-Z][A-Za-z]+ (?:of |for |and |the )?){1,8}(?:Society|Association|College|Academy|Network|Alliance|Federation|Institute)(?: (?:of|for|on) (?:[A-Z]?[A-Za-z]+ ?(?:and |of )?){1,5})?"
    r"|Society (?:of|for) (?:[A-Z][A-Za-z]+ ?(?:and |of )?){1,5}"
)
_DATE_KEYS = (
    "発行日",
    "発行年月日",
    "発行年月",
    "公開日",
    "公開",
    "date of publication",
    "publication date",
    "published",
    "date",
    "発行",
    "制定",
    "制定日",
    "策定",
    "更新",
    "改訂",
    "作成日",
    "更新日",
    "改訂日",
    "施行日",
)
_SOCIETY_KEYS = (
    "発行",
    "発行者",
    "published by",
    "publisher",
    "issued by",
    "society",
    "編集",
    "編",
    "作成",
    "監修",
)
_TITLED = re.compile(
    r"(?:ガイドライン|指針|手引き?|マニュアル|手順書?|について|通知|要領|点数表|基準|プロトコル)(?:[^。、]{0,16})$"
    r"|guideline|recommendations",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[(（]?[0-9０-９一二三四五六七八九十]{1,3}[)）.．、 　]")
_JAPANESE = re.compile("[ぁ-んァ-ヶ]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a document says about itself; None where it says nothing."""

    title: str | None = None
    society: str | None = None
    edition: str | None = None
    published: date | None = None


NOTHING = Said()


def read(text: str, headings: Sequence[Heading] | None, *, styled: bool = False) -> Said:
    """Read the head of a document.

    Args:
        text: The document's.
        headings: Those that its format marks.
        styled: Whether they were found by the size of their letters, and so may be anything large.
    """
    head = fold(text[:_HEAD])
    keyed: dict[str, str] = {}
    for match in _KEYED.finditer(head):
        keyed.setdefault(match["key"].lower(), match["value"].strip(" 　*_"))
    title = _title(text, headings, styled=styled)
    edition = _first(
        _EDITION,
        keyed.get("版"),
        keyed.get("edition"),
        keyed.get("version"),
        title,
        *head.split("\n")[:25],
    )
    published = None
    for key in _DATE_KEYS:
        if key in keyed and (published := date_in(keyed[key])):
            break
    if published is None:
        for line in head.split("\n")[:30]:
            if len(line) <= 80 and (published := date_in(line)):
                break
    named = (keyed.get(key) for key in _SOCIETY_KEYS)
    lines = (line.strip("#>*- 　") for line in head.split("\n")[:20] if len(line) <= 60)
    found = (_SOCIETY.search(candidate) for candidate in (*named, *lines) if candidate)
    society = next((match[0].strip() for match in found if match), None)
    return Said(title=title, society=society, edition=edition, published=published)


def date_in(text: str) -> date | None:
    """The first date in a text; a month without a day is its first day."""
    match = _DATE.search(fold(text))
    if match is None:
        return None
    try:
        if match["year"]:
            return date(int(match["year"]), int(match["month"]), int(match["day"] or 1))
        if match["era"]:
            year = 1 if match["era_year"] == "元" else int(match["era_year"])
            return date(
                _ERAS[match["era"]] + year, int(match["era_month"]), int(match["era_day"] or 1)
            )
        if match["name"]:
            return date(int(match["y"]), _MONTHS.index(match["name"]) + 1, int(match["d"]))
        return date(int(match["y2"]), _MONTHS.index(match["name2"]) + 1, int(match["d2"] or 1))
    except ValueError:
        return None


def language(text: str) -> str:
    """Its language by the letters of its beginning: ja where it has kana, en elsewhere."""
    for length in (300, 3000):  # nearly always the first is enough
        head = text[:length]
        if 12 * len(_JAPANESE.findall(head)) >= len(head):
            return "ja"
    return "en"


def _first(pattern: re.Pattern[str], *texts: str | None) -> str | None:
    for text in texts:
        if text and len(text) <= 120 and (match := pattern.search(text)):
            return match[0].strip()
    return None


def _title(text: str, headings: Sequence[Heading] | None, *, styled: bool) -> str | None:
    first = headings[0] if headings else None
    heading = text[first.start : first.end].strip("# 　\t*") if first else None
    if first and not styled and not text[: first.start].strip():
        return heading
    lines = [
        " ".join(line.strip("#>*=- 　\t【】").split()) for line in text[:_HEAD].split("\n")[:25]
    ]
    for number, line in enumerate(lines):
        above = lines[number - 1] if number else ""
        if 4 <= len(line) <= 80 and _TITLED.search(line) and not _ITEM.match(line):
            # A title over two lines: the upper one names the matter.
            long = not _TITLED.match(line) and re.search(
                r"(?:する|係る|関する|の|における|及び)$", above
            )
            return above + line if long and len(above) <= 60 else line
    opening = next((line for line in lines if line), "")
    usable = 2 <= len(opening) <= 40 and not opening.endswith(("。", "."))
    return heading or (opening if usable else None)
