"""Generations: damage is found and named, and a dying writer leaves a whole index."""

import contextlib
import errno
import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from medrag.errors import IndexCorrupted, IndexLocked, IndexMismatch, IndexNotFound
from medrag.index import generations
from medrag.index.encoders import HashingEncoder
from medrag.index.index import Index
from tests.index.entries import entry


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Index.build(
        tmp_path, [entry("a", "降圧目標は130/80mmHg未満とする。")], encoder=HashingEncoder()
    )
    return tmp_path


def directory(root: Path) -> Path:
    return root / "generations" / generations.current_id(root)


def reopen(root: Path) -> Index:
    return Index.open(root, encoder=HashingEncoder())


def test_no_index_is_said(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound):
        reopen(tmp_path)
    with pytest.raises(IndexNotFound):
        reopen(tmp_path / "nowhere")


def test_a_flipped_bit_in_any_file_is_found_and_named(root: Path) -> None:
    for path in sorted(directory(root).iterdir()):
        content = path.read_bytes()
        if not content:
            continue
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(IndexCorrupted) as caught:
            reopen(root)
        assert path.name in str(caught.value)
        path.write_bytes(content)
    reopen(root)


def test_a_missing_file_is_found_and_named(root: Path) -> None:
    for path in sorted(directory(root).iterdir()):
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(IndexCorrupted) as caught:
            reopen(root)
        assert path.name in str(caught.value)
        path.write_bytes(content)


def test_a_stranger_and_a_link_are_refused(root: Path) -> None:
    stranger = directory(root) / "cache.pkl"
    stranger.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(IndexCorrupted, match="does not list"):
        reopen(root)
    stranger.unlink()
    target = directory(root) / "texts.utf8"
    moved = root / "elsewhere"
    target.rename(moved)
    target.symlink_to(moved)
    with pytest.raises(IndexCorrupted, match=r"texts\.utf8"):
        reopen(root)


def test_an_array_of_python_objects_is_refused(root: Path) -> None:
    path = directory(root) / "passages.document.npy"
    np.save(path, np.asarray([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(IndexCorrupted, match="plain array"):
        Index.open(root, encoder=HashingEncoder(), verify=False)


@pytest.mark.parametrize("version", [0, 99, "1", None])
def test_another_format_is_a_mismatch_whatever_else_it_says(root: Path, version: object) -> None:
    path = directory(root) / "manifest.json"
    path.write_text(json.dumps({"format": version}), "utf-8")
    with pytest.raises(IndexMismatch, match="format"):
        reopen(root)


@pytest.mark.parametrize("content", ["", "../../etc", "0123456789abcdeg", "\0"])
def test_a_damaged_pointer_is_said(root: Path, content: str) -> None:
    (root / "CURRENT").write_text(content, "utf-8")
    with pytest.raises(IndexCorrupted):
        reopen(root)


def test_the_second_writer_is_turned_away_and_the_first_goes_on(root: Path) -> None:
    with generations.writing(root), pytest.raises(IndexLocked):
        Index.build(root, [entry("b", "本文")], encoder=HashingEncoder())
    Index.build(root, [entry("b", "本文")], encoder=HashingEncoder())


KILLED = """
import json, os, shutil, signal, sys
from pathlib import Path
from medrag.index.encoders import HashingEncoder
from medrag.index.index import Index
from tests.index.entries import entry

home = Path(sys.argv[1])
ROOT = home / "old"
Index.build(ROOT, [entry("a", "古い本文")], encoder=HashingEncoder()).close()
count = 0

def failpoint(real, fatal):
    def counted(*arguments, **options):
        global count
        count += 1
        if count == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    return counted

def killed(at):
    root = home / str(at)
    shutil.copytree(ROOT, root)
    child = os.fork()
    if child == 0:
        for name in ("fsync", "rename", "replace", "mkdir"):
            setattr(os, name, failpoint(getattr(os, name), at))
        Index.build(root, [entry("b", "新しい本文")], encoder=HashingEncoder(), keep=1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

statuses = [killed(1)]
while statuses[-1] == -signal.SIGKILL:
    statuses.append(killed(len(statuses) + 1))
print(json.dumps(statuses))
"""


def test_a_writer_killed_anywhere_leaves_the_old_generation_or_the_new_one(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert killed.returncode == 0, killed.stderr
    statuses = json.loads(killed.stdout)
    assert len(statuses) > 40  # every file is synced, the directories, the names put in place
    assert statuses[-1] == 0  # the last one met no failpoint any more
    old = reopen(tmp_path / "old").generation
    new = reopen(tmp_path / str(len(statuses))).generation
    seen = [reopen(tmp_path / str(at)).generation for at in range(1, len(statuses) + 1)]
    # Up to some point the old one, from there on the new one.
    assert seen == [old] * seen.count(old) + [new] * seen.count(new)
    assert {old, new} == set(seen)
    for at in (1, len(statuses) // 2, seen.count(old) - 1):
        # What the dead writer left, its lock too, is no hindrance.
        root = tmp_path / str(at)
        assert (
            Index.build(root, [entry("b", "新しい本文")], encoder=HashingEncoder()).generation
            == new
        )
        assert not list((root / "generations").glob(".new-*"))


SHORT = """
import resource, sys
from pathlib import Path
from medrag.index.encoders import HashingEncoder
from medrag.index.index import Index
from tests.index.entries import entry

entries = [entry("b", "新しい本文" * 500)]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    Index.build(Path(sys.argv[1]), entries, encoder=HashingEncoder())
except OSError as error:
    print(error.errno)
"""


def test_a_write_that_comes_to_an_end_in_the_middle_leaves_the_old_generation(root: Path) -> None:
    before = generations.current_id(root)
    ended = subprocess.run(
        [sys.executable, "-c", SHORT, str(root), "4096"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert ended.stdout.strip() == str(errno.EFBIG), ended.stderr
    assert reopen(root).generation == before
    assert not list((root / "generations").glob(".new-*"))


def test_readers_during_fifty_reindexings_see_one_whole_generation_each(tmp_path: Path) -> None:
    def write(number: int) -> str:
        built = Index.build(
            tmp_path,
            [entry("a", f"第{number}版の目標"), entry("b", f"第{number}版の用量")],
            encoder=HashingEncoder(),
        )
        built.close()
        return built.generation

    held = {write(0): "0"}
    over = Event()
    seen: list[tuple[str, str, str]] = []

    def read() -> None:
        while not over.is_set():
            # A generation may be pruned between reading CURRENT and opening it: asked once more.
            with contextlib.suppress(IndexNotFound, IndexCorrupted):
                index = reopen(tmp_path)
                for _ in range(3):
                    first, second = index.passage("a#0").text, index.passage("b#0").text
                    seen.append((index.generation, first, second))
                index.close()

    with ThreadPoolExecutor(2) as readers:
        running = [readers.submit(read) for _ in range(2)]
        try:
            for number in range(1, 51):
                held[write(number)] = str(number)
        finally:
            over.set()
        for reader in running:
            reader.result()
    assert len({generation for generation, _, _ in seen}) > 1
    for generation, first, second in seen:
        assert first == f"第{held[generation]}版の目標"
        assert second == f"第{held[generation]}版の用量"


@pytest.mark.parametrize("error", [OSError(28, "No space left"), OSError(5, "Input/output error")])
def test_a_failing_disk_leaves_the_old_generation(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    before = generations.current_id(root)

    def fail(descriptor: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match=error.strerror):
        Index.build(root, [entry("b", "新しい本文")], encoder=HashingEncoder())
    monkeypatch.undo()
    assert reopen(root).generation == before
    assert not list((root / "generations").glob(".new-*"))
