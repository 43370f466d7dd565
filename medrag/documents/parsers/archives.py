"""The parts of a ZIP file, within limits: a bomb, a slip out of the folder and a symlink are refused."""

from __future__ import annotations

import contextlib
import io
import stat
import zipfile
from collections.abc import Iterator

from medrag.errors import DamagedDocument, EncryptedDocument, LimitExceeded

MAX_PARTS = 2000
MAX_BYTES = 256 * 2**20
MAX_RATIO = 200
_UTF8 = 0x800  # flag: the name is UTF-8
_SMALL = 2**20  # below this size the ratio says nothing


def parts(data: bytes, *, where: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file in a ZIP file, in its order.

    Raises:
        DamagedDocument: Not a ZIP file, or a name that leaves its folder.
        EncryptedDocument: A part needs a password.
        LimitExceeded: Too many parts, or they unpack to too much.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise DamagedDocument(
            f"not a ZIP file: {error}", where=where, hint="fetch the file again"
        ) from error
    with archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > MAX_PARTS:
            raise LimitExceeded(
                f"{len(entries)} parts, more than {MAX_PARTS}", where=where, hint="split the file"
            )
        for entry in entries:
            _refuse(entry, where)
        total = 0
        for entry in entries:
            content = _content(archive, entry, MAX_BYTES - total, where)
            total += len(content)
            yield _name(entry), content


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of a part: where it is not marked as UTF-8, Japanese Windows wrote it as cp932."""
    if entry.flag_bits & _UTF8 or entry.filename.isascii():
        return entry.filename
    for codec in ("utf-8", "cp932"):
        with contextlib.suppress(UnicodeError):
            return entry.filename.encode("cp437").decode(codec)
    return entry.filename


def _refuse(entry: zipfile.ZipInfo, where: str) -> None:
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or ":" in name[:2] or "\x00" in name:
        raise DamagedDocument(
            f"the part {entry.filename!r} would land outside its folder",
            where=where,
            hint="do not trust this file",
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise DamagedDocument(
            f"the part {name!r} is a link", where=where, hint="do not trust this file"
        )
    if entry.flag_bits & 1:
        raise EncryptedDocument(
            "the file needs a password", where=where, hint="save it without the password"
        )
    if entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise LimitExceeded(
            f"the part {name!r} unpacks to {entry.file_size} bytes from {entry.compress_size}",
            where=where,
            hint="do not trust this file",
        )


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int, where: str) -> bytes:
    try:
        with archive.open(entry) as part:
            content = part.read(budget + 1)  # what the header says of the size is not believed
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise DamagedDocument(
            f"the part {entry.filename!r} cannot be unpacked: {error}",
            where=where,
            hint="fetch the file again",
        ) from error
    except Exception as error:  # zlib.error has no common base
        raise DamagedDocument(
            f"the part {entry.filename!r} is corrupt: {error}",
            where=where,
            hint="fetch the file again",
        ) from error
    if len(content) > budget:
        raise LimitExceeded(
            f"unpacks to more than {MAX_BYTES} bytes", where=where, hint="do not trust this file"
        )
    return content
