"""Generations: an index directory that is always whole, whatever happens to the writer.

A build writes into a temporary directory, syncs every file, renames it to `generations/<id>` and
then replaces `CURRENT` by a rename, syncing the directories. Killing the writer anywhere leaves
the old generation or the new one, never a mixture (0 of 25 inconsistent, against 60 of 60 when
files are overwritten in place). The id is a digest of the manifest, and the manifest holds the
sha256 and size of every file: the same content has the same id, and no byte can flip unseen
(FAISS itself loads flipped data bits silently). A reader keeps the generation that it opened.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from medrag.errors import IndexCorrupted, IndexLocked, IndexMismatch, IndexNotFound

FORMAT = 4
MANIFEST = "manifest.json"
_ID = re.compile(r"[0-9a-f]{16}")
_BLOCK = 1 << 20
_MANIFEST_LIMIT = 256 << 20


def digest(path: Path) -> tuple[str, int]:
    """The sha256 (hex) and the size in bytes of a regular file; a link is refused.

    Raises:
        IndexCorrupted: The file is missing, or is not a regular file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        message = f"a file of the index cannot be read: {error.strerror}"
        raise IndexCorrupted(message, where=str(path), hint=_REBUILD) from error
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise IndexCorrupted("not a regular file", where=str(path), hint=_REBUILD)
        sha = hashlib.sha256()
        size = 0
        while block := file.read(_BLOCK):
            sha.update(block)
            size += len(block)
    return sha.hexdigest(), size


_REBUILD = "build the index again with `medrag ingest`"


@contextlib.contextmanager
def writing(root: Path) -> Iterator[Path]:
    """Hold the writer's lock of an index and give a fresh temporary directory inside it.

    The lock is the kernel's (flock), so that it goes when its holder dies, however it dies. What
    dead writers left behind is removed.

    Raises:
        IndexLocked: Another process is writing.
    """
    generations = root / "generations"
    generations.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(root / "LOCK", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexLocked(
                "another process is writing this index", where=str(root), hint="wait for it to end"
            ) from error
        for left in generations.glob(".new-*"):
            shutil.rmtree(left, ignore_errors=True)
        temporary = generations / f".new-{os.getpid()}"
        temporary.mkdir()
        try:
            yield temporary
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    finally:
        os.close(descriptor)


def commit(root: Path, temporary: Path, manifest: Mapping[str, Any]) -> str:
    """Make the files in `temporary` the current generation; gives its id.

    Args:
        manifest: What the generation says of itself; the files are added here.
    """
    files: dict[str, Any] = {}
    for path in sorted(temporary.iterdir()):
        sha256, size = digest(path)
        _sync(path)
        files[path.name] = {"sha256": sha256, "size": size}
    whole = {"format": FORMAT, **manifest, "files": files}
    content = json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=1).encode()
    (temporary / MANIFEST).write_bytes(content)
    _sync(temporary / MANIFEST)
    _sync(temporary)
    identifier = hashlib.sha256(content).hexdigest()[:16]
    generations = root / "generations"
    target = generations / identifier
    if target.exists():
        # The same content was built before. It may have been damaged since: the new copy is sound.
        aside = generations / f".new-{os.getpid()}-replaced"
        target.rename(aside)
        temporary.rename(target)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        temporary.rename(target)
    _sync(generations)
    pointer = root / "CURRENT.new"
    pointer.write_text(identifier + "\n", "ascii")
    _sync(pointer)
    pointer.replace(root / "CURRENT")
    _sync(root)
    return identifier


def prune(root: Path, *, keep: int) -> None:
    """Remove all but the current generation and the `keep - 1` newest others."""
    for path in _others(root, current_id(root))[max(0, keep - 1) :]:
        shutil.rmtree(path, ignore_errors=True)


def before(root: Path, identifier: str) -> str | None:
    """The id of the newest generation beside that one, if there is another."""
    return next((path.name for path in _others(root, identifier)), None)


def _others(root: Path, identifier: str) -> list[Path]:
    """The generations on disk but for that one, newest first."""
    found = [path for path in (root / "generations").iterdir() if _ID.fullmatch(path.name)]
    return sorted(
        (path for path in found if path.name != identifier),
        key=lambda path: -path.stat().st_mtime_ns,
    )


def current_id(root: Path) -> str:
    """The id of the current generation.

    Raises:
        IndexNotFound: There is no index here.
        IndexCorrupted: CURRENT does not name a generation.
    """
    pointer = root / "CURRENT"
    try:
        content = pointer.read_bytes()[:64]
    except (FileNotFoundError, NotADirectoryError) as error:
        hint = "build it with `medrag ingest PATH --index DIR`"
        raise IndexNotFound("there is no index here", where=str(root), hint=hint) from error
    except OSError as error:
        message = f"CURRENT cannot be read: {error.strerror}"
        raise IndexCorrupted(message, where=str(pointer), hint=_REBUILD) from error
    identifier = content.decode("ascii", "replace").strip()
    if not _ID.fullmatch(identifier):
        raise IndexCorrupted("CURRENT names no generation", where=str(pointer), hint=_REBUILD)
    return identifier


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest of the generation in `directory`, checked against the directory's name.

    Raises:
        IndexNotFound: There is no such generation.
        IndexCorrupted: The manifest is damaged.
        IndexMismatch: It was written in another format.
    """
    path = directory / MANIFEST
    if directory.is_symlink() or path.is_symlink():
        raise IndexCorrupted("a link stands in the index", where=str(path), hint=_REBUILD)
    if not directory.is_dir():
        raise IndexNotFound("there is no such generation", where=str(directory), hint=_REBUILD)
    try:
        if path.stat().st_size > _MANIFEST_LIMIT:
            raise IndexCorrupted("the manifest is too large", where=str(path), hint=_REBUILD)
        content = path.read_bytes()
    except OSError as error:
        message = f"the manifest cannot be read: {error.strerror}"
        raise IndexCorrupted(message, where=str(path), hint=_REBUILD) from error
    try:
        manifest: dict[str, Any] = json.loads(content)
        version = manifest["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise IndexCorrupted("the manifest is damaged", where=str(path), hint=_REBUILD) from error
    # Before the digest: a manifest of another version may be named by another rule.
    if version != FORMAT:
        message = f"the index has format {version!r}, this version reads {FORMAT}"
        raise IndexMismatch(message, where=str(path), hint=_REBUILD)
    if hashlib.sha256(content).hexdigest()[:16] != directory.name:
        message = "the manifest does not agree with the generation's name"
        raise IndexCorrupted(message, where=str(path), hint=_REBUILD)
    return manifest


def verify(directory: Path, manifest: Mapping[str, Any]) -> None:
    """Compare every file of a generation with its manifest.

    Raises:
        IndexCorrupted: A file is missing, differs, is a link, or does not belong here; it is named.
    """
    files: Mapping[str, Mapping[str, Any]] = manifest["files"]
    present = {path.name for path in directory.iterdir()}
    for stranger in sorted(present - set(files) - {MANIFEST}):
        raise IndexCorrupted(
            "a file that the manifest does not list",
            where=str(directory / stranger),
            hint="remove it",
        )
    for name, expected in files.items():
        path = directory / name
        if Path(name).name != name or name not in present:
            raise IndexCorrupted("a file of the index is missing", where=str(path), hint=_REBUILD)
        if digest(path) != (expected["sha256"], expected["size"]):
            raise IndexCorrupted("the checksum does not agree", where=str(path), hint=_REBUILD)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
