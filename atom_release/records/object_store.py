"""What an object store behind a URL is asked, while other machines write to it too.

It is asked again where it does not answer, and told of in a sentence where that does not help; what
it lists is never kept. There are no folders in it, and its buckets are not made here. Paths of this
machine, and what lies below the root, are the business of `paths`.
"""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from upath import UPath

from atom_release.errors import Misuse, StoreError

Answer = TypeVar("Answer")

PATIENCE = 90.0
"""Seconds for which a question is asked again of a store that does not answer."""

_PAUSE = 0.5
_WITHOUT_FOLDERS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "memory"}
_FINAL = {errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENOSYS, errno.ENAMETOOLONG}


def open_url(url: str | UPath | Path) -> UPath:
    """Return a path in the store that a URL names; nothing is asked yet.

    Raises:
        Misuse: the library that speaks with such a store is not installed.
    """
    path = UPath(url)
    if isinstance(path, Path):
        return path
    try:
        # other machines write there: what was listed a moment ago is not what is there
        path = UPath(path, use_listings_cache=False)
        _ = path.fs
    except ImportError as error:
        raise Misuse(
            f"What speaks with {path.protocol}:// is not installed: {error}",
            "pip install 'atom-release[s3]', or the package for that store.",
        ) from None
    return path


def ask(path: UPath, question: Callable[[], Answer], *, patience: float | None = None) -> Answer:
    """Return what the store answers, which is asked again where it cannot be reached.

    Raises:
        FileNotFoundError: there is nothing of that name.
        StoreError: the store refuses, or did not answer for so long.
    """
    until = time.monotonic() + (PATIENCE if patience is None else patience)
    while True:
        try:
            return question()
        except FileNotFoundError:
            raise
        except _failures() as error:
            if not _may_pass(error):
                raise StoreError(
                    f"The store ({_place(path)}) refuses: {_first_line(error)}",
                    "Let the gate's credentials list, read and write there.",
                ) from error
            if time.monotonic() >= until:
                raise StoreError(
                    f"The store ({_place(path)}) does not answer: {_first_line(error)}",
                    "Run again when the store answers: what was signed is found.",
                ) from error
            time.sleep(_PAUSE)


def write(path: UPath, content: bytes, *, patience: float | None = None) -> None:
    """Write an object, which appears whole; folders are made where the store has any.

    Raises:
        FileNotFoundError: there is no such bucket.
        StoreError: the store refuses, or did not answer.
    """

    def put() -> None:
        if path.protocol not in _WITHOUT_FOLDERS:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.fs.pipe_file(path.path, content)

    ask(path, put, patience=patience)


def read(path: UPath) -> bytes:
    """Return an object.

    Raises:
        FileNotFoundError: there is none of that name.
        StoreError: the store refuses, or did not answer.
    """
    content: bytes = ask(path, lambda: path.fs.cat_file(path.path))
    return content


def listed(folder: UPath) -> dict[str, tuple[object, ...] | None]:
    """Return by name what lies in a folder, with what tells that it was written anew; sorted.

    That is None where the store does not say.

    Raises:
        StoreError: the store refuses, or did not answer.
    """
    try:
        entries = ask(folder, lambda: folder.fs.ls(folder.path, detail=True))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    own = {entry["name"].rstrip("/").rpartition("/")[2]: entry for entry in entries}
    return {
        name: (entry["ETag"], str(entry.get("LastModified")), entry.get("size"))
        if "ETag" in entry
        else None
        for name, entry in sorted(own.items())
    }


def _failures() -> tuple[type[Exception], ...]:
    """Return what a store's library raises; botocore's errors are no OSError."""
    botocore = sys.modules.get("botocore.exceptions")
    return (OSError, botocore.BotoCoreError, botocore.ClientError) if botocore else (OSError,)


def _may_pass(error: Exception) -> bool:
    """Return whether asking again may help: the store was not reached, or is busy."""
    if isinstance(error, OSError):
        return not isinstance(error, PermissionError) and error.errno not in _FINAL
    botocore = sys.modules["botocore.exceptions"]
    return isinstance(error, (botocore.ConnectionError, botocore.HTTPClientError))


def _place(path: UPath) -> str:
    bucket = path.path.lstrip("/").partition("/")[0]
    return f"{path.protocol}://{bucket}"


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0][:300]
