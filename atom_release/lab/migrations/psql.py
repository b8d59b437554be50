"""Files that speak psql go through the real psql: its variables, its commands, COPY's data.

psql can run programs and write files. So only commands of a closed list are let through, it sees
nothing but the file and what that includes, and it runs where the subject's code would: without
network, as the server's own user, and for as long as a migration may take.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from atom_release.lab.migrations.apply import Applied
from atom_release.lab.migrations.statements import blank_out, line_of, next_token
from atom_release.lab.sandbox import Limits, Sandbox
from atom_release.lab.throwaway import passing, put_files

_WITHOUT_EFFECT = {
    *("echo", "qecho", "warn", "timing", "pset", "restrict", "unrestrict", "encoding", "x", "q"),
    *("set", "unset", "a", "t", "H", "."),
}
_ALLOWED = {
    *_WITHOUT_EFFECT,
    *("if", "elif", "else", "endif", "gexec", "gset", "i", "ir", "include", "include_relative"),
    *("g", "gx", ";"),
}
_INCLUDES = {"i", "ir", "include", "include_relative"}
_VARIABLE = re.compile(r""":'[A-Za-z_]\w*'|:"[A-Za-z_]\w*"|(?<![:\w]):[A-Za-z_]\w*|:\{\?\w+\}""")
_DATA_ENDS = re.compile(r"(?m)^\\\.[ \t]*$")
_SAID = re.compile(
    r"^psql:(?P<path>.+?):(?P<line>\d+): (?:ERROR|FATAL|PANIC|error):\s+"
    r"(?:(?P<state>[0-9A-Z]{5}): )?(?P<message>.*)$",
    re.MULTILINE,
)
_LIMITS = Limits(wall=120, cpu=60, memory_mb=1024)


@dataclass(frozen=True)
class Command:
    """One of psql's own commands, with what follows it on its line."""

    line: int
    name: str
    argument: str
    start: int
    end: int


class PsqlServer(Protocol):
    """The server whose psql is run, through the socket in its folder."""

    @property
    def bin(self) -> Path:
        """Where its programs are."""

    @property
    def folder(self) -> Path:
        """The folder in which `socket` is."""

    @property
    def port(self) -> int:
        """The port that names the socket."""

    @property
    def accounts(self) -> Sequence[str]:
        """Whom the server runs as."""

    def password_of(self, role: str) -> str:
        """Return a role's password."""


def commands(text: str) -> Iterator[Command]:
    """Yield the commands of psql that stand in a file, outside strings and function bodies."""
    position = 0
    while position < len(text):
        if text[position] != "\\":
            position = next_token(text, position)
            continue
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position + 1 : end]
        match = re.match(r"[A-Za-z_]+|.", line)
        name = match[0] if match else ""
        argument = line[len(name) :].strip()
        yield Command(line_of(text, position), name, argument, position, end)
        position = end


def without_commands(text: str) -> str:
    """Return a text of the same length in which psql's commands are blank."""
    for command in commands(text):
        text = blank_out(text, command.start, command.end)
    return text


def speaks_psql(text: str) -> bool:
    """Return whether a file needs psql: commands with an effect, variables that it sets, data."""
    named = {command.name for command in commands(text)}
    uses_variables = "set" in named and _VARIABLE.search(text) is not None
    return bool(named - _WITHOUT_EFFECT) or uses_variables or bool(_DATA_ENDS.search(text))


def refused_command(text: str) -> Command | None:
    """Return the first command that is not let through: it could run a program or write a file."""
    for command in commands(text):
        piped = command.name in {"g", "gx"} and command.argument not in {"", ";"}
        if command.name not in _ALLOWED or "`" in command.argument or piped:
            return command
    return None


def read_included(
    path: str, text: str, read: Callable[[str], bytes | None]
) -> tuple[dict[str, bytes], tuple[int, str] | None]:
    """Return the files that a file includes, and the line that is not let through, if one is."""
    files: dict[str, bytes] = {}
    waiting = [(path, text)]
    while waiting:
        place, content = waiting.pop()
        refused = refused_command(content)
        if refused is not None:
            where = "" if place == path else f" in {place}, which it includes,"
            refusal = f"\\{refused.name}{where} could run a program or write a file: not run here"
            return files, (refused.line, refusal)
        for command in commands(content):
            target = _included_path(place, command)
            included = read(target) if target and target not in files else None
            if included is not None:
                files[target] = included
                waiting.append((target, included.decode("utf-8", "replace")))
    return files, None


def _included_path(place: str, command: Command) -> str:
    if command.name not in _INCLUDES:
        return ""
    target = command.argument.strip("'\"; ")
    folder = posixpath.dirname(place) if command.name in {"ir", "include_relative"} else ""
    return posixpath.normpath(posixpath.join(folder, target))


def apply_by_psql(
    server: PsqlServer,
    database: str,
    role: str,
    path: str,
    files: Mapping[str, bytes],
) -> Applied:
    """Run psql on one of these files as that role; the others are there for it to include."""
    with passing() as folder:
        root = folder.resolve()
        root.chmod(0o755)
        put_files(root, files)
        sandbox = Sandbox(
            hidden=[server.folder / "data"],
            readable=[server.bin.parent, root],
            accounts=server.accounts,
        )
        ran = sandbox.run(
            _argv(server, root, path),
            directory=server.folder / "socket",
            writable=[],
            environment=_environment(server, database, role),
            limits=_LIMITS,
            network=False,
        )
    return _read_outcome(path, ran.status, ran.output.decode("utf-8", "replace"), ran.timed_out)


def _argv(server: PsqlServer, root: Path, path: str) -> list[str]:
    """Return the command; the file's own folder is entered once the socket is connected."""
    quoted = str(root).replace("'", "''")
    options = ("ON_ERROR_STOP=1", "VERBOSITY=verbose", "SHOW_CONTEXT=never")
    variables = [word for option in options for word in ("-v", option)]
    return [
        *(str(server.bin / "psql"), "-X", "-q", *variables),
        *("-c", f"\\cd '{quoted}'", "-f", path),
    ]


def _environment(server: PsqlServer, database: str, role: str) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
        "LC_ALL": "C.UTF-8",
        "PGHOST": "/proc/self/cwd",  # the socket's own path may be too long for a socket
        "PGPORT": str(server.port),
        "PGDATABASE": database,
        "PGUSER": role,
        "PGPASSWORD": server.password_of(role),
        "PGOPTIONS": "-c lock_timeout=5s",
    }


def _read_outcome(path: str, status: int, output: str, timed_out: bool) -> Applied:  # noqa: FBT001 - as the sandbox says it
    if timed_out:
        return Applied(path, f"psql was ended after {_LIMITS.wall:.0f} s", sqlstate="57014")
    if status == 0:
        return Applied(path)
    match = _SAID.search(output)
    if match is None:
        last = output.strip().splitlines()[-1:] or ["without a word"]
        return Applied(path, f"psql ended with status {status}: {last[0][:200]}", unreadable=True)
    message, line = match["message"].strip(), int(match["line"])
    if match["path"] != path:
        message = f"{message} ({match['path']}:{line})"
    return Applied(path, message, line, match["state"], unreadable=match["state"] is None)
