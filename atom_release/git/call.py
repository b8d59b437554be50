"""How git is called.

Nothing that a repository configures is started (see `hardening`), nothing is asked of a person,
nothing secret is said. Git is started by `subprocess`: an inherited `GIT_DIR` or `GIT_INDEX_FILE`
must be taken out of the environment, and GitPython only adds to it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from atom_release.git.hardening import OUTER, git_environment, keep_address, neutral_settings
from atom_release.git.trouble import GitError, Ran, Trouble, failure, masked

_SAID_LIMIT = 2000

_OF_REPOSITORY = frozenset({"local", "worktree"})


@dataclass(frozen=True)
class Git:
    """Git in one repository (its work tree's top, or its bare folder)."""

    repository: Path

    def call(
        self,
        *arguments: str,
        stdin: bytes = b"",
        network: bool = False,
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
        address: str | None = None,
    ) -> Ran:
        """Run git to its end and give what it came to, success or not.

        Args:
            arguments: the subcommand and what follows.
            stdin: given to it.
            network: whether this call may speak to another repository.
            environment: further variables, e.g. of an index of its own.
            timeout: seconds after which it and all that it started are ended.
            address: an address among the arguments that git itself gave, and that
                `url.<base>.insteadOf` was applied to already.

        Raises:
            GitError: it ran out of time, or there is no git.
        """
        with self.started(
            *arguments, network=network, environment=environment, address=address
        ) as process:
            try:
                out, errors = process.communicate(stdin, timeout)
            except subprocess.TimeoutExpired:
                raise GitError(
                    f"`git {arguments[0]}` did not answer in {timeout:g} s.",
                    "Try again, or raise the manifest's timeout.",
                    trouble=Trouble.TIMEOUT,
                ) from None
        return Ran(
            process.returncode, out, masked(errors.decode("utf-8", "replace")).strip()[:_SAID_LIMIT]
        )

    def output(
        self,
        *arguments: str,
        stdin: bytes = b"",
        network: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> bytes:
        """Run git and give its standard output.

        Raises:
            GitError: it ended with an error.
        """
        ran = self.call(*arguments, stdin=stdin, network=network, environment=environment)
        if ran.status != 0:
            raise failure(ran, arguments[0], self.repository)
        return ran.out

    def line(
        self, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None
    ) -> str:
        """Run git and give its standard output as text without the last line's end.

        Raises:
            GitError: it ended with an error.
        """
        return (
            self.output(*arguments, stdin=stdin, environment=environment)
            .decode("utf-8", "surrogateescape")
            .rstrip("\n")
        )

    @contextlib.contextmanager
    def started(
        self,
        *arguments: str,
        network: bool = False,
        environment: Mapping[str, str] | None = None,
        stderr: IO[bytes] | int = subprocess.PIPE,
        address: str | None = None,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start git and give its process.

        It, and all that it started, is ended when the block is left.

        Raises:
            GitError: there is no git.
        """
        process = self.start(
            *arguments, network=network, environment=environment, stderr=stderr, address=address
        )
        try:
            yield process
        finally:
            end(process)

    def start(
        self,
        *arguments: str,
        network: bool = False,
        environment: Mapping[str, str] | None = None,
        stderr: IO[bytes] | int = subprocess.PIPE,
        address: str | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start git; whoever calls this calls `end`.

        Raises:
            GitError: there is no git.
        """
        settings = (*self._settings, *keep_address(address))
        given = {**git_environment(network=network, settings=settings), **(environment or {})}
        command = [
            *(_ends_with_us() if network else ()),
            "git",
            "-C",
            str(self.repository),
            *arguments,
        ]
        return _popen(command, given, stderr)

    def configures(self, keys: re.Pattern[str]) -> bool:
        """Return whether the configuration sets a key that this matches wholly, in any scope.

        Sections and variables are lower-case; it is read once for each object of this class.
        """
        return any(keys.fullmatch(key) for _, key, _ in self._configured)

    @property
    def own(self) -> Mapping[str, str]:
        """What the repository's own configuration sets, by lower-case key.

        The user's and the machine's are not in it.
        """
        return {key: value for scope, key, value in self._configured if scope in _OF_REPOSITORY}

    @cached_property
    def _settings(self) -> tuple[tuple[str, str], ...]:
        """What is set over the repository's configuration.

        Its programs off, and back on those that the user's configuration names.
        """
        outer = [
            (key, value) for scope, key, value in self._configured if scope not in _OF_REPOSITORY
        ]
        return (
            *neutral_settings(self.own),
            *((key, value) for key, value in outer if OUTER.fullmatch(key)),
        )

    @cached_property
    def _configured(self) -> list[tuple[str, str, str]]:
        process = _popen(
            ["git", "-C", str(self.repository), "config", "--list", "--show-scope", "-z"],
            git_environment(network=False),
            subprocess.DEVNULL,
        )
        try:
            listed = process.communicate()[0]
        finally:
            end(process)
        fields = listed.decode("utf-8", "surrogateescape").split("\0")
        return [
            (scope, *entry.partition("\n")[::2])
            for scope, entry in zip(fields[::2], fields[1::2], strict=False)
        ]


def _popen(
    command: list[str], environment: Mapping[str, str], stderr: IO[bytes] | int
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=dict(environment),
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise GitError("There is no git on PATH.", "Install git.") from error


def _ends_with_us() -> list[str]:
    """Return what lets a call that may hang on a network end when this process is killed.

    Reading ends by itself when its pipe closes.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


def end(process: subprocess.Popen[bytes]) -> None:
    """End a git that was started, with its helpers, and free its pipes."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()
