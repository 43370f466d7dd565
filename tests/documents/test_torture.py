"""Every hostile or awkward file gives its exact text or a typed error, inside the limits."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path

import pytest

from medrag.documents import corpus
from medrag.documents.corpus import Failure, Ingested
from medrag.documents.sandbox import Limits
from medrag.errors import (
    DamagedDocument,
    EmptyDocument,
    EncryptedDocument,
    LimitExceeded,
    MedragError,
    NeedsOCR,
    UndecodableText,
)

REFERENCE = "t1_utf8.txt"  # the text that most of the files carry

ERRORS: dict[str, type[MedragError]] = {
    "made/05_enc_user.pdf": EncryptedDocument,
    "made/06_scanned.pdf": NeedsOCR,
    "made/07_trunc_half.pdf": DamagedDocument,
    "made/07b_trunc_tail.pdf": DamagedDocument,
    "made/07c_bitrot.pdf": UndecodableText,
    "made/07d_empty.pdf": EmptyDocument,
    "made/07e_not_pdf.pdf": DamagedDocument,
    "made/10_bomb.pdf": LimitExceeded,
    "made/12_no_tounicode.pdf": UndecodableText,
    "made/14_loop.pdf": DamagedDocument,
    "made/14b_xobj_loop.pdf": LimitExceeded,
    "made/w2_billion_laughs.docx": DamagedDocument,
    "made/z1_slip.zip": DamagedDocument,
    "samples/aes-256.pdf": EncryptedDocument,
    "samples/issue-791-non-unicode-cmap.pdf": UndecodableText,
}
WHOLE = (
    "made/01_single.pdf",
    "made/02_twocol.pdf",
    "made/04_cid_unijis.pdf",
    "made/04b_cid_90ms.pdf",
    "made/05b_enc_owner_only.pdf",
    "made/05c_enc_rc4.pdf",
    "made/09_js.pdf",
    "made/13_rotated.pdf",
    "made/e1.epub",
    "made/h1_utf8.html",
    "made/h2_sjis.html",
    "made/m1.md",
    "made/t2_sjis.txt",
    "made/t3_eucjp.txt",
    "made/t4_utf16.txt",
    "made/t4b_utf16le_nobom.txt",
    "made/t5_iso2022jp.txt",
    "made/t6_utf8bom.txt",
    "made/w1.docx",
)
# What the file's encoding could not hold was "?" before medrag ever saw it.
LOST = {
    "made/04b_cid_90ms.pdf": "²",
    "made/t2_sjis.txt": "²",
    "made/t3_eucjp.txt": "²～①②③",
    "made/t5_iso2022jp.txt": "²～①②③ｶﾘｳﾑ",
}
TEXTS = {
    "made/03b_ruby.pdf": (
        "第3章合併症蕁麻疹および褥瘡の患者では、嚥下機能を評価する。誤嚥性肺炎を疑う場合は、喀痰培養を行ったうえで抗菌薬を開始する。"
    ),
    "made/t7_sjis_short.txt": "血圧は130/80mmHg未満を目標とする。",
    "samples/cid_cff.pdf": "processorreferencechart",
    "samples/noembed-eucjp.pdf": "あいうえお",
    "samples/noembed-jis7.pdf": "ABCあいうえお123",
    "samples/noembed-sjis.pdf": "あいうえお",
    "samples/vertical.pdf": "日本語あいうえお",
}
# Longer texts, compared with the drawn page by eye and then held: sha256 without white space.
DIGESTS = {
    "made/03_vertical.pdf": "1d13375bc2bf596d",
    "samples/issue-1113-evil-xobjects.pdf": "61c2c9254fb5dea5",
    "samples/issue-449-horizontal.pdf": "c113437c5e6bd177",
    "samples/issue-449-vertical.pdf": "275241aa1c244e65",
    "samples/issue-598-cmap-other-fonts.pdf": "355d599c3bae3a92",
    "samples/issue-625-identity-cmap.pdf": "844e44e71f2e42dd",
    "samples/jo.pdf": "3f51f177c9ed9c02",
    "samples/simple3.pdf": "8e5daf32d38f9f7a",
    "samples/zen_of_python_corrupted.pdf": "0e7f72d88761decd",
}
NOTICES = {
    "made/09_js.pdf": {"javascript"},
    "made/h1_utf8.html": {"hidden_text"},
    "made/h2_sjis.html": {"hidden_text"},
    "made/e1.epub": {"hidden_text"},
    "made/w1.docx": {"hidden_text"},
    "made/t8_sjis_halfkana.txt": {"encoding_uncertain"},
}


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.fixture(scope="module")
def torture(shared: Path) -> Path:
    return shared / "data" / "parser-torture"


Entries = dict[str, Ingested | Failure]


@pytest.fixture(scope="module")
def entries(torture: Path) -> Entries:
    """What reading every file gives, each by itself, under tighter limits than usual."""
    paths = sorted(p for p in torture.rglob("*") if p.is_file() and p.name != "README.md")
    found = list(corpus.read(paths, limits=Limits(cpu=8, wall=20)))
    assert len(found) == len(paths)
    return {str(path.relative_to(torture)): entry for path, entry in zip(paths, found, strict=True)}


@pytest.mark.parametrize(("name", "kind"), ERRORS.items())
def test_a_file_that_cannot_be_read_is_a_typed_error(
    torture: Path, entries: Entries, name: str, kind: type[MedragError]
) -> None:
    entry = entries[name]
    assert isinstance(entry, Failure)
    assert type(entry.error) is kind
    assert entry.error.where == str(torture / name)
    assert entry.error.hint


@pytest.mark.parametrize("name", WHOLE)
def test_the_text_arrives_to_the_character(torture: Path, entries: Entries, name: str) -> None:
    entry = entries[name]
    assert isinstance(entry, Ingested)
    wanted = (torture / "made" / REFERENCE).read_text("utf-8")
    for lost in LOST.get(name, ""):
        wanted = wanted.replace(lost, "?")
    got = squeezed(entry.document.text)
    assert [line for line in wanted.splitlines() if squeezed(line) not in got] == []


@pytest.mark.parametrize(("name", "text"), TEXTS.items())
def test_short_files_hold_exactly_this(entries: Entries, name: str, text: str) -> None:
    entry = entries[name]
    assert isinstance(entry, Ingested)
    assert squeezed(entry.document.text) == text


@pytest.mark.parametrize(("name", "digest"), DIGESTS.items())
def test_longer_texts_stay_as_they_were_compared(entries: Entries, name: str, digest: str) -> None:
    entry = entries[name]
    assert isinstance(entry, Ingested)
    assert hashlib.sha256(squeezed(entry.document.text).encode()).hexdigest()[:16] == digest


@pytest.mark.parametrize(("name", "codes"), NOTICES.items())
def test_what_was_left_out_or_guessed_is_reported(
    entries: Entries, name: str, codes: set[str]
) -> None:
    entry = entries[name]
    assert isinstance(entry, Ingested)
    assert {notice.code for notice in entry.document.notices} == codes


def test_no_hidden_instruction_reaches_the_text(entries: Entries) -> None:
    for name in ("h1_utf8.html", "w1.docx", "e1.epub"):
        entry = entries[f"made/{name}"]
        assert isinstance(entry, Ingested)
        assert "無視" not in entry.document.text


def test_vertical_text_reads_downwards(entries: Entries) -> None:
    entry = entries["made/03_vertical.pdf"]
    assert isinstance(entry, Ingested)
    assert "心不全の診療においては、第一に患者の訴えを聴くことが肝要である。" in squeezed(
        entry.document.text
    )


def test_half_width_kana_alone_needs_the_encoding_named(torture: Path) -> None:
    (entry,) = corpus.read([torture / "made" / "t8_sjis_halfkana.txt"], encoding="cp932")
    assert isinstance(entry, Ingested)
    assert "2.5mg" in entry.document.text
    assert "アム" in unicodedata.normalize("NFKC", entry.document.text)


def test_a_page_drawn_from_its_last_column_to_its_first_is_read_from_the_right(
    entries: Entries,
) -> None:
    entry = entries["samples/jo.pdf"]
    assert isinstance(entry, Ingested)
    assert entry.document.text.split("\n")[:3] == [
        "序",
        "わたくしといふ現象は",
        "假定された有機交流電燈の",
    ]


def test_no_file_is_forgotten_in_this_table(entries: Entries) -> None:
    assert set(entries) == {*ERRORS, *WHOLE, *TEXTS, *DIGESTS, *NOTICES, f"made/{REFERENCE}"}
