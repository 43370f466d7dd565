"""Which encoding a Japanese text file is in.

Order measured to be right: byte order mark, ISO-2022-JP escapes, strict UTF-8, and then the legacy
encodings scored by how Japanese their reading is (general detectors take short cp932 for cp949).
Western text with an accent here and there is cp1252, and never sure: cp1250 has the same bytes.
Half-width kana alone cannot be told apart from other readings, so the reading carries a confidence
and the operator may name the encoding.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from dataclasses import dataclass

from medrag.errors import UndecodableText

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\$\([@BDOPQ]|\([BJI])")
_LEGACY = ("cp932", "euc_jis_2004", "utf-16-le", "utf-16-be")
_KANA = re.compile("[ぁ-んァ-ヶー、。]")
_IDEOGRAPH = re.compile("[一-龥々]")
_WIDE = re.compile("[！-～　「」『』（）・〜…]")
_PLAIN = re.compile("[\t\n\r -~]")
_HALF_KANA = re.compile("[｡-ﾟ]")
_ODD = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_HIGH = re.compile("[^\x00-\x7f]+")
_WESTERN = re.compile("[À-ÖØ-öø-ÿŒœŠšŽžŸ’“”‘–—…•°µ§±²³·½¼¾×÷€£™©®«»¿¡ªº\xa0]{1,2}")
_WORD = re.compile("[A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ]+")
SURE = 0.9  # a confidence below this is reported
_SAMPLE = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Decoded text, the codec that read it, and how sure that is, between 0 and 1."""

    text: str
    encoding: str
    confidence: float


def decode(data: bytes, *, where: str, encoding: str | None = None) -> Reading:
    """Decode a text file; line breaks become line feeds.

    Args:
        data: The file's bytes.
        where: Its name, for errors.
        encoding: A codec that the operator named; None to detect it.

    Raises:
        UndecodableText: No encoding reads it, or not the named one.
    """
    if encoding is not None:
        try:
            return _reading(data.decode(encoding), encoding, 1.0)
        except (UnicodeDecodeError, LookupError) as error:
            raise UndecodableText(
                f"not readable as {encoding}: {error}",
                where=where,
                hint="name another encoding, or leave it out to have it detected",
            ) from error
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return _strict(data, codec, where)
    if _ESCAPE.search(data[:_SAMPLE]) and max(data, default=0) < 0x80:
        return _strict(data, "iso2022_jp_ext", where)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        # UTF-16 without a mark is valid UTF-8 when it is all ASCII: every other byte is 0.
        if "\x00" not in text[:_SAMPLE]:
            return _reading(text, "utf-8", 1.0)
    return _legacy(data, where)


def _strict(data: bytes, codec: str, where: str) -> Reading:
    try:
        return _reading(data.decode(codec), codec, 1.0)
    except UnicodeDecodeError as error:
        raise UndecodableText(
            f"marked as {codec} but not readable as it: {error.reason} at byte {error.start}",
            where=where,
            hint="the file is damaged, or its encoding must be named",
        ) from error


def _legacy(data: bytes, where: str) -> Reading:
    best: tuple[float, str, str] | None = None
    for codec in _LEGACY:
        if codec.startswith("utf-16") and len(data) % 2:
            continue
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        score = _japanese(text[:_SAMPLE])
        if best is None or score > best[0]:
            best = (score, codec, text)
    with contextlib.suppress(UnicodeDecodeError):
        text = data.decode("cp1252")
        score = _western(text[:_SAMPLE])
        if best is None or score > best[0]:
            best = (score, "cp1252", text)
    if best is None or best[0] <= 0:
        raise UndecodableText(
            "neither a Japanese encoding nor Western Europe's reads this file",
            where=where,
            hint="name its encoding, or save it as UTF-8",
        )
    return _reading(best[2], best[1], round(min(1.0, best[0]), 2))


def _japanese(text: str) -> float:
    """How much a reading looks like Japanese prose: 1 is plain, 0 and less is not."""
    if not text:
        return 0.0
    kana, ideographs = len(_KANA.findall(text)), len(_IDEOGRAPH.findall(text))
    plain = len(_PLAIN.findall(text)) + len(_WIDE.findall(text))
    half, odd = len(_HALF_KANA.findall(text)), len(_ODD.findall(text))
    rest = len(text) - kana - ideographs - plain - half - odd
    # Prose without any kana is rare, half-width kana in a row rarer; both are what a wrong
    # reading of a multi-byte encoding produces.
    ideograph_worth = 1.0 if kana * 8 >= ideographs else 0.55
    return (
        kana + ideograph_worth * ideographs + 0.9 * plain + 0.6 * half - 1.5 * odd - 0.8 * rest
    ) / len(text)


def _western(text: str) -> float:
    """How much a reading looks like Western prose: words of plain letters, an accent here and there.

    Below what is sure, for one reading of such bytes is as good as another; 0 where it is no prose.
    """
    runs = _HIGH.findall(text)
    odd = sum(len(run) for run in runs if not _WESTERN.fullmatch(run)) + text.count("\x00")
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    if not words or letters < 0.6 * len(text) or letters > 16 * len(words):
        return 0.0
    high = sum(map(len, runs))
    return 0.85 * (1 - odd / len(text)) if odd <= 0.05 * high and high < 0.3 * letters else 0.0


def _reading(text: str, encoding: str, confidence: float) -> Reading:
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Reading(text=text, encoding=encoding, confidence=confidence)
