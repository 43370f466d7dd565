"""What changed between generations, and between editions of one guideline."""

import shutil
from pathlib import Path

from medrag.pipeline.difference import difference
from medrag.pipeline.ingest import ingest
from medrag.settings import Settings

OLDER = """# 高血圧の指針

版：2020年版

### CQ1　75歳以上の降圧目標はどこに置くべきか

**推奨**

75歳以上では150/90 mmHg未満を目標とすることを提案する。

推奨の強さ：弱い（2）／エビデンスの確実性：低（C）

### CQ2　減塩を勧めるべきか

**推奨**

高血圧患者に減塩を推奨する。

推奨の強さ：強い（1）／エビデンスの確実性：中（B）
"""
NEWER = OLDER.replace("2020", "2025").replace("150/90", "130/80").replace("提案", "推奨")
NEWER = NEWER.replace("弱い（2）", "強い（1）").replace("### CQ2　減塩", "### CQ3　減塩")
MANIFEST = """
[[document]]
path = "older.md"
id = "older"

[[document]]
path = "newer.md"
id = "newer"
supersedes = "older"
"""


def corpus(folder: Path) -> Path:
    folder.mkdir()
    (folder / "older.md").write_text(OLDER, "utf-8")
    (folder / "newer.md").write_text(NEWER, "utf-8")
    (folder / "corpus.toml").write_text(MANIFEST, "utf-8")
    return folder


def test_two_editions_show_the_recommendation_that_changed_and_not_the_one_that_moved(
    tmp_path: Path,
) -> None:
    ingest([corpus(tmp_path / "c")], index=tmp_path / "i", settings=Settings())
    found = difference(tmp_path / "i", Settings())
    assert found.old is None
    assert found.documents == ()
    (pair,) = found.editions
    assert (pair.before, pair.after) == ("older", "newer")
    (change,) = pair.recommendations
    assert change.kind == "changed"
    assert set(change.fields) >= {"text", "strength"}
    assert change.before is not None
    assert change.after is not None
    assert "150/90" in change.before.text
    assert "130/80" in change.after.text


def test_two_generations_show_documents_that_came_went_and_changed(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "c")
    (folder / "gone.md").write_text("# 旧い手引き\n\n使わない。\n", "utf-8")
    (folder / "corpus.toml").unlink()
    first = ingest([folder], index=tmp_path / "i", settings=Settings())
    (folder / "gone.md").unlink()
    shutil.copy(folder / "older.md", folder / "copy.md")
    (folder / "older.md").write_text(OLDER.replace("高血圧患者に減塩を", "全員に減塩を"), "utf-8")
    second = ingest([folder], index=tmp_path / "i", settings=Settings())
    found = difference(tmp_path / "i", Settings())
    assert (found.old, found.new) == (first.generation, second.generation)
    assert [(change.kind, change.after or change.before) for change in found.documents] == [
        ("added", "copy"),
        ("removed", "gone"),
        ("changed", "older"),
    ]
    (change,) = found.documents[2].recommendations
    assert change.fields == ("text",)
    assert change.after is not None
    assert change.after.text == "全員に減塩を推奨する。"
