"""The one step with a network: the operator's npm brings archives by name, and settles versions.

npm runs in an empty folder of the gate's own, which it is told is the project: it would look for
one further up, where the judged repository may lie. It has the operator's settings and none of the
project's, unpacks nothing and runs nothing. What it brought is looked at by digest, whatever npm
says of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atom_release.gate.first_few import first_few
from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.node.lock import address, read_integrity
from atom_release.lab.environments.workshop import last_lines
from atom_release.lab.throwaway import passing
from atom_release.settings import values_like, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from atom_release.lab.environments.node.lock import Tarball
    from atom_release.lab.environments.node.nodes import Node

_SETTINGS = (
    *("ALL_PROXY", "HOME", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"),
    *("NODE_EXTRA_CA_CERTS", "SSL_CERT_DIR", "SSL_CERT_FILE", "XDG_CONFIG_HOME"),
    *("all_proxy", "http_proxy", "https_proxy", "no_proxy", "NODE_USE_SYSTEM_CA"),
)
_NPM_SETTINGS = re.compile(r"npm_config_\w+", re.IGNORECASE)
_QUIET = (
    *("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress"),
    *("--git=/bin/false", "--loglevel=error"),
)
_LENIENT = ("--legacy-peer-deps",)
_AT_ONCE = 4
_CHUNK = 40
_MOST_RETRIED = 200
_PATIENCE = 600
_CREDENTIAL = re.compile(r"//[^/@\s]*@|\b(?:npm_|ghp_)[A-Za-z0-9]{8,}")
_SHOWN = 3


@dataclass(frozen=True)
class Registry:
    """The operator's registries as npm knows them, and a folder of the gate's own by digest."""

    node: Node
    store: Path

    def bring(self, tarballs: Sequence[Tarball]) -> dict[Tarball, Path]:
        """Return where these archives lie, each with the digest that its lock names.

        Raises:
            NoEnvironment: one could not be had, or is another than its lock names.
        """
        self.store.mkdir(parents=True, exist_ok=True)
        lacking = [tarball for tarball in tarballs if not self._has(tarball)]
        if lacking:
            registries = self._registries(lacking)
            self._fetch([(each, address(each, registries[each.scope])) for each in lacking])
            lacking = [tarball for tarball in lacking if not self._has(tarball)]
        why = ""
        if lacking:
            named = [(tarball, tarball.label) for tarball in lacking[:_MOST_RETRIED]]
            why = self._fetch(named, by=1)
            lacking = [tarball for tarball in lacking if not self._has(tarball)]
        if lacking:
            shown = first_few([tarball.label for tarball in lacking], _SHOWN)
            raise NoEnvironment(
                f"the package registry gave no archive with the digest that the lock names for"
                f" {shown}{f': {why}' if why else ''}",
                "Compare the lock with the registry that npm is configured to ask.",
            )
        return {tarball: self._place(tarball) for tarball in tarballs}

    def find_digests(self, tarballs: Sequence[Tarball]) -> dict[str, tuple[str, str]]:
        """Return the kind and the digest of archives whose lock names none, by their labels.

        Raises:
            NoEnvironment: the registry has no archive of that name and version.
        """
        self.store.mkdir(parents=True, exist_ok=True)
        registries = self._registries(tarballs)
        addresses = {address(each, registries[each.scope]): each.label for each in tarballs}
        digests: dict[str, tuple[str, str]] = {}
        with passing(self.store.parent) as room:
            words = list(addresses)
            chunks = [words[start : start + _CHUNK] for start in range(0, len(words), _CHUNK)]
            folders = [room / str(number) for number in range(len(chunks))]
            with ThreadPoolExecutor(_AT_ONCE, "npm") as pool:
                complaints = list(pool.map(self._add, folders, chunks))
            for folder in folders:
                digests |= dict(_indexed(folder / "cache", addresses))
                self._keep(folder / "cache", {"sha512"})
        lacking = [each.label for each in tarballs if each.label not in digests]
        if lacking:
            why = next((text for text in complaints if text), "it did not answer")
            raise NoEnvironment(
                f"the package registry gave no archive for {first_few(lacking, _SHOWN)}: {why}",
                "See that the packages of the lock can be had.",
            )
        return digests

    def versions(self, name: str, *, anew: bool = False) -> list[str]:
        """Return the versions of a package that are offered, as they were when last asked.

        Args:
            name: the package.
            anew: whether the registry is asked, whatever it said before.

        Raises:
            NoEnvironment: the registry does not have it, or did not answer.
        """
        stated = self._view(name, "versions", "--prefer-online" if anew else "--prefer-offline")
        listed = [stated] if isinstance(stated, str) else stated
        return [str(version) for version in listed] if isinstance(listed, list) else []

    def integrity(self, name: str, version: str) -> tuple[str, str]:
        """Return kind and digest of an archive, as the registry names them.

        Raises:
            NoEnvironment: it names none.
        """
        stated = self._view(f"{name}@{version}", "dist.integrity", "--prefer-offline")
        kind, digest = read_integrity(str(stated))
        if not digest:
            raise NoEnvironment(f"the package registry names no digest of {name}@{version}")
        return kind, digest

    def _view(self, label: str, field: str, how: str) -> object:
        cache = self.store.with_name(f"{self.store.name}-registry")
        words = ["view", label, field, "--json", how, f"--cache={cache}"]
        with passing() as room:
            status, text = self._npm(words, room, output=True)
        try:
            stated = json.loads(text or "null")
        except ValueError:
            stated = None
        if status == 0:
            return stated
        error = stated.get("error") if isinstance(stated, dict) else None
        why = error.get("code") if isinstance(error, dict) else text
        raise NoEnvironment(f"the package registry does not tell of {label}: {str(why)[:200]}")

    def settle(self, packages: Mapping[str, Mapping[str, Any]], until: str) -> dict[str, str]:
        """Return a lock for package files that have none, and how its versions were chosen.

        What their ranges came to until a moment; where that cannot be had, what they come to today.

        Raises:
            NoEnvironment: no versions fit together, or the registry did not answer.
        """
        with passing() as room:
            write_packages(room, packages)
            cache = self.store.with_name(f"{self.store.name}-registry")
            words = ["install", "--package-lock-only", f"--cache={cache}"]
            before = [f"--before={until}"]
            lock = room / "package-lock.json"
            text = ""
            for more in (before, [*before, *_LENIENT], [], _LENIENT):
                status, text = self._npm([*words, *more], room)
                if status == 0 and lock.is_file():
                    how = f"the newest of before {until[:10]}" if before[0] in more else "of today"
                    return {"lock": lock.read_text(), "settled": how}
            raise NoEnvironment(
                f"the versions that package.json asks could not be settled: {text}",
                "Commit a package-lock.json, or see that the packages can be had.",
            )

    def _registries(self, tarballs: Sequence[Tarball]) -> dict[str, str]:
        """Return which registry npm is configured to ask for each scope; "" is for no scope."""
        scopes = sorted({tarball.scope for tarball in tarballs} - {""})
        names = ["registry", *(f"{scope}:registry" for scope in scopes)]
        with passing() as room:
            status, text = self._npm(["config", "get", *names], room, output=True)
        lines = dict(re.findall(r"^(\S+?)\s*=\s*(\S+)$", text, re.MULTILINE)) if status == 0 else {}
        if len(names) == 1:
            lines = {"registry": text.strip()}
        stated = {name: value.strip("\"'") for name, value in lines.items() if "://" in value}
        general = stated.get("registry", "https://registry.npmjs.org")
        return {
            scope: stated.get(f"{scope}:registry" if scope else "registry", general)
            for scope in ("", *scopes)
        }

    def _place(self, tarball: Tarball) -> Path:
        return self.store / f"{tarball.kind}-{base64.b64decode(tarball.digest).hex()}"

    def _has(self, tarball: Tarball) -> bool:
        place = self._place(tarball)
        return place.is_file() and digest_of(place, tarball.kind) == tarball.digest

    def _fetch(self, wanted: Sequence[tuple[Tarball, str]], by: int = _CHUNK) -> str:
        """Bring archives, each under every kind of digest asked; return npm's last complaint."""
        kinds = {tarball.kind for tarball, _ in wanted}
        words = [word for _, word in wanted]
        chunks = [words[start : start + by] for start in range(0, len(words), by)]
        with (
            passing(self.store.parent) as room,
            ThreadPoolExecutor(_AT_ONCE, "npm") as pool,
        ):
            folders = [room / str(number) for number in range(len(chunks))]
            complaints = list(pool.map(self._add, folders, chunks))
            for folder in folders:
                self._keep(folder / "cache", kinds)
        return next((text for text in reversed(complaints) if text), "")

    def _add(self, room: Path, words: Sequence[str]) -> str:
        room.mkdir()
        status, text = self._npm(["cache", "add", f"--cache={room / 'cache'}", *words], room)
        return "" if status == 0 else text

    def _keep(self, cache: Path, kinds: set[str]) -> None:
        for path in _contents(cache):
            for kind in kinds:
                place = self.store / f"{kind}-{base64.b64decode(digest_of(path, kind)).hex()}"
                if not place.exists():
                    fresh = place.with_name(f"{place.name}.{os.getpid()}.new")
                    shutil.copyfile(path, fresh)
                    fresh.chmod(0o444)
                    fresh.rename(place)

    def _npm(self, words: Sequence[str], room: Path, *, output: bool = False) -> tuple[int, str]:
        """Run npm there with the operator's settings; return its status and its last lines.

        Of what it complains, or its whole output.
        """
        try:
            done = subprocess.run(
                [str(self.node.program), str(self.node.npm), *words, f"--prefix={room}", *_QUIET],
                cwd=room,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return 1, f"the package registry did not answer within {_PATIENCE} seconds"
        if output:
            return done.returncode, done.stdout.decode("utf-8", "replace")
        text = done.stderr.decode("utf-8", "replace")
        return done.returncode, _CREDENTIAL.sub("//", last_lines(_without_log(text)))

    def _environment(self) -> dict[str, str]:
        path = f"{self.node.program.parent}:/usr/local/bin:/usr/bin:/bin"
        return {**values_of(_SETTINGS), **values_like(_NPM_SETTINGS), "PATH": path}


def write_packages(room: Path, packages: Mapping[str, Mapping[str, Any]]) -> None:
    """Write package.json files into a folder, each below it where it lies in the project."""
    for folder, package in packages.items():
        place = room / folder / "package.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(package))


def digest_of(path: Path, kind: str) -> str:
    """Return a file's digest of a kind, as an integrity writes it."""
    with path.open("rb") as file:
        return base64.b64encode(hashlib.file_digest(file, kind).digest()).decode()


def _contents(cache: Path) -> Iterator[Path]:
    """Yield the files that npm keeps in a cache, by whatever digest."""
    for path in (cache / "_cacache" / "content-v2").glob("*/*/*/*"):
        if path.is_file() and not path.is_symlink():
            yield path


def _indexed(cache: Path, addresses: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield what npm's cache says of the addresses that were asked: label, kind and digest."""
    for path in (cache / "_cacache" / "index-v5").glob("*/*/*"):
        for line in path.read_text().splitlines():
            entry = json.loads(line.partition("\t")[2] or "{}")
            label = addresses.get(str(entry.get("key", "")).partition("request-cache:")[2])
            kind, digest = read_integrity(str(entry.get("integrity", "")))
            if label and digest:
                yield label, (kind, digest)


def _without_log(text: str) -> str:
    """Return what npm said without where it keeps its own log."""
    return "\n".join(line for line in text.splitlines() if "complete log of this run" not in line)
