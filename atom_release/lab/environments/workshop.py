"""Where the project's code and its dependencies' code run while an environment is made.

In the sandbox, without network, as the subject, with one folder to write. What they print is the
log; how long they may take is limited.
"""

from __future__ import annotations

import re
import time
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
        log = self.folder.with_name(f"{self.folder.name}.log")
        log.unlink(missing_ok=True)
        sandbox = Sandbox(
            self.look.hidden,
            (self.python.prefix, *readable),
            accepted=self.look.operator.isolation,
        )
        running = sandbox.start(
            argv,
            directory=directory or self.folder,
            writable=[self.folder],
            environment={**self._environment(), **(more or {})},
            log=log,
            memory_mb=_MEMORY_MB,
            network=False,
        )
        try:
            ends = time.monotonic() + self.seconds
            while running.alive() and time.monotonic() < ends:
                time.sleep(_HEARTBEAT)
            late = running.alive()
            status, met = (None, "time") if late else running.ending()
        finally:
            running.stop(0)
        text = log.read_bytes().decode("utf-8", "replace")
        log.unlink(missing_ok=True)
        self.look.keep(f"environment, {step}: status {status}", kept_log(text))
        if status != 0:
            limit = f" (it met its {met} limit)" if met else ""
            raise NoEnvironment(
                f"{step} failed in the sandbox, without network{limit}: {_last_lines(text)}",
                "See the step's output among the artifacts.",
            )
        return text

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


def _last_lines(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return re.sub(r"\s+", " ", " / ".join(lines[-_LAST_LINES:]))[:600] or "no output"
