"""Bring the files of a registry here, each checked against the digest that it must have."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urljoin, urlsplit

import httpx
from packaging.specifiers import SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    canonicalize_name,
    parse_sdist_filename,
)

from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.foreign_names import directly_in
from atom_release.lab.environments.uv import Archive, index
from atom_release.lab.http_deadline import DeadlineClient

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from packaging.version import Version

_AT_ONCE = 8
_SECONDS = 30.0  # for each operation on the network
_WHOLE = 600.0  # for all the files of a call
_UNSTATED = 1 << 30  # bytes of a file whose size the registry does not state
_MOST = 4 << 30  # bytes of any file
_DIGEST = re.compile(r"[0-9a-f]{64}")
_JSON = "application/vnd.pypi.simple.v1+json"


def bring(
    archives: Sequence[Archive], store: Path, locked: Mapping[str, Collection[str]]
) -> list[Path]:
    """Return where these files lie, downloaded if they were not there.

    Args:
        archives: the files.
        store: a folder of the gate's own, by digest.
        locked: package -> the digests (`sha256:...`) that its lock allows.

    Raises:
        NoEnvironment: a file could not be had, or is another than its lock names.
    """
    for archive in archives:
        allowed = locked.get(canonicalize_name(archive.name))
        if allowed and f"sha256:{archive.sha256}" not in allowed:
            raise NoEnvironment(
                f"the registry's {archive.filename} is not the file that the project's lock names",
                "Compare the lock with the registry.",
            )
    store.mkdir(parents=True, exist_ok=True)
    exchange = _Exchange(_WHOLE)
    pool = ThreadPoolExecutor(_AT_ONCE, "download")
    try:
        return list(pool.map(partial(_one, store, exchange), archives))
    finally:
        exchange.end()
        pool.shutdown(wait=False, cancel_futures=True)


class _Exchange:
    """What all downloads of a call have in common: the moment at which the last of them ends."""

    def __init__(self, seconds: float) -> None:
        """Begin now."""
        self._ends = time.perf_counter() + seconds
        self._clients: list[DeadlineClient] = []

    @contextmanager
    def client(self) -> Iterator[DeadlineClient]:
        """Open a client that ends with the others."""
        with DeadlineClient(timeout=_SECONDS) as client:
            self._clients.append(client)
            client.deadline.ends = self._ends
            yield client

    def end(self) -> None:
        """End all of them, whoever still waits for a byte."""
        self._ends = 0.0
        for client in self._clients:
            client.deadline.ends = 0.0


def _one(store: Path, exchange: _Exchange, archive: Archive) -> Path:
    place = _place(store, archive)
    if place.exists() and _digest(place) == archive.sha256:
        return place
    place.parent.mkdir(exist_ok=True)
    handle, name = tempfile.mkstemp(dir=store)
    os.close(handle)
    fresh = Path(name)
    try:
        _fetch(archive, fresh, exchange)
        if _digest(fresh) != archive.sha256:
            raise NoEnvironment(
                f"{archive.filename} arrived with another digest than its registry names",
                "Run it again.",
            )
        fresh.chmod(0o444)
        fresh.rename(place)
    finally:
        fresh.unlink(missing_ok=True)
    return place


def _place(store: Path, archive: Archive) -> Path:
    if not _DIGEST.fullmatch(archive.sha256):
        raise NoEnvironment(
            f"the registry names no SHA-256 of {archive.name} {archive.version}:"
            f" {archive.sha256[:80]!r}",
            "See what the operator's registry offers.",
        )
    return directly_in(directly_in(store, archive.sha256), archive.filename)


def _fetch(archive: Archive, place: Path, exchange: _Exchange) -> None:
    parts = urlsplit(archive.url)
    if parts.scheme == "file":
        shutil.copyfile(unquote(parts.path), place)
        return
    try:
        with (
            exchange.client() as client,
            client.stream("GET", archive.url) as answer,
            place.open("wb") as file,
        ):
            answer.raise_for_status()
            _keep(answer, file, archive)
    except httpx.HTTPError as error:
        raise NoEnvironment(
            f"{archive.filename} could not be downloaded: {type(error).__name__}", "Run it again."
        ) from error


def _keep(answer: httpx.Response, file: BinaryIO, archive: Archive) -> None:
    """Write what arrives, as much as the registry stated."""
    most = min(archive.size or _UNSTATED, _MOST)
    arrived = 0
    for piece in answer.iter_bytes():
        arrived += len(piece)
        if arrived > most:
            stated = "its registry states" if archive.size else "is taken where none is stated"
            raise NoEnvironment(
                f"{archive.filename} is larger than the {most} bytes that {stated}",
                "See what the operator's registry offers.",
            )
        file.write(piece)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_source(
    name: str, specifier: str, registry: Path, links: Sequence[Path] = (), until: str = ""
) -> Archive:
    """Return the newest source archive of a package that its registry offers.

    Args:
        name: the package.
        specifier: the versions that are asked.
        registry: a folder for what the registry said.
        links: folders that packages are taken from too.
        until: the day before which the registry's file was uploaded; "" for all of them.

    Raises:
        NoEnvironment: there is none, or the registry does not speak the JSON form.
    """
    wanted = SpecifierSet(specifier)
    offered = [*_in_folders(name, links), *_in_registry(name, registry, until)]
    fitting = [
        (version, archive)
        for version, archive in offered
        if wanted.contains(version, prereleases=bool(wanted.prereleases))
    ]
    if not fitting:
        raise NoEnvironment(
            f"{name}{specifier} is offered neither as a wheel for this Python nor as source",
            "See that it can be had.",
        )
    return max(fitting, key=lambda pair: pair[0])[1]


def _in_folders(name: str, folders: Sequence[Path]) -> list[tuple[Version, Archive]]:
    return [
        (version, Archive(name, str(version), path.resolve().as_uri(), _digest(path)))
        for folder in folders
        for path in sorted(folder.iterdir())
        if (version := _version_of(path.name, name))
    ]


def _in_registry(name: str, registry: Path, until: str) -> list[tuple[Version, Archive]]:
    base = index(registry)
    if not base.startswith("http"):
        return []
    page = f"{base.rstrip('/')}/{canonicalize_name(name)}/"
    try:
        with _Exchange(_SECONDS).client() as client:
            answer = client.get(page, headers={"Accept": _JSON})
            answer.raise_for_status()
            files = answer.json()["files"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise NoEnvironment(
            f"the registry does not list the source archives of {name}: {type(error).__name__}",
            "See that it can be had.",
        ) from error
    return [
        (
            version,
            Archive(
                name,
                str(version),
                urljoin(page, file["url"]),
                file["hashes"]["sha256"],
                file.get("size") or 0,
            ),
        )
        for file in files
        if not file.get("yanked")
        and (not until or str(file.get("upload-time") or "9999") < until)
        and _DIGEST.fullmatch(file.get("hashes", {}).get("sha256", ""))
        and urlsplit(urljoin(page, file["url"])).scheme in {"http", "https"}
        and (version := _version_of(file["filename"], name))
    ]


def _version_of(filename: str, name: str) -> Version | None:
    try:
        own, version = parse_sdist_filename(filename)
    except InvalidSdistFilename:
        return None
    return version if own == canonicalize_name(name) else None
