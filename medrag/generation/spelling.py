"""Spelling: what a question writes otherwise than the passages do, and means the same.

Kana stands for kanji (鉄けつぼう), one kanji for another that sounds alike (投与機関), a name in katakana
is a letter off (チアマゾル). Such a word is read as the word of the passages, and the reader is told.
Only what neither the passages nor the lexicon have is read otherwise: another drug is no slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache

from medrag.japanese.lexicon import default_lexicon
from medrag.japanese.normalize import fold
from medrag.japanese.tokens import Token, pronounced
from medrag.retrieval.retriever import Hit

#: How like a name in katakana another one must be to be meant (difflib): デュピルマプ is .83.
LIKENESS = 0.8
#: Letters of a name in katakana, and sounds of a word, below which too many are alike.
SHORTEST_NAME, SHORTEST_SOUND = 4, 4
#: Characters of a word of which one may be off.
_SHORTEST_WORD = 3
#: Morphemes of a word of the passages, and of what is written for it in the question.
_WORD, _WRITTEN = 4, 8

_KATAKANA = re.compile(r"[ァ-ヴー]+")
_HIRAGANA = re.compile(r"[ぁ-ゔー]+")
_KANA = re.compile(r"[ぁ-ゔァ-ヴー]+")
_KANJI = re.compile(r"[一-龥々]")
#: Characters of which one is not written for the other by mistake, or means something else.
_TELLING = frozenset(
    "前後上下左右高低大小男女内外初再軽重急慢有無増減強弱陽陰新旧多少長短早晩不非未過何一二三四五六七八九十"
)
_OF_NAMES = frozenset({"名詞", "接頭辞", "接尾辞", "記号"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A word of the question, and the word of the passages as which it is read."""

    written: str
    read: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Respelt:
    """A question as it is read."""

    question: str
    readings: tuple[Reading, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Words:
    """The words of some passages: names in katakana, and every compound by its sound."""

    text: str = ""
    names: dict[str, None] = field(default_factory=dict)
    sounds: dict[str, str] = field(default_factory=dict)
    compounds: dict[str, tuple[int, ...]] = field(default_factory=dict)


def respelt(question: str, hits: Sequence[Hit]) -> Respelt:
    """The question with its slips read as the words of the hits."""
    if not _KANA.search(question) and not _KANJI.search(question):
        return Respelt(question=question)
    known = _Words()
    for hit in hits:
        found = _words_of(" ".join((hit.title, *hit.passage.section, hit.passage.text)))
        known.text += f" {found.text}"
        known.names |= found.names
        known.sounds = found.sounds | known.sounds
        known.compounds |= found.compounds
    folded = fold(question)
    readings: list[Reading] = []
    for written, read in (
        *_names(folded, known),
        *_sounds(folded, known),
        *_characters(folded, known),
    ):
        if written in folded:
            folded = folded.replace(written, read)
            readings.append(Reading(written=written, read=read))
    return Respelt(question=folded if readings else question, readings=tuple(readings))


@lru_cache(maxsize=4096)
def _words_of(text: str) -> _Words:
    folded = fold(text)
    words = _Words(text=folded)
    for name in _KATAKANA.findall(folded):
        if len(name) >= SHORTEST_NAME:
            words.names[name] = None
    for run in _compounds(pronounced(folded)):
        for first in range(len(run)):
            for last in range(first, min(len(run), first + _WORD)):
                part = run[first : last + 1]
                surface = "".join(token.surface for token in part)
                if not (_KANJI.search(surface) or _KATAKANA.fullmatch(surface)):
                    continue
                if (sound := _sound(part)) and len(sound) >= SHORTEST_SOUND:
                    words.sounds.setdefault(sound, surface)
                if len(surface) >= _SHORTEST_WORD:
                    ends = tuple(len(token.surface) for token in part)
                    words.compounds.setdefault(surface, ends)
    return words


def _compounds(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Runs of nouns, prefixes and suffixes that touch each other."""
    run: list[Token] = []
    for token in tokens:
        if token.pos in _OF_NAMES and (not run or run[-1].end == token.start):
            run.append(token)
            continue
        if run:
            yield run
        run = [token] if token.pos in _OF_NAMES else []
    if run:
        yield run


def _sound(tokens: Sequence[Token]) -> str:
    """How morphemes sound, a long vowel written in one way; "" if that is not known of one."""
    sounds = [token.surface if _KANA.fullmatch(token.surface) else token.base for token in tokens]
    return sounding("".join(sounds)) if all(sounds) else ""


_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゔ") + 1)}
_LONG = tuple(
    (re.compile(f"(?<=[{row}])[{vowels}]"), "ー")
    for row, vowels in (
        ("アカサタナハマヤラワガザダバパァャ", "ア"),
        ("イキシチニヒミリギジヂビピィ", "イ"),
        ("ウクスツヌフムユルグズヅブプゥュヴ", "ウ"),
        ("エケセテネヘメレゲゼデベペェ", "エイ"),
        ("オコソトノホモヨロヲゴゾドボポォョ", "オウ"),
    )
)


def sounding(kana: str) -> str:
    """Kana as it sounds: せい, せえ and セー are one."""
    sound = kana.translate(_TO_KATAKANA).replace("ヂ", "ジ").replace("ヅ", "ズ").replace("ヲ", "オ")
    for vowel, long in _LONG:
        sound = vowel.sub(long, sound)
    return sound


def _names(folded: str, known: _Words) -> Iterator[tuple[str, str]]:
    """Names in katakana that are a letter or two off."""
    sounds = {sounding(name): name for name in known.names}
    for written in dict.fromkeys(_KATAKANA.findall(folded)):
        if len(written) < SHORTEST_NAME or written in known.text or _is_known(written):
            continue
        if alike := sounds.get(sounding(written)):
            yield written, alike
        elif close := get_close_matches(written, list(known.names), n=1, cutoff=LIKENESS):
            yield written, close[0]


def _sounds(folded: str, known: _Words) -> Iterator[tuple[str, str]]:
    """What sounds like a word of the passages and is written otherwise."""
    tokens = pronounced(folded)
    place = 0
    while place < len(tokens):
        for last in range(min(len(tokens), place + _WRITTEN), place, -1):
            window = tokens[place:last]
            written = folded[window[0].start : window[-1].end]
            read = known.sounds.get(_sound(window))
            if (
                read
                and read.lower() != written.lower()
                and (len(window) > 1 or _HIRAGANA.search(written))
                and not any(character.isspace() for character in written)
                and written not in known.text
                and not _is_known(written)
            ):
                yield written, read
                place = last - 1
                break
        place += 1


def _characters(folded: str, known: _Words) -> Iterator[tuple[str, str]]:
    """A word with one kanji in place of another, where that leaves no other word."""
    tokens = pronounced(folded)
    broken = [
        token
        for token in tokens
        if token.pos in _OF_NAMES and (token.end - token.start == 1 or not token.base)
    ]
    if not broken:
        return
    alike: dict[tuple[int, str], list[str]] = {}
    for word in known.compounds:  # one character is off: the first or the last one is not
        for letter in {word[0], word[-1]}:
            alike.setdefault((len(word), letter), []).append(word)
    ends = [token.end for token in tokens]
    starts = {at: token.start for token in broken for at in range(token.start, token.end)}
    for token in tokens:
        for end in ends:
            written = folded[token.start : end]
            if len(written) < _SHORTEST_WORD or starts.keys().isdisjoint(range(token.start, end)):
                continue
            for read in (
                *alike.get((len(written), written[0]), ()),
                *alike.get((len(written), written[-1]), ()),
            ):
                off = [
                    at
                    for at, pair in enumerate(zip(written, read, strict=True))
                    if pair[0] != pair[1]
                ]
                if (
                    len(off) == 1
                    and token.start + off[0] in starts
                    and _a_slip(written[off[0]], read[off[0]])
                    and _inside(off[0], known.compounds[read])
                    and written not in known.text
                    and not _is_known(written)
                ):
                    yield written, read


def _a_slip(written: str, meant: str) -> bool:
    return bool(_KANJI.match(written) and _KANJI.match(meant) and not {written, meant} & _TELLING)


def _inside(place: int, lengths: Sequence[int]) -> bool:
    """Whether a place is in a morpheme of several characters: 肘関節 is no slip for 膝関節."""
    for length in lengths:
        if place < length:
            return length > 1
        place -= length
    return False


def _is_known(written: str) -> bool:
    """Whether the lexicon has all of it as one word."""
    mentions = default_lexicon().find(written)
    return len(mentions) == 1 and mentions[0].end - mentions[0].start == len(written)
