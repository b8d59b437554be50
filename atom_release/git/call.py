"""How git is called.

Nothing that a repository configures is started, nothing is asked of a person, nothing secret is
said.

The judged repository is not trusted. Its hooks, file system monitor, filters, ssh command,
credential helpers and the like are programs that its own configuration names; none of them runs
here. What the user or the machine configured (`--global`, `--system`) stays in force. Git is
started by `subprocess`: an inherited `GIT_DIR` or `GIT_INDEX_FILE` must be taken out of the
environment, and GitPython only adds to it.
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

from atom_release.git.trouble import GitError, Ran, Trouble, failure, masked

_KEPT = frozenset(
    {
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_ASKPASS",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
    }
)
_KEPT_PATTERN = re.compile(
    r"GIT_CONFIG_(COUNT|KEY_\d+|VALUE_\d+)|GIT_SSL_\w+|GIT_HTTP_\w+|GIT_PROXY_\w+|GIT_EXEC_PATH"
)
_SAID_LIMIT = 2000

_QUIET = {
    "LC_ALL": "C",
    "LANGUAGE": "",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "false",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GCM_INTERACTIVE": "never",
    "SSH_ASKPASS_REQUIRE": "never",
}
_OFF = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.alternateRefsCommand", "true"),
    ("core.gitProxy", ""),
    ("core.quotePath", "false"),
    # the user's setting guards against a bare repository found on the way: ours are named
    ("safe.bareRepository", "all"),
    ("protocol.ext.allow", "never"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("submodule.recurse", "false"),
    ("push.recurseSubmodules", "no"),
    ("fetch.recurseSubmodules", "false"),
    ("push.gpgSign", "false"),
    ("push.followTags", "false"),
    ("log.showSignature", "false"),
    ("i18n.logOutputEncoding", "UTF-8"),
    ("i18n.commitEncoding", "UTF-8"),
    ("color.ui", "false"),
)
_PROTOCOLS = "file:git:http:https:ssh"  # not ext, which is a command line, nor fd
_OF_REPOSITORY = frozenset({"local", "worktree"})
_OUTER = re.compile(
    r"core\.sshcommand|credential\.(.*\.)?helper|gpg\.(.*\.)?program|gpg\.ssh\.allowedsignersfile"
)
_CHECKERS = {
    "gpg.program": "gpg",
    "gpg.openpgp.program": "gpg",
    "gpg.x509.program": "gpgsm",
    "gpg.ssh.program": "ssh-keygen",
}


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
        settings = (*self._settings, *_kept_as_it_is(address))
        given = {**_surroundings(network=network, settings=settings), **(environment or {})}
        command = [
            *(_ends_with_us() if network else ()),
            "git",
            "-C",
            str(self.repository),
            *arguments,
        ]
        return _popen(command, given, stderr)

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
            *_neutral(self.own),
            *((key, value) for key, value in outer if _OUTER.fullmatch(key)),
        )

    @cached_property
    def _configured(self) -> list[tuple[str, str, str]]:
        process = _popen(
            ["git", "-C", str(self.repository), "config", "--list", "--show-scope", "-z"],
            _surroundings(network=False),
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


def _neutral(own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key in own:
        if re.fullmatch(r"filter\..*\.(clean|smudge|process)", key):
            yield key, ""
            yield f"{key.rpartition('.')[0]}.required", "false"
        elif key == "core.sshcommand":
            yield key, "ssh"
        elif key in _CHECKERS:
            yield key, _CHECKERS[key]
        elif key == "gpg.ssh.allowedsignersfile":
            yield key, os.devnull
    if any(re.fullmatch(r"credential\.(.*\.)?helper", key) for key in own):
        yield "credential.helper", ""


def _kept_as_it_is(address: str | None) -> Iterator[tuple[str, str]]:
    """Yield what lets git take an address as it is.

    Of several bases that an address begins with, git takes the longest, and none is longer than the
    whole of it.
    """
    if address is not None:
        yield f"url.{address}.insteadOf", address
        yield f"url.{address}.pushInsteadOf", address


def _surroundings(*, network: bool, settings: tuple[tuple[str, str], ...] = ()) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT or _KEPT_PATTERN.fullmatch(name)
    }
    given = {**kept, **_QUIET, "GIT_ALLOW_PROTOCOL": _PROTOCOLS if network else "none"}
    given.setdefault(
        "GIT_ASKPASS", ""
    )  # so that neither the repository's core.askPass nor a window is asked
    count = int(kept.get("GIT_CONFIG_COUNT") or 0)
    for number, (key, value) in enumerate((*settings, *_OFF), start=count):
        given[f"GIT_CONFIG_KEY_{number}"], given[f"GIT_CONFIG_VALUE_{number}"] = key, value
    given["GIT_CONFIG_COUNT"] = str(count + len(settings) + len(_OFF))
    return given


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
