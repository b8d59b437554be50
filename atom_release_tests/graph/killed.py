"""A process that runs only the acts, and is killed at a named moment: for the tests of crashes, so that the product needs no hook for them.

The moments are before and after each call of git that is not a mere question, and before and after each file that appears whole. They are
found by running the acts once without being killed. Processes are forked from one server that has everything imported.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from atom_release.graph.blueprint import Blueprint
from atom_release.graph.step import Step
from atom_release.settings import Settings

_ACTS = ("release_tag", "pull_request", "audit_bundle")
_QUESTIONS = {"config", "rev-parse", "cat-file", "ls-tree", "for-each-ref", "worktree", "remote", "merge-base", "diff-tree", "show", "rev-list", "log"}


def acts(settings: Settings, run: str) -> None:
    """Do the acts, on the newest decision in the store, as a run of this name."""
    from atom_release.graph import archiving, merging, releasing

    for name, act in zip(_ACTS, (releasing.tag, merging.request_merge, archiving.archive), strict=True):
        act(_step(settings, name, run))


def _step(settings: Settings, name: str, run: str) -> Step:
    from atom_release.graph.subject import open_subject

    context: Any = SimpleNamespace(run=SimpleNamespace(run_id=run), log=logging.getLogger("acts"))
    return Step(context, Blueprint(open_subject(settings, create=False).manifest), settings, name)


def _child(settings: Settings, run: str, moment: str | None, note: Path, said: Path) -> None:
    os.chdir("/")
    passed: Counter[str] = Counter()

    def at(what: str) -> None:
        passed[what] += 1
        name = f"{what} {passed[what]}"
        with note.open("a") as file:
            file.write(name + "\n")
        if name == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    _watch(at)
    try:
        acts(settings, run)
    except Exception as error:  # noqa: BLE001 - whatever ended the acts is told to the test
        said.write_text(f"{type(error).__name__}: {error}")
        os._exit(1)


def _watch(at: Callable[[str], None]) -> None:
    """Announce the moments: what is called stays what it is."""
    from atom_release.git import Git
    from atom_release.publish import journal, place, store

    call, write = Git.call, place.place

    def called(self: Git, *arguments: str, **rest: Any) -> Any:  # noqa: ANN401 - as the method
        if arguments[0] in _QUESTIONS:
            return call(self, *arguments, **rest)
        at(f"before git {arguments[0]}")
        ran = call(self, *arguments, **rest)
        at(f"after git {arguments[0]}")
        return ran

    def written(path: Any, content: bytes) -> None:  # noqa: ANN401 - as the function
        kind = "journal" if "journal" in path.parts else path.name.split("-")[0] if path.name.startswith(".writable") else path.name
        at(f"before write {kind}")
        write(path, content)
        at(f"after write {kind}")

    cast("Any", Git).call = called
    for module in (journal, store):
        cast("Any", module).place = written


def run(settings: Settings, name: str, folder: Path, moment: str | None = None) -> tuple[int, list[str], str]:
    """Run the acts in a process of their own; give how it ended, the moments it came by, and its error."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["atom_release_tests.graph.killed", "atom_release.graph.releasing", "atom_release.graph.merging", "rfc8785"])
    note, said = folder / f"{name}.moments", folder / f"{name}.said"
    process = context.Process(target=_child, args=(settings, name, moment, note, said))
    process.start()
    process.join(120)
    if process.exitcode is None:
        process.kill()
        process.join()
    return int(process.exitcode or 0), note.read_text().splitlines() if note.exists() else [], said.read_text() if said.exists() else ""


def copy(settings: Settings, source: Path, target: Path) -> Settings:
    """Copy a release with its origin, home and store; its remote is the copied origin."""
    shutil.copytree(source, target, symlinks=True)
    config = target / "repository" / ".git" / "config"
    config.write_text(config.read_text().replace(str(source), str(target)))
    return settings.with_options(repository=target / "repository", out=str(target / "reports"), home=target / "home")
