"""Where the project's code and its dependencies' code run while an environment is made.

In the sandbox, without network, as the subject, with one folder to write. What they print is the
log; how long they may take is limited.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.lab.environments import uv
from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.log_text import kept_log
from atom_release.lab.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from atom_release.lab.environments.pythons import Python
    from atom_release.lab.look import Look

_SECONDS = 600.0
_MEMORY_MB = 6144
_HEARTBEAT = 0.05
_LAST_LINES = 6
_EVERY = 1.0  # seconds between two looks at what was written
_MOST = 12 << 30  # bytes that a step may leave
_LONGEST_PATH = 3000  # characters; the kernel reads 4096
_LONGEST_LOG = 16 << 20
_BLOCK = 512


def carry_out(  # noqa: PLR0913 - one parameter for each thing that a step is given
    look: Look,
    folder: Path,
    step: str,
    argv: Sequence[str],
    *,
    environment: Mapping[str, str],
    readable: Sequence[Path] = (),
    directory: Path | None = None,
    seconds: float = _SECONDS,
) -> str:
    """Run a command to its end, with one folder to write, and return what it wrote.

    Raises:
        NoEnvironment: it failed, or took too long; with its last lines.
    """
    log = folder.with_name(f"{folder.name}.log")
    log.unlink(missing_ok=True)
    running = Sandbox(look.hidden, readable, accepted=look.operator.isolation).start(
        argv,
        directory=directory or folder,
        writable=[folder],
        environment=environment,
        log=log,
        memory_mb=_MEMORY_MB,
        network=False,
    )
    try:
        ends = time.monotonic() + seconds
        look_again = 0.0
        while running.alive() and time.monotonic() < ends:
            time.sleep(_HEARTBEAT)
            if (begun := time.monotonic()) >= look_again:
                _check_size(folder, step)
                look_again = time.monotonic() + _EVERY + 10 * (time.monotonic() - begun)
        late = running.alive()
        status, met = (None, "time") if late else running.ending()
    except NoEnvironment:
        log.unlink(missing_ok=True)
        raise
    finally:
        running.stop(0)
    with log.open("rb") as file:
        text = file.read(_LONGEST_LOG).decode("utf-8", "replace")
        longer = bool(file.read(1))
    log.unlink(missing_ok=True)
    look.keep(f"environment, {step}: status {status}", kept_log(text))
    _check_size(folder, step)
    if status != 0:
        limit = f" (it met its {met} limit)" if met else ""
        fault = NoEnvironment(
            f"{step} failed in the sandbox, without network{limit}: {last_lines(text)}",
            "See the step's output among the artifacts.",
        )
        fault.output = text
        raise fault
    if longer:
        raise NoEnvironment(
            f"{step} printed more than {_LONGEST_LOG >> 20} MiB", "Let it print less."
        )
    return text


def _check_size(folder: Path, step: str) -> None:
    """Refuse what a step wrote, if it is more than any environment needs.

    Raises:
        NoEnvironment: it is too large, or lies too deep to be looked at.
    """
    size, waiting = 0, [str(folder)]
    while waiting:
        for entry in _entries(waiting.pop()):
            with suppress(OSError):  # gone since
                size += entry.stat(follow_symlinks=False).st_blocks * _BLOCK
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            if size > _MOST or len(entry.path) > _LONGEST_PATH:
                limit = (
                    f"more than {_MOST >> 20} MiB" if size > _MOST else "folders that lie too deep"
                )
                raise NoEnvironment(
                    f"{step} wrote {limit}: it was ended and what it wrote was removed",
                    "Let the project's build write less.",
                )


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []  # gone since, or not to be read


@dataclass(frozen=True)
class Workshop:
    """A folder that is written by the subject, for one Python."""

    look: Look
    folder: Path
    python: Python
    seconds: float = _SECONDS

    def run(
        self,
        step: str,
        argv: Sequence[str],
        *,
        directory: Path | None = None,
        readable: Sequence[Path] = (),
        more: Mapping[str, str] | None = None,
    ) -> str:
        """Run a command to its end and return what it wrote.

        Raises:
            NoEnvironment: it failed, or took too long; with its last lines.
        """
        return carry_out(
            self.look,
            self.folder,
            step,
            argv,
            environment={**self._environment(), **(more or {})},
            readable=(self.python.prefix, *readable),
            directory=directory,
            seconds=self.seconds,
        )

    def uv(self, step: str, words: Sequence[str], *, readable: Sequence[Path] = ()) -> str:
        """Run uv there, offline."""
        return self.run(step, [str(uv.program()), *words, *_OFFLINE], readable=readable)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "UV_CACHE_DIR": str(self.folder / "uv-cache"),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        }


_OFFLINE = ("--offline", "--no-config", "--no-python-downloads", "--color", "never")


def last_lines(text: str) -> str:
    """Return the last lines of a log that say something, on one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return re.sub(r"\s+", " ", " / ".join(lines[-_LAST_LINES:]))[:600] or "no output"
