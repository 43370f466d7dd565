"""Reading a corpus: files, directories, corpus.toml; ids; errors that stop nothing; incremental."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from pathlib import Path
from typing import Literal

import pytest

from medrag.documents import corpus
from medrag.documents.corpus import Failure, Ingested, Progress, Unchanged
from medrag.errors import (
    CorpusError,
    DamagedDocument,
    EmptyDocument,
    EncryptedDocument,
    SourceNotFound,
    UndecodableText,
    UnsupportedFormat,
)

GUIDELINE = """# 架空頭痛診療ガイドライン 第2版

発行：架空頭痛学会
発行日：2024年4月1日

## CQ1 片頭痛の急性期にトリプタンを用いるか

【推奨】中等度以上の片頭痛の患者に、トリプタンを投与することを強く推奨する（1A）。

【例外】虚血性心疾患のある患者には投与しない。

【解説】架空試験では2時間後の消失率が高かった。
"""


def ingested(entries: list[Ingested | Failure]) -> list[Ingested]:
    return [entry for entry in entries if isinstance(entry, Ingested)]


def test_a_guideline_brings_what_it_says_about_itself(tmp_path: Path) -> None:
    (tmp_path / "頭痛 2版.md").write_text(GUIDELINE, "utf-8")
    (entry,) = ingested(list(corpus.read([tmp_path])))
    document = entry.document
    assert document.id == "頭痛-2版"
    assert document.title == "架空頭痛診療ガイドライン 第2版"
    assert (document.society, document.edition) == ("架空頭痛学会", "第2版")
    assert document.published == date(2024, 4, 1)
    assert document.language == "ja"
    assert document.source.name == "頭痛 2版.md"


def test_one_bad_file_never_stops_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GUIDELINE, "utf-8")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 cut off")
    (tmp_path / "c.xyz").write_text("?", "utf-8")
    (tmp_path / "d.txt").write_text("  \n", "utf-8")
    (tmp_path / "e.txt").write_text("血圧を測る。", "utf-8")
    entries = list(corpus.read([tmp_path]))
    kinds = [type(entry.error) if isinstance(entry, Failure) else Ingested for entry in entries]
    assert kinds == [Ingested, DamagedDocument, UnsupportedFormat, EmptyDocument, Ingested]
    for entry in entries:
        if isinstance(entry, Failure):
            assert entry.error.where == entry.path
            assert entry.error.hint


def test_the_error_names_the_path_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (entry,) = corpus.read(["no/such.pdf"])
    assert isinstance(entry, Failure)
    assert isinstance(entry.error, SourceNotFound)
    assert entry.path == entry.error.where == "no/such.pdf"


def test_jsonl_is_one_document_a_line_with_its_own_id_and_metadata(tmp_path: Path) -> None:
    lines = [
        {
            "_id": "q-1",
            "title": "高血圧",
            "text": "血圧が高い状態をいう。",
            "source": "百科",
            "medical": True,
        },
        {
            "id": "q-2",
            "title": "糖尿病",
            "text": "血糖が高い状態をいう。",
            "published": "2024-05-01",
        },
    ]
    path = tmp_path / "corpus.jsonl"
    path.write_text(
        "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\nnot json\n{}\n",
        "utf-8",
    )
    entries = list(corpus.read([path]))
    first, second = ingested(entries)
    assert (first.document.id, first.document.title) == ("q-1", "高血圧")
    assert first.document.metadata == {"source": "百科", "medical": "true"}
    assert second.document.published == date(2024, 5, 1)
    failures = [entry for entry in entries if isinstance(entry, Failure)]
    assert [failure.error.where for failure in failures] == [f"{path}:3", f"{path}:4"]


def test_equal_names_get_different_ids_the_same_way_each_time(tmp_path: Path) -> None:
    for name in ("x/guide.md", "y/guide.md", "guide.md", "guide.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(GUIDELINE, "utf-8")
    first = [entry.document.id for entry in ingested(list(corpus.read([tmp_path])))]
    assert first == ["guide", "guide-txt", "x-guide", "y-guide"]
    assert [entry.document.id for entry in ingested(list(corpus.read([tmp_path])))] == first


@pytest.mark.parametrize("name", ["../x", "a" * 201, "a\x00b", " "])
def test_an_id_that_cannot_be_used_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps({"_id": name, "text": "血圧を測る。"}), "utf-8")
    (entry,) = corpus.read([path])
    assert isinstance(entry, Failure)


def test_corpus_toml_lists_exactly_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GUIDELINE, "utf-8")
    (tmp_path / "b.md").write_text(GUIDELINE, "utf-8")
    (tmp_path / "corpus.toml").write_text(
        """[[document]]
path = "b.md"
id = "headache-2"
title = "頭痛（見出し）"
society = "別の学会"
edition = "改訂第2版"
published = 2024-06-01
licence = "CC-BY-4.0"
supersedes = "headache-1"
quote_limit = 200
redistribute = false
""",
        "utf-8",
    )
    (entry,) = ingested(list(corpus.read([tmp_path])))
    document = entry.document
    assert (document.id, document.title, document.society) == (
        "headache-2",
        "頭痛（見出し）",
        "別の学会",
    )
    assert (document.edition, document.published) == ("改訂第2版", date(2024, 6, 1))
    assert (document.supersedes, document.licence) == ("headache-1", "CC-BY-4.0")
    assert document.metadata == {"quote_limit": "200", "redistribute": "false"}


@pytest.mark.parametrize(
    ("toml", "names"),
    [
        ("[[document]]\npath = 'a.md'\nedtion = '2'", "edtion"),
        ("[[document]]\nid = 'a'", "path"),
        ("[[document]]\npath = '../a.md'", "../a.md"),
        ("[[document]]\npath = 'a.md'\npublished = '2024-13-01'", "2024-13-01"),
        ("[[document]]\npath = 'a.md'\n[[document]]\npath = 'a.md'", "a.md"),
        ("[[document]]\npath = 'a.md'\nquote_limit = -1", "quote_limit"),
        ("path = 'a.md'", "path"),
        ("[[document]", "TOML"),
    ],
)
def test_a_malformed_manifest_says_what_is_wrong_with_it(
    tmp_path: Path, toml: str, names: str
) -> None:
    (tmp_path / "a.md").write_text(GUIDELINE, "utf-8")
    (tmp_path / "corpus.toml").write_text(toml, "utf-8")
    (entry,) = corpus.read([tmp_path])
    assert isinstance(entry, Failure)
    assert isinstance(entry.error, CorpusError)
    assert names in str(entry.error)
    assert entry.path.endswith("corpus.toml")


def test_an_unknown_key_comes_with_the_valid_ones(tmp_path: Path) -> None:
    (tmp_path / "corpus.toml").write_text("[[document]]\npath = 'a.md'\nyear = 2024", "utf-8")
    (entry,) = corpus.read([tmp_path])
    assert isinstance(entry, Failure)
    assert "supersedes" in (entry.error.hint or "")


def test_a_listed_file_that_is_missing_is_one_failure(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GUIDELINE, "utf-8")
    (tmp_path / "corpus.toml").write_text(
        "[[document]]\npath = 'gone.md'\n[[document]]\npath = 'a.md'", "utf-8"
    )
    gone, there = corpus.read([tmp_path])
    assert isinstance(gone, Failure)
    assert isinstance(gone.error, SourceNotFound)
    assert isinstance(there, Ingested)


def test_more_workers_give_the_same_in_the_same_order(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.html").write_text(
            f"<h1>架空指針 {number}</h1><p>血圧を{number}回測る。</p>", "utf-8"
        )
    alone = list(corpus.read([tmp_path]))
    together = list(corpus.read([tmp_path], workers=3))
    assert alone == together
    assert len(ingested(together)) == 6


def test_progress_counts_the_files(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GUIDELINE, "utf-8")
    (tmp_path / "b.xyz").write_text("?", "utf-8")
    seen: list[Progress] = []
    list(corpus.read([tmp_path], progress=seen.append))
    assert [(p.done, p.files) for p in seen] == [(1, 2), (2, 2)]
    assert [Path(p.name).name for p in seen] == ["a.md", "b.xyz"]


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text(GUIDELINE, "utf-8")
    before = ingested(list(corpus.read([tmp_path])))
    known = {entry.fingerprint: [entry.document.id] for entry in before}
    (tmp_path / "b.md").write_text(GUIDELINE.replace("1A", "2C"), "utf-8")
    (tmp_path / "c.md").write_text(GUIDELINE, "utf-8")
    after = list(corpus.changes([tmp_path], known=known))
    assert [type(entry) for entry in after] == [Unchanged, Ingested, Ingested]
    assert isinstance(after[0], Unchanged)
    assert after[0].document_ids == ("a",)
    assert [e.document.id for e in after if isinstance(e, Ingested)] == ["b", "c"]


def test_a_changed_manifest_entry_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GUIDELINE, "utf-8")
    toml = tmp_path / "corpus.toml"
    toml.write_text("[[document]]\npath = 'a.md'\nedition = '1'", "utf-8")
    (before,) = ingested(list(corpus.read([tmp_path])))
    toml.write_text("[[document]]\npath = 'a.md'\nedition = '2'", "utf-8")
    (after,) = corpus.changes([tmp_path], known={before.fingerprint: ["a"]})
    assert isinstance(after, Ingested)


def test_a_named_encoding_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("血圧".encode("cp932") + b"\xff\xff")
    (entry,) = corpus.read([tmp_path], encoding="utf-8")
    assert isinstance(entry, Failure)
    assert isinstance(entry.error, UndecodableText)


def test_the_two_encodings_of_one_table_read_the_same(shared: Path) -> None:
    folder = shared / "data" / "terminology"
    texts = []
    for name in ("jfagy-allergens.sjis.csv", "jfagy-allergens.utf8.csv"):
        from medrag.documents.parsers import encodings

        texts.append(encodings.decode((folder / name).read_bytes(), where=name).text)
    assert texts[0] == texts[1]


def test_the_regulators_scans_need_ocr_and_the_rest_is_read(shared: Path) -> None:
    entries = list(corpus.read([shared / "data" / "pmda"]))
    needing = [entry for entry in entries if isinstance(entry, Failure)]
    assert [Path(entry.path).name for entry in needing] == ["000160131.pdf", "000161338.pdf"]
    assert [getattr(entry.error, "pages", ()) for entry in needing] == [
        tuple(range(1, 9)),
        tuple(range(1, 8)),
    ]
    assert len(ingested(entries)) == 5


def test_an_encrypted_file_asks_for_a_copy_without_password(shared: Path) -> None:
    (entry,) = corpus.read([shared / "data" / "parser-torture" / "made" / "05_enc_user.pdf"])
    assert isinstance(entry, Failure)
    assert isinstance(entry.error, EncryptedDocument)


def test_ids_that_are_no_text_or_empty_are_errors_of_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    records: list[dict[str, object]] = [
        {"id": ""},
        {"id": ["a"]},
        {"id": True},
        {"id": "a\u202eb"},
        {"id": 7},
    ]
    lines = [json.dumps({**record, "text": "血圧を測る。"}) for record in records]
    path.write_text("\n".join(lines), "utf-8")
    entries = list(corpus.read([path]))
    assert [entry.document.id for entry in ingested(entries)] == ["7"]
    assert [entry.path for entry in entries if isinstance(entry, Failure)] == [
        f"{path}:{number}" for number in (1, 2, 3, 4)
    ]


def test_an_id_that_is_given_twice_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    line = json.dumps({"_id": "a", "text": "血圧を測る。"})
    path.write_text(f"{line}\n{line}\n", "utf-8")
    first, second = ingested(list(corpus.read([path])))
    assert (first.document.id, second.document.id) == ("a", "a-2")
    assert first.document.notices == ()
    assert [notice.code for notice in second.document.notices] == ["duplicate_id"]


def test_a_link_is_followed_inside_its_directory_and_refused_where_it_leaves_it(
    tmp_path: Path,
) -> None:
    outside = tmp_path / "secret.md"
    outside.write_text(GUIDELINE, "utf-8")
    folder = tmp_path / "c"
    (folder / ".data").mkdir(parents=True)
    (folder / ".data" / "guide.md").write_text(GUIDELINE, "utf-8")
    (folder / "guide.md").symlink_to(folder / ".data" / "guide.md")
    (folder / "away.md").symlink_to(outside)
    (folder / "broken.md").symlink_to("nowhere.md")
    (folder / "loop").symlink_to(folder)
    entries = list(corpus.read([folder]))
    assert [entry.document.id for entry in ingested(entries)] == ["guide"]
    reasons = {
        Path(entry.path).name: entry.error.message
        for entry in entries
        if isinstance(entry, Failure)
    }
    assert reasons == {
        "away.md": "a link out of the directory",
        "broken.md": "a link that leads nowhere",
        "loop": "a link to a directory",
    }
    (named,) = corpus.read([folder / "away.md"])
    assert isinstance(named, Ingested)


def test_a_manifest_does_not_reach_out_of_its_folder_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text(GUIDELINE, "utf-8")
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / "a.md").symlink_to(tmp_path / "secret.md")
    (folder / "corpus.toml").write_text('[[document]]\npath = "a.md"\n', "utf-8")
    (entry,) = corpus.read([folder])
    assert isinstance(entry, Failure)
    assert isinstance(entry.error, SourceNotFound)


def test_rights_that_a_file_states_are_kept_and_nonsense_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    lines: list[dict[str, object]] = [
        {"quote_limit": 120, "redistribute": False},
        {"quote_limit": "few"},
        {"redistribute": "perhaps"},
    ]
    path.write_text(
        "\n".join(json.dumps({**line, "text": "血圧を測る。"}) for line in lines), "utf-8"
    )
    entries = list(corpus.read([path]))
    (entry,) = ingested(entries)
    assert entry.document.metadata == {"quote_limit": "120", "redistribute": "false"}
    assert len(entries) == 3


@pytest.mark.parametrize(("listed", "stored"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_manifest_finds_a_file_whose_name_is_composed_otherwise(
    tmp_path: Path, listed: Literal["NFC", "NFD"], stored: Literal["NFC", "NFD"]
) -> None:
    name = "架空ガイド.md"
    (tmp_path / unicodedata.normalize(stored, name)).write_text(GUIDELINE, "utf-8")
    written = unicodedata.normalize(listed, name)
    (tmp_path / "corpus.toml").write_text(f'[[document]]\npath = "{written}"\n', "utf-8")
    (entry,) = corpus.read([tmp_path])
    assert isinstance(entry, Ingested)
    assert entry.document.id == "架空ガイド"
