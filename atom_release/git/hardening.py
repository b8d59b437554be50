"""What keeps a call of git from starting what the judged repository configures.

Its hooks, file system monitor, filters, ssh command and credential helpers are programs that its
own configuration names; none of them runs here. What the user or the machine configured
(`--global`, `--system`) stays in force.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

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
OUTER = re.compile(
    r"core\.sshcommand|credential\.(.*\.)?helper|gpg\.(.*\.)?program|gpg\.ssh\.allowedsignersfile"
)
"""Keys of the user's or the machine's configuration that stay in force."""

_CHECKERS = {
    "gpg.program": "gpg",
    "gpg.openpgp.program": "gpg",
    "gpg.x509.program": "gpgsm",
    "gpg.ssh.program": "ssh-keygen",
}


def neutral_settings(own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the settings that take the place of programs that a repository configures."""
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


def keep_address(address: str | None) -> Iterator[tuple[str, str]]:
    """Yield what lets git take an address as it is.

    Of several bases that an address begins with, git takes the longest, and none is longer than the
    whole of it.
    """
    if address is not None:
        yield f"url.{address}.insteadOf", address
        yield f"url.{address}.pushInsteadOf", address


def git_environment(*, network: bool, settings: tuple[tuple[str, str], ...] = ()) -> dict[str, str]:
    """Return the environment of a call.

    This process's own without git's variables that name another repository, with `settings` and
    what is always off. `network` is whether the call may speak to another repository.
    """
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
