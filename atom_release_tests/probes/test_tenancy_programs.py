"""Migrations that are programs: a real alembic migrates, and what it made is asked apart.

The tool runs in the rehearsed cluster as the database's owner. What it made is written out before
any service starts, and made again in the cluster that no code of the release reaches.
"""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.lab.rehearsal import Rehearsal
from atom_release.probes.tenancy import probe_tenancy
from atom_release.source.commit import open_tree

if TYPE_CHECKING:
    from pathlib import Path

    from atom_release.gate.facts.evidence import Evidence

_ENV = """
import os
from alembic import context
from sqlalchemy import create_engine
engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:"))
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
_FIRST = """
from alembic import op
revision, down_revision = "1", None

def upgrade():
    op.execute("CREATE ROLE app LOGIN")
    op.execute("CREATE ROLE keeper")
    op.execute("CREATE TABLE item (id serial PRIMARY KEY, tenant_id text NOT NULL)")
    op.execute("INSERT INTO item (tenant_id) VALUES ('a row of the migration')")
    op.execute("ALTER TABLE item ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE item FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY own ON item USING (tenant_id = current_setting('app.tenant_id', true))")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON item TO app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app")
"""
_SECOND = """
from alembic import op
revision, down_revision = "2", "1"

def upgrade():
    op.execute("CREATE TABLE note (tenant_id text NOT NULL, line text)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON note TO app")
"""
_MENDED = f"""{_SECOND}
    op.execute("ALTER TABLE note ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE note FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY own ON note USING (tenant_id = current_setting('app.tenant_id', true))")
"""
_SERVICE = """
import http.server, os, sys
import psycopg
with psycopg.connect(os.environ["DSN"]) as db:
    assert db.execute("select count(*) from item").fetchone() == (0,)

class Shop(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

http.server.ThreadingHTTPServer(("127.0.0.1", 8123), Shop).serve_forever()
"""


def _sql_of(program: str) -> str:
    """Return the statements of a step of alembic's as plain SQL."""
    return "".join(f"{sql};\n" for sql in re.findall(r'op\.execute\("(.*)"\)', program))


def look_at(folder: Path, second: str, **program: Any) -> Look:  # noqa: ANN401 - fields of a manifest
    """Commit the migrations of a tool beside a service, and look at the commit."""
    files = {
        "alembic.ini": "[alembic]\nscript_location = steps\n",
        "steps/env.py": _ENV,
        "steps/versions/1_first.py": _FIRST,
        "steps/versions/2_second.py": second,
        "shop.py": _SERVICE,
        "prisma/migrations/1_first/migration.sql": _sql_of(_FIRST),
        "prisma/migrations/2_second/migration.sql": _sql_of(second),
    }
    repository = folder / "repository"
    for path, text in files.items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(text)
    author = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "release"]):
        subprocess.run(["git", "-C", str(repository), *words], check=True)  # noqa: S607 - the git on PATH
    release = {"phase": "T", "name": "shop", "version": "1", "tag": "v1", "branch": "release"}
    start = {"command": ["{python}", "shop.py"], "port": 8123, "environment": {"DSN": "{postgres}"}}
    service = {"id": "T.1", "name": "shop", "source": ["shop.py"], "start": start}
    migrations = {
        "commands": [["{python}", "-m", "alembic", "upgrade", "head"]],
        "environment": {"DATABASE_URL": "{postgres}"},
        **program,
    }
    manifest = {"release": release, "services": [{**service, "health": "/"}]}
    return Look(
        Manifest.model_validate(
            {**manifest, "migrations": migrations, "tenancy": {"role": "app"}},
        ),
        open_tree(repository, "HEAD"),
        folder / "scratch",
        lambda: datetime.now(UTC),
    )


def ask(look: Look) -> tuple[Evidence, Evidence, Rehearsal]:
    """Rehearse the release, and ask about its migrations and its tenants."""
    with Rehearsal.start(look) as rehearsal:
        server = rehearsal.probed.server()
        migrations, isolation = probe_tenancy(
            look, server, rehearsal.probed.isolation, made=rehearsal.systems.made
        )
        return migrations, isolation, rehearsal


@pytest.mark.slow
def test_files_of_plain_sql_migrate_the_rehearsal_and_are_asked(tmp_path: Path) -> None:
    """As Prisma keeps them; the leak of the bad twin is told by its own line."""
    by_files = {"commands": [], "environment": {}, "files": "prisma/migrations/*/migration.sql"}
    for name, second, answer in (("well", _MENDED, Answer.YES), ("ill", _SECOND, Answer.NO)):
        (tmp_path / name).mkdir()
        migrations, isolation, rehearsal = ask(look_at(tmp_path / name, second, **by_files))
        assert migrations.answer is Answer.YES, migrations.reason
        assert isolation.answer is answer, isolation.reason
        assert not {**rehearsal.lacks, **rehearsal.failures}
    assert "prisma/migrations/2_second/migration.sql" in str(isolation.facts)


@pytest.mark.slow
def test_what_alembic_made_is_made_again_and_keeps_tenants_apart(tmp_path: Path) -> None:
    migrations, isolation, rehearsal = ask(look_at(tmp_path, _MENDED))
    assert migrations.answer is Answer.YES, migrations.reason
    assert migrations.reason.startswith("what `")
    assert migrations.control
    assert migrations.control.state is ControlState.ALIVE
    assert {"public.item", "public.alembic_version"} <= {*migrations.facts["tables"]}  # type: ignore[misc]
    assert isolation.answer is Answer.YES, isolation.reason
    assert isolation.control
    assert isolation.control.state is ControlState.ALIVE
    assert not rehearsal.lacks
    assert not rehearsal.failures


@pytest.mark.slow
def test_a_table_that_alembic_made_and_that_shows_all_tenants_is_a_leak(tmp_path: Path) -> None:
    migrations, isolation, _ = ask(look_at(tmp_path, _SECOND))
    assert migrations.answer is Answer.YES, migrations.reason
    assert isolation.answer is Answer.NO, isolation.reason
    assert "public.note" in isolation.reason


@pytest.mark.slow
def test_a_tool_that_fails_is_quoted_and_accuses_nobody(tmp_path: Path) -> None:
    migrations, isolation, rehearsal = ask(look_at(tmp_path, "raise SystemExit('no such table')"))
    assert (migrations.answer, isolation.answer) == (Answer.UNKNOWN, Answer.UNKNOWN)
    assert "ended with 1: " in migrations.reason
    assert "no such table" in migrations.reason
    assert "the release's own migrations ended with 1" in str(rehearsal.lacks["T.1"])


def test_migrations_are_programs_or_files_and_tenants_have_one_of_them() -> None:
    release = {"phase": "T", "name": "shop", "version": "1", "tag": "v1", "branch": "release"}
    stated = {"release": release, "services": [{"id": "T.1", "name": "shop", "source": ["x"]}]}
    with pytest.raises(ValueError, match="names no migrations"):
        Manifest.model_validate({**stated, "tenancy": {"role": "app"}})
    both = {
        "tenancy": {"role": "app", "migrations": "db/*.sql"},
        "migrations": {"commands": [["true"]]},
    }
    with pytest.raises(ValueError, match="choose between"):
        Manifest.model_validate({**stated, **both})
