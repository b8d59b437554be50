"""A release that is nothing but migrations, and the servers that it is put to."""

from __future__ import annotations

import contextlib
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from atom_release.evidence.look import Look
from atom_release.evidence.rehearsal import postgres
from atom_release.evidence.rehearsal.launcher import Launcher
from atom_release.evidence.sandbox import Sandbox
from atom_release.evidence.source import open_tree
from atom_release.evidence.tenancy import probe_tenancy
from atom_release.gate.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from atom_release.gate.evidence import Evidence

_MANIFEST = {
    "release": {"phase": "T", "name": "tenants", "version": "1", "tag": "v1", "branch": "release"},
    "services": [{"id": "T.1", "name": "store", "source": ["store"], "report": "reports/*.md"}],
    "tenancy": {"migrations": "migrations/*.sql", "role": "app"},
}


@contextlib.contextmanager
def started(folder: Path, server: postgres.Server) -> Iterator[postgres.Postgres]:
    """Start a server, and end it."""
    (folder / "data").mkdir()
    launcher = Launcher(Sandbox(hidden=()), folder)
    try:
        yield postgres.start(launcher, folder / "data", server=server)
    finally:
        launcher.close()


def look(folder: Path, files: Mapping[str, str | bytes]) -> Look:
    """Commit the migrations, and look at the commit."""
    repository = folder / "repository"
    (repository / "migrations").mkdir(parents=True)
    for name, content in files.items():
        (repository / "migrations" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (repository / "README").write_text("a release")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "release"]):
        subprocess.run(["git", "-C", str(repository), *words], check=True)  # noqa: S607 - the git on PATH
    return Look(Manifest.model_validate(_MANIFEST), open_tree(repository, "HEAD"), folder / "scratch", lambda: datetime.now(UTC))


def asked(server: postgres.Postgres, folder: Path, **files: str | bytes) -> tuple[Evidence, Evidence]:
    """Ask about migrations of those names, in their order; gives what was found of them and of isolation."""
    migrations, isolation = probe_tenancy(look(folder, {f"{name}.sql": content for name, content in files.items()}), server, ("own-namespaces",))
    held = ("own-namespaces",) if files else ()  # with no migration nothing of the release ran
    assert (migrations.isolation, isolation.isolation) == (held, held)
    assert (migrations.leg, isolation.leg) == (("migrations", "postgres"), ("isolation", "postgres"))
    return migrations, isolation


def faults(isolation: Evidence) -> set[str]:
    """Give the names of the faults that were found."""
    leaks = isolation.facts["leaks"]
    assert isinstance(leaks, list)
    return {str(one["fault"]) for one in leaks if isinstance(one, dict)}
