"""Migrations that are programs: run by the release's own tool in the rehearsed cluster.

They run as the database's owner, in a copy of the tree and an environment of their own, before any
service starts. What they made is written out as SQL, so that it can be made again where no code of
the release runs. Reading a dump or judging it is not done here.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from secrets import token_hex
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.lab.environments.workshop import last_lines
from atom_release.lab.log_text import kept_log
from atom_release.lab.rehearsal.postgres import OWNER
from atom_release.lab.rehearsal.templates import describe_database, fill, redactor
from atom_release.lab.rehearsal.toolchains import make_toolchain
from atom_release.lab.sandbox import Limits, Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from atom_release.gate.manifest import MigrationProgram
    from atom_release.lab.look import Look
    from atom_release.lab.rehearsal.launcher import Launcher
    from atom_release.lab.rehearsal.postgres import Postgres

NAME = "migrations"
_LIMITS = Limits(wall=120, cpu=60, memory_mb=1024, file_mb=64)
_TEXTS = (".py", ".sql", ".js", ".ts", ".mjs", ".cjs")
_OPTIONS = (
    *("--inserts", "--no-comments", "--no-publications", "--no-subscriptions"),
    *("--no-security-labels", "--no-tablespaces"),
)
_ATTRIBUTES = """
SELECT rolname, rolcanlogin, rolinherit, rolbypassrls, rolcreaterole, rolcreatedb
FROM pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper ORDER BY oid
"""
_MEMBERS = """
SELECT g.rolname, m.rolname FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid
JOIN pg_roles m ON m.oid = a.member WHERE m.rolname !~ '^pg_' AND NOT m.rolsuper
"""
_SETTINGS = """
SELECT r.rolname, unnest(s.setconfig) FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
"""


@dataclass(frozen=True)
class Made:
    """What the release's own tool made of an empty database, or why that is not known.

    `roles` and `schema` are SQL that makes it again; `trouble` is empty where all steps ended well.
    """

    commands: tuple[str, ...]
    trouble: str = ""
    roles: bytes = b""
    schema: bytes = b""


@dataclass(frozen=True)
class Ground:
    """Where a program migrates: a folder of its own, and a database of the rehearsed cluster."""

    look: Look
    launcher: Launcher
    room: Path
    postgres: Postgres
    database: str
    withheld: frozenset[str] = frozenset()
    random: str = field(default_factory=lambda: token_hex(16), repr=False)


def run_program(ground: Ground, program: MigrationProgram) -> Made:
    """Run the commands one after another, as the database's owner; write out what they made."""
    commands = tuple(shlex.join(step) for step in program.commands)
    try:
        before = _read_roles(ground.postgres)
        _carry_out(ground, program)
        return Made(commands, "", _write_roles(ground.postgres, before), _dump(ground))
    except ProbeFault as fault:
        return Made(commands, fault.message)


def names_role(look: Look, directory: str, role: str) -> bool:
    """Return whether a file of the program's folder makes the application's role itself."""
    makes = re.compile(
        rf"create\s+(?:role|user)\s+(?:if\s+not\s+exists\s+)?\W{{0,2}}{re.escape(role)}\b".encode(),
        re.IGNORECASE,
    )
    prefix = "" if directory == "." else f"{directory.rstrip('/')}/"
    return any(
        makes.search(look.tree.read(path))
        for path in look.tree.entries
        if path.startswith(prefix) and path.endswith(_TEXTS)
    )


def _carry_out(ground: Ground, program: MigrationProgram) -> None:
    look, launcher = ground.look, ground.launcher
    toolchain = make_toolchain(look, program.install, program.directory)
    tree, home = ground.room / "tree", ground.room / "home"
    look.tree.write_to(tree, without=ground.withheld)
    tree.chmod(0o755)
    home.mkdir()
    toolchain.lay_into(tree)
    values = {
        "python": toolchain.python,
        "random": ground.random,
        **describe_database(ground.postgres, ground.database, OWNER),
    }
    steps = [[fill(word, values) for word in step] for step in program.commands]
    environment = {
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        **toolchain.environment(tree),
        **{name: fill(text, values) for name, text in program.environment.items()},
    }
    running = launcher.start(
        NAME,
        ["/bin/sh", "-c", "set -e\n" + "\n".join(shlex.join(step) for step in steps)],
        directory=tree / program.directory,
        writable=[tree, home],
        environment=environment,
        readable=toolchain.readable,
    )
    seconds = program.timeout.total_seconds()
    ended = launcher.until(lambda: not running.alive(), seconds, going_on=lambda: True)
    status, met = running.ending() if ended else (None, "time")
    launcher.stop(NAME)
    log = redactor({"random": ground.random})(launcher.tail(NAME))
    text = kept_log(log.decode("utf-8", "replace"))
    look.keep("migrations", text)
    if status != 0:
        how = f"met a limit ({met})" if met else f"ended with {status}"
        raise ProbeFault(f"the release's own migrations {how}: {last_lines(text)}")


def _read_roles(postgres: Postgres) -> set[str]:
    with postgres.admin() as admin:
        return {str(row[0]) for row in admin.execute(_ATTRIBUTES).fetchall()}


def _write_roles(postgres: Postgres, before: set[str]) -> bytes:
    """Return the roles that were made, what they belong to, and their settings, as SQL."""
    from psycopg.sql import SQL, Identifier, Literal

    with postgres.admin() as admin:
        lines = []
        for name, *flags in admin.execute(_ATTRIBUTES).fetchall():
            if name not in before:
                words = [
                    word if flag else f"NO{word}" for word, flag in zip(_WORDS, flags, strict=True)
                ]
                made = SQL("CREATE ROLE {} " + " ".join(words))
                lines.append(made.format(Identifier(str(name))).as_string(admin))
                grant = SQL("GRANT {} TO {}").format(Identifier(str(name)), Identifier(OWNER))
                lines.append(grant.as_string(admin))
        for group, member in admin.execute(_MEMBERS).fetchall():
            if group not in before or member not in {*before, OWNER}:
                grant = SQL("GRANT {} TO {}").format(
                    Identifier(str(group)), Identifier(str(member))
                )
                lines.append(grant.as_string(admin))
        for role, setting in admin.execute(_SETTINGS).fetchall():
            key, _, value = str(setting).partition("=")
            alter = SQL("ALTER ROLE {} SET {} TO {}")
            lines.append(
                alter.format(
                    Identifier(str(role)), Identifier(*key.split(".")), Literal(value)
                ).as_string(admin)
            )
    return "".join(f"{line};\n" for line in lines).encode()


_WORDS = ("LOGIN", "INHERIT", "BYPASSRLS", "CREATEROLE", "CREATEDB")


def _dump(ground: Ground) -> bytes:
    """Return schema and rows of the database as SQL; the program that reads them is sandboxed.

    Raises:
        ProbeFault: it could not be written out.
    """
    postgres, out = ground.postgres, ground.room / "dump"
    out.mkdir(mode=0o755)
    box = Sandbox(
        hidden=[postgres.folder / "data"],
        readable=[postgres.bin.parent],
        accounts=postgres.accounts,
        accepted=ground.look.operator.isolation,
    )
    done = box.run(
        [str(postgres.bin / "pg_dump"), *_OPTIONS, f"--file={out / 'dump.sql'}"],
        directory=postgres.folder / "socket",
        writable=[out],
        environment={
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
            "LC_ALL": "C.UTF-8",
            "PGHOST": "/proc/self/cwd",  # the socket's own path may be too long for a socket
            "PGPORT": str(postgres.port),
            "PGDATABASE": ground.database,
            "PGUSER": "postgres",
            "PGPASSWORD": postgres.password,
        },
        limits=_LIMITS,
        network=False,
    )
    if done.status != 0:
        lines = last_lines(done.output.decode("utf-8", "replace"))
        raise ProbeFault(f"what the migrations made could not be written out: {lines}")
    return (out / "dump.sql").read_bytes()
