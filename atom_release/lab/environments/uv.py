"""Ask the operator's package registry which files fit, by `uv`. Nothing is built and nothing runs.

This is the one step with a network. It is given names and versions, never a file of the project, so
no setting of the project can choose the registry, and `uv` is told to take wheels alone.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.foreign_names import file_name, written_anew
from atom_release.lab.throwaway import passing
from atom_release.settings import values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from atom_release.lab.environments.pythons import Python

_PATIENCE = 300
_SETTINGS = (
    "ALL_PROXY",
    "CURL_CA_BUNDLE",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NETRC",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "UV_CONFIG_FILE",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_INDEX",
    "UV_INDEX_STRATEGY",
    "UV_INDEX_URL",
    "UV_INSECURE_HOST",
    "UV_KEYRING_PROVIDER",
    "UV_NATIVE_TLS",
    "UV_OFFLINE",
    "UV_SYSTEM_CERTS",
    "XDG_CONFIG_DIRS",
    "XDG_CONFIG_HOME",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
_OF_PIP = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
}
_CREDENTIAL = re.compile(r"//[^/@\s]*@")
_SOURCE_ONLY = re.compile(r"Wheels are required for `([A-Za-z0-9._-]+)`")
_PINNED = re.compile(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.!+_-]+) has no (?:usable )?wheels")


@dataclass(frozen=True)
class Archive:
    """A file that a registry offers."""

    name: str
    version: str
    url: str
    sha256: str
    size: int = 0  # bytes; 0 where the registry does not state it

    @property
    def filename(self) -> str:
        """The file's own name.

        Raises:
            NoEnvironment: its address names no file of this package.
        """
        return file_name(self.url, self.name, self.version)


class SourceOnly(NoEnvironment):
    """A package is offered as source alone."""

    def __init__(self, names: Sequence[str], message: str, pinned: Mapping[str, str]) -> None:
        """Keep the packages' names, and the version of each that others ask for exactly."""
        super().__init__(message)
        self.names = tuple(names)
        self.pinned = dict(pinned)


def program() -> Path:
    """Return the program `uv` of the gate's own environment.

    Raises:
        NoEnvironment: it is not there.
    """
    beside = Path(sys.executable).parent / "uv"
    if beside.exists():
        return beside
    raise NoEnvironment("the program uv is missing beside the gate's own Python", "pip install uv")


def resolve(  # noqa: PLR0913 - one parameter for each thing that uv is given
    names: Sequence[str],
    constraints: Sequence[str],
    python: Python,
    *,
    registry: Path,
    find: Sequence[Path] = (),
    whole: bool = False,
    without: Sequence[str] = (),
    instead: Sequence[str] = (),
    until: str = "",
) -> list[Archive]:
    """Return the files that these requirements come to.

    Args:
        names: requirements by name and version.
        constraints: versions that hold where a package is needed.
        python: what they are for.
        registry: a folder for what the registry said.
        find: folders with wheels that are taken before the registry's.
        whole: whether `names` is the whole of it, so that no dependency is added.
        without: packages that are left out, whoever asks for them.
        instead: versions that hold, whoever asks for others.
        until: the day before which a registry's file was uploaded; "" for all of them.

    Raises:
        SourceOnly: a package has no wheel that fits.
        NoEnvironment: no versions fit together, the registry did not answer, or a line is no name
            and version.
    """
    with passing() as room:
        for file, lines in (("requirements.in", names), ("constraints.txt", constraints)):
            (room / file).write_text("\n".join(written_anew(lines)) + "\n")
        never = (f"{name} ; python_version < '0'\n" for name in without)
        (room / "without.txt").write_text("".join((*never, *(f"{line}\n" for line in instead))))
        words = [
            *("pip", "compile", "requirements.in", "--constraint", "constraints.txt"),
            *("--override", "without.txt"),
            *("--no-build", "--format", "pylock.toml", "--output-file", "pylock.toml"),
            *("--python", str(python.program), "--quiet"),
            *(["--no-deps"] if whole else []),
            *(["--exclude-newer", until] if until else []),
            *(word for place in find for word in ("--find-links", str(place))),
        ]
        _call(words, room, registry)
        return _archives(tomllib.loads((room / "pylock.toml").read_text()))


def index(registry: Path) -> str:
    """Return the address of the registry that the operator's settings name; "" for none."""
    with passing() as room:
        (room / "empty.in").touch()
        output = _call(["pip", "compile", "empty.in", "--emit-index-url", "-q"], room, registry)
    match = re.search(r"^--index-url (\S+)$", output, re.MULTILINE)
    return match[1] if match else ""


def _call(words: Sequence[str], room: Path, registry: Path) -> str:
    registry.mkdir(parents=True, exist_ok=True)
    (room / "uv.toml").touch()  # or uv looks for settings further up
    try:
        done = subprocess.run(
            [str(program()), *words, "--no-python-downloads", "--color", "never"],
            cwd=room,
            env=_environment(registry),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NoEnvironment(
            f"the package registry did not answer within {_PATIENCE} seconds", "Run it again."
        ) from error
    if done.returncode != 0:
        raise _fault(done.stderr)
    return done.stdout


def _fault(output: str) -> NoEnvironment:
    text = _CREDENTIAL.sub("//", " ".join(output.split()))[:600] or "uv did not say why"
    message = f"what the suite needs could not be found: {text}"
    names = list(dict.fromkeys(_SOURCE_ONLY.findall(output)))
    if not names:
        return NoEnvironment(message, "See that it can be had.")
    return SourceOnly(names, message, dict(_PINNED.findall(" ".join(output.split()))))


def _environment(registry: Path) -> dict[str, str]:
    settings = values_of(_SETTINGS)
    if not any(name.startswith("UV_") for name in settings):
        settings |= _pip_settings()
    return {**settings, "PATH": "/usr/bin:/bin", "UV_CACHE_DIR": str(registry)}


@cache
def _pip_settings() -> dict[str, str]:
    """Return what the operator told pip of registries, said as uv reads it."""
    done = subprocess.run(
        [sys.executable, "-I", "-m", "pip", "config", "list"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    settings: dict[str, str] = {}
    for name, value in re.findall(r"^[:\w]+\.([\w-]+)='(.*)'$", done.stdout, re.MULTILINE):
        places = [place for place in re.split(r"\s+|\\n", value) if _is_reached(name, place)]
        if name in _OF_PIP and places:
            settings[_OF_PIP[name]] = ("," if name == "find-links" else " ").join(places)
    return settings


def _is_reached(name: str, place: str) -> bool:
    return place.startswith("http") or (name == "find-links" and Path(place).is_dir())


def _archives(lock: Mapping[str, Any]) -> list[Archive]:
    try:
        return [
            Archive(
                package["name"],
                package["version"],
                wheel["url"],
                wheel["hashes"]["sha256"],
                wheel.get("size") or 0,
            )
            for package in lock.get("packages", [])
            for wheel in package.get("wheels", [])
        ]
    except KeyError as error:
        raise NoEnvironment(
            f"the registry offers a package without its {error.args[0]}",
            "See what the operator's registry offers.",
        ) from error


def folders(registry: Path) -> list[Path]:
    """Return the folders of this machine that the operator's settings take packages from."""
    with passing() as room:
        (room / "empty.in").touch()
        words = ["pip", "compile", "empty.in", "--emit-find-links", "-q"]
        output = _call(words, room, registry)
    named = re.findall(r"^--find-links (\S+)$", output, re.MULTILINE)
    return [path for place in named if (path := Path(place.removeprefix("file://"))).is_dir()]
