"""Tokens: what the lexical legs of the index, and the attribution checker, count as a word.

MeCab with unidic-lite cuts Japanese into short units, and `orthBase` brings an inflected word to
its base as it is written (行った and 行く meet, 医師 and 医者 do not). Particles, auxiliaries and
punctuation are dropped. The fields are formatted inside MeCab, which is 2.4 times faster than
reading them from fugashi's nodes (.52-.74 against .26 million characters a CPU second).
Compounds that MeCab takes apart (HbA1c, 0.5, COVID-19, カンデサルタン) are words too, beside their
parts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import fugashi
import unidic_lite

from medrag.japanese.normalize import fold, normalize

#: Raised when the words of a text change, so that an index built with other words is refused.
TOKENIZER = "medrag-words/5"
DICTIONARY = "unidic-lite/" + (Path(unidic_lite.DICDIR) / "version").read_text("utf-8").strip()
VERSION = {"tokenizer": TOKENIZER, "dictionary": DICTIONARY}

_DROPPED = frozenset({"助詞", "助動詞", "補助記号", "空白"})
# A part of a compound cut at its hyphens or its point is in the words anyway; HbA1c is not.
# Each begins where its run begins, and gives nothing back: time is linear in the text.
_COMPOUND = re.compile(
    r"(?<![a-z])[a-z]++(?:[0-9][a-z0-9]*+)?(?:-[a-z0-9]++)++|(?<![a-z])[a-z]++[0-9][a-z0-9]*+"
    r"|(?<![0-9])[0-9]++(?:[.,][0-9]++)++|[ァ-ヺー]{4,}"
)
#: A run of letters or digits: no bigram reaches out of it.
RUN = re.compile(r"\w+")
_REMEMBERED = 1_000_000

#: Stands between sentences in `sequence`; no text has it as a word of its own (SYMBOL FOR RECORD
#: SEPARATOR, which unidic-lite takes for punctuation).
BREAK = "␞"
_SEPARATOR = f" {BREAK} "

# English words without content: few in a Japanese corpus, and therefore of great weight there.
_ENGLISH = """
a an and are as at be been by can do does for from had has have in into is it its of on or should that
the their there these this those to was were what when which who with would
"""
_FUNCTION = frozenset(_ENGLISH.split())
# In capitals they are other words, beside Japanese and within English: WHO, AS, OR; but not in a line
# all in capitals. The letter alone is one next to Japanese: グレードA, A型, クラス A.
_CAPITALS = re.compile(
    r"(?<![A-Za-z0-9])(?<![A-Z] )(?:"
    + "|".join(sorted(word.upper() for word in _FUNCTION if len(word) > 1))
    + r")(?![A-Za-z0-9])(?! [A-Z]{2})"
    r"|(?:(?<=[^\x00-\x7f])|(?<=[^\x00-\x7f] ))A(?! ?[A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])A(?=[^\x00-\x7f])"
)


class Token(NamedTuple):
    """A morpheme and where it stands.

    Attributes:
        surface: As written, `text[start:end]`.
        base: Base form, folded (NFKC) and in lower case: the key under which it is compared.
        pos: Part of speech as unidic names it: 名詞, 動詞, 助詞, 助動詞, 補助記号, ...
        start, end: Code points of the text that was given.
    """

    surface: str
    base: str
    pos: str
    start: int
    end: int


@lru_cache(maxsize=3)
def _tagger(known: str, unknown: str) -> fugashi.GenericTagger:
    # `-O ""`: unidic-lite's dicrc names an output format of its own, which silently wins over -F.
    # -U has its own format because an unknown word has no orthBase field to read.
    return fugashi.GenericTagger(
        f'-r /dev/null -d "{unidic_lite.DICDIR}" -O "" -F "{known}" -U "{unknown}" -E ""'
    )


# Part of speech, its kind (人名, 地名), and the word. -U has no fields of a word that is not known.
_WORDS = ("%f[0]\\t%f[2]\\t%f[10]\\n", "%f[0]\\t\\t%m\\n")

# MeCab ends the process on a text of about a million characters without a full stop, and takes 4 s
# for 40,000 letters without a space, .3 s for 10,000.
_LONGEST = 10_000

# MeCab reads a C string of UTF-8: a NUL would end it, a lone surrogate has no UTF-8.
_UNREADABLE = re.compile("[\0\ud800-\udfff]")


def _analysed(text: str, known: str, unknown: str) -> str:
    """What MeCab writes about a text, a line a morpheme in the formats given."""
    tagger = _tagger(known, unknown)
    readable = _UNREADABLE.sub(" ", text)
    if len(readable) <= _LONGEST:
        analysed: str = tagger.parse(readable)
        return analysed
    pieces = (readable[at : at + _LONGEST] for at in range(0, len(readable), _LONGEST))
    return "\n".join(tagger.parse(piece) for piece in pieces)


class _Bases(dict[str, str]):
    """From a line that MeCab wrote to the word in it, or "" if the line is dropped; a memo."""

    def __missing__(self, line: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        pos, _, rest = line.partition("\t")
        base = rest.partition("\t")[2]
        # 記号 holds Greek letters (β遮断薬) and dingbats alike.
        dropped = pos in _DROPPED or (pos == "記号" and not base.isalnum()) or base in _FUNCTION
        if base == BREAK:
            dropped = False
        elif len(base) > 3 and base.isascii() and base.endswith("s") and not base.endswith("ss"):
            base = base[:-1]  # patients, patient: the one inflection that English questions vary
        self[line] = word = "" if dropped else base
        return word


_bases = _Bases()


def words(text: str) -> list[str]:
    """The content words of `text` in base form, folded (NFKC) and in lower case, in order.

    Compounds such as hba1c follow at the end, beside their parts (hba, 1, c) in their places.
    """
    return [word for word in sequence([text]) if word != BREAK]


def sequence(sentences: Sequence[str]) -> list[str]:
    """The words of sentences as `words` gives them, with `BREAK` between one and the next.

    The compounds of all sentences follow after a last break.
    """
    written = fold(_SEPARATOR.join(sentences))
    folded = written.lower()
    lines = _analysed(folded, *_WORDS).split("\n")
    found = list(filter(None, map(_bases.__getitem__, lines)))
    # A name that the dictionary does not have (カンデサルタン) is cut here so and there otherwise.
    cut = set(found)
    compounds = [one for one in _COMPOUND.findall(folded) if one not in cut]
    compounds += map(str.lower, _CAPITALS.findall(written))
    if compounds:
        found.append(BREAK)
        found.extend(compounds)
    return found


def bigrams(text: str) -> list[str]:
    """Pairs of adjacent letters or digits of the folded text in lower case, in order.

    Spaces and punctuation end a run: no pair reaches across them. A run of one is itself. Pairs of
    ASCII are left out: every English text has most of them, and its words say more.
    """
    found: list[str] = []
    for run in RUN.findall(fold(text).lower()):
        found.extend(run[i : i + 2] for i in range(max(1, len(run) - 1)))
    return [pair for pair in found if not pair.isascii()]


def tokenize(text: str) -> list[Token]:
    """Every morpheme of `text`, particles and punctuation included, with its span."""
    return _tokens(text, "%f[10]")


def pronounced(text: str) -> list[Token]:
    """As `tokenize`, with how each morpheme is pronounced (カクジツ) for its base; "" if unknown."""
    return [
        token._replace(
            base=""
            if token.base == token.surface.lower() and _KANJI.search(token.base)
            else token.base,
        )
        for token in _tokens(text, "%f[9]")
    ]


_KANJI = re.compile("[一-龥々]")


def _tokens(text: str, field: str) -> list[Token]:
    """Every morpheme with a field of the dictionary for its base, or itself where there is none."""
    normalized = normalize(text)
    # What MeCab cannot read is one code point for one, so that its surfaces stand where they are.
    folded = _UNREADABLE.sub(" ", normalized.text)
    analysed = _analysed(folded, f"%m\\t%f[0]\\t{field}\\n", "%m\\t%f[0]\\t%m\\n")
    found: list[Token] = []
    position = 0
    as_given = normalized.text == text  # then every offset is its own
    for line in analysed.split("\n"):
        surface, _, rest = line.partition("\t")
        if not surface:
            continue
        pos, _, base = rest.partition("\t")
        begin = folded.index(surface, position)
        position = begin + len(surface)
        start, end = (begin, position) if as_given else normalized.original(begin, position)
        found.append(Token(text[start:end], (base or surface).lower(), pos, start, end))
    return found


def morphemes(text: str) -> int:
    """How many morphemes a name has."""
    return _analysed(fold(text), *_WORDS).count("\n") + 1


def named(word: str) -> str:
    """What the dictionary says that a word names, 人名, 地名 or 一般; "" of one that it has not whole."""
    line, *others = _analysed(word, *_WORDS).split("\n")
    return "" if others or not line else line.split("\t")[1]
