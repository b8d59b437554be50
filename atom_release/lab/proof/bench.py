"""One run of a check over one copy of the tree, in the sandbox; nothing of it stays."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.gate.manifest.verdict import Verdict
from atom_release.lab.log_text import without_values
from atom_release.lab.proof import collecting
from atom_release.lab.proof.change import Change
from atom_release.lab.sandbox import Layer, Limits, Sandbox, allowed
from atom_release.lab.sandbox.forgetting import forgotten_copy
from atom_release.lab.throwaway import throwaway

if TYPE_CHECKING:
    from atom_release.lab.sandbox import Network

_LARGEST = 64 << 20
_SHELL = "/bin/sh"
_NOT_PREPARED = 125
_SAFE = "[safe]\n\tdirectory = *\n"  # the copy's .git may belong to another uid than the check's


@dataclass(frozen=True)
class Run:
    """What one run came to: `document` is what it wrote for its verdict, `copy` where it ran."""

    status: int
    text: str
    copy: str
    seconds: float
    document: bytes | None = field(default=None, repr=False)
    met_limit: str | None = None
    hidden_path: str = ""
    isolation: tuple[str, ...] = ()
    unprepared: bool = False  # the command of the change before it failed
    written: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # where it is collected


@dataclass(frozen=True)
class CheckBench:
    """How the runs of one check are made.

    In the command, `{python}` is the environment's Python, `{copy}` the copy, and `{junit}`,
    `{sarif}` and `{json}` where the verdict's document is written; without one of these it is what
    the command prints.
    """

    sandbox: Sandbox
    scratch: Path
    command: Sequence[str]
    limits: Limits
    verdict: Verdict = field(default_factory=lambda: Verdict("exit"))
    directory: str = "."
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    python: str = "python3"
    network: bool | Network = False
    beneath: Layer | None = None
    imports: Sequence[str] = ()  # folders of the copy that Python imports from, before its own
    secret: Sequence[str] = field(default=(), repr=False)
    collects: bool = False  # whether the files that a run writes are brought out of its copy

    def run(self, tree: Path, change: Change | None = None) -> Run:
        """Run once; what the check writes is forgotten.

        `change` gives variables, and a command to run before; its files are in the tree already.
        """
        with (
            throwaway(self.scratch, "run-") as room,
            forgotten_copy(self.sandbox, tree, room, self.beneath) as copy,
        ):
            out = room / "out"
            out.mkdir()
            (out / "gitconfig").write_text(_SAFE)
            began = time.monotonic()
            changed = {**change.addresses, **change.environment} if change else {}
            environment = {**self._variables(copy, out), **changed}
            done = self._seeing(environment, copy, out).run(
                self._argv(copy, out, change.command if change else ""),
                directory=copy / self.directory,
                writable=[out],
                environment=environment,
                limits=self.limits,
                network=self.network,
                throwaway=[copy],
                beneath={copy: self.beneath} if self.beneath else {},
            )
            text = without_values(done.output, self.secret).decode("utf-8", "replace")
            return Run(
                done.status,
                text,
                os.path.realpath(copy),
                round(time.monotonic() - began, 3),
                self._document(out),
                done.met_limit,
                (done.status != 0 and done.shown.hidden_path(text)) or "",
                done.isolation,
                unprepared=bool(change and change.command) and not (out / "prepared").exists(),
                written=self._written(out) if self.collects else {},
            )

    def _seeing(self, environment: Mapping[str, str], copy: Path, out: Path) -> Sandbox:
        """Return the sandbox in which the check's own program is seen, also behind a shell."""
        shown = allowed.tool_paths(
            self.command[0], environment, self.sandbox.hidden, (copy, out), self.sandbox.readable
        )
        return replace(self.sandbox, readable=(*self.sandbox.readable, *shown))

    def _variables(self, copy: Path, out: Path) -> dict[str, str]:
        roots = [os.path.normpath(copy / root) for root in self.imports]
        given = self.environment.get("PYTHONPATH", "")
        path = {"PYTHONPATH": os.pathsep.join([*roots, *filter(None, [given])])} if roots else {}
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": "/tmp",  # noqa: S108 - private there
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "GIT_CONFIG_SYSTEM": str(out / "gitconfig"),
            **self.environment,
            **path,
        }

    def _argv(self, copy: Path, out: Path, before: str) -> list[str]:
        """Return the command; behind a shell where something comes before it or it is read."""
        values = {"{python}": self.python, "{copy}": str(copy)}
        values |= {f"{{{form}}}": str(out / form) for form in ("junit", "sarif", "json")}
        command = [_filled(word, values) for word in self.command]
        printed = f" > {shlex.quote(str(out / self.verdict.form))}" if self._is_printed else ""
        prepared = shlex.quote(str(out / "prepared"))
        first = f"{{ {before}\n}} && : > {prepared} || exit {_NOT_PREPARED}; " if before else ""
        if self.collects:
            script = collecting.script(f'{first}"$@"{printed}', copy, out)
            return [_SHELL, "-c", script, _SHELL, *command]
        if not first and not printed:
            return command
        return [_SHELL, "-c", f'{first}exec "$@"{printed}', _SHELL, *command]

    def _written(self, out: Path) -> dict[str, bytes]:
        collected = collecting.collected(out)
        return {path: without_values(raw, self.secret) for path, raw in collected.items()}

    @property
    def _is_printed(self) -> bool:
        form = self.verdict.form
        return form != "exit" and not any(f"{{{form}}}" in word for word in self.command)

    def _document(self, out: Path) -> bytes | None:
        place = out / self.verdict.form
        if self.verdict.form == "exit" or not place.is_file() or place.is_symlink():
            return None
        with place.open("rb") as file:
            return without_values(file.read(_LARGEST + 1), self.secret)


def _filled(word: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(name, value)
    return word
