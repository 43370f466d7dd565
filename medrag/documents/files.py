"""Which files a corpus has: those named, those in a directory, those that a corpus.toml lists."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from medrag.documents import manifest
from medrag.documents.manifest import Entry
from medrag.errors import CorpusError, LimitExceeded, MedragError, SourceNotFound

MAX_BYTES = 200 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A file, or a part of one, that could not be read.

    Attributes:
        path: As the user gave it; with the part, if it is of one.
        part: The end of `path` that names a part of a file; "" for a whole one.
        fingerprint: Of a file of which another part could be read; "" for a whole one.
    """

    path: str
    error: MedragError
    part: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to read.

    Attributes:
        path: Where it is.
        shown: Its path as the user gave it.
        name: Its path relative to the corpus, with forward slashes.
        entry: What a corpus.toml says about it.
    """

    path: Path
    shown: str
    name: str
    entry: Entry | None = None

    def read(self) -> bytes:
        """Its content.

        Raises:
            LimitExceeded: More than 200 MiB.
            SourceNotFound: It cannot be read.
        """
        try:
            with self.path.open("rb", buffering=0) as file:
                size = os.fstat(file.fileno()).st_size
                if size > MAX_BYTES:
                    raise LimitExceeded(
                        f"{size} bytes, more than {MAX_BYTES}",
                        where=self.shown,
                        hint="split the file",
                    )
                return file.readall()
        except OSError as error:
            raise SourceNotFound(
                f"not readable: {error.strerror}",
                where=self.shown,
                hint="check the path and its permissions",
            ) from error

    def fingerprint(self, data: bytes, settings: object) -> str:
        """Of the content and of all that decides what is read from it."""
        said = repr((self.name, self.entry, settings)).encode()
        return hashlib.sha256(hashlib.sha256(data).digest() + said).hexdigest()


def listed(paths: Sequence[Path | str]) -> Iterator[File | Failure]:
    """The files of a corpus, in order: as given, and by name inside a directory.

    A link that is named is followed. One that lies in a directory is followed to a file of that
    directory only: what else the machine holds is no part of a corpus, and links between
    directories may go round in circles. Names that begin with a dot are left out, and so is an index
    that lies among the documents: its records are no documents.
    """
    for given in paths:
        path = Path(given)
        shown = str(given)
        if _is_index(path):
            yield Failure(
                path=shown,
                error=SourceNotFound(
                    "this is an index, which holds no documents",
                    where=shown,
                    hint="name the documents that it was built from",
                ),
            )
        elif path.is_dir():
            yield from _directory(path, shown, "", path.resolve())
        elif path.name == manifest.NAME:
            yield from _listed(
                path, shown, str(PurePosixPath(shown).parent), "", path.parent.resolve()
            )
        elif path.is_file():
            yield File(path=path, shown=shown, name=path.name)
        else:
            reason = "not a regular file" if path.exists() else "no such file or directory"
            yield Failure(
                path=shown, error=SourceNotFound(reason, where=shown, hint="check the path")
            )


def _directory(path: Path, shown: str, prefix: str, root: Path) -> Iterator[File | Failure]:
    listing = path / manifest.NAME
    if _is_file(listing):
        yield from _listed(listing, _join(shown, manifest.NAME), shown, prefix, root)
        return
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError as error:
        yield Failure(
            path=shown,
            error=SourceNotFound(
                f"not readable: {error.strerror}", where=shown, hint="check its permissions"
            ),
        )
        return
    found = False
    for entry in entries:
        if entry.name.startswith("."):
            continue
        found = True
        inside, name = _join(shown, entry.name), prefix + entry.name
        if _is_index(path / entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _directory(path / entry.name, inside, name + "/", root)
        elif entry.is_symlink() and (refused := _refused(path / entry.name, root)):
            reason, hint = refused
            yield Failure(path=inside, error=SourceNotFound(reason, where=inside, hint=hint))
        elif entry.is_file():
            yield File(path=path / entry.name, shown=inside, name=name)
        else:
            yield Failure(
                path=inside,
                error=SourceNotFound("not a regular file", where=inside, hint="remove it"),
            )
    if not found and not prefix:
        yield Failure(
            path=shown,
            error=SourceNotFound("the directory holds no file", where=shown, hint="check the path"),
        )


def _is_index(path: Path) -> bool:
    """Whether a directory is laid out as `medrag.index` writes one."""
    return _is_file(path / "CURRENT") and (path / "generations").is_dir()


def _is_file(path: Path) -> bool:
    """Whether it is one, as far as can be seen: its directory may be closed to us."""
    try:
        return path.is_file()
    except OSError:
        return False


def _as_stored(folder: Path, name: str) -> Path:
    """A file by its name, whether the disk holds it composed (が) or, as macOS, taken apart."""
    forms = (name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name))
    return next((path for form in forms if _is_file(path := folder / form)), folder / name)


def _refused(link: Path, root: Path) -> tuple[str, str] | None:
    """Why a link is not followed, and what to do about it; None if it is."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link that leads nowhere", "mend or remove it"
    if not target.is_relative_to(root):
        return "a link out of the directory", "name what it points to, or copy it here"
    if target.is_dir():
        return "a link to a directory", "name that directory itself"
    return None


def _listed(
    path: Path, shown: str, folder: str, prefix: str, root: Path
) -> Iterator[File | Failure]:
    try:
        entries = manifest.read(path)
    except CorpusError as error:
        error.where = shown
        yield Failure(path=shown, error=error)
        return
    for entry in entries:
        target = _as_stored(path.parent, entry.path)
        inside = _join(folder, entry.path)
        if _is_file(target) and not target.resolve().is_relative_to(root):
            reason, hint = "a link out of the corpus", "copy the file into the corpus"
            yield Failure(path=inside, error=SourceNotFound(reason, where=inside, hint=hint))
        elif _is_file(target):
            yield File(path=target, shown=inside, name=prefix + entry.path, entry=entry)
        else:
            yield Failure(
                path=inside,
                error=SourceNotFound(
                    f"listed in {shown} but not there", where=inside, hint="correct the path"
                ),
            )


def _join(root: str, name: str) -> str:
    return name if root in ("", ".") else f"{root.rstrip('/')}/{name}"
