"""A signature over an annotated tag as git makes and checks it, by SSH or GPG.

The key is named by the settings, never by the repository.

The tag is signed as bytes, before there is any reference to it: a signature that cannot be made
leaves nothing behind.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from atom_release.errors import ActFailed

_AGAIN = "Nothing was pushed: run again."
_LONGEST = 60.0
_KINDS = {"ssh": b"-----BEGIN SSH SIGNATURE-----", "gpg": b"-----BEGIN PGP SIGNATURE-----"}


@dataclass(frozen=True)
class TagKey:
    """The key that tags are signed with: an SSH key's file, or what GPG calls a key."""

    kind: str
    name: str

    @classmethod
    def parse(cls, setting: str | None) -> TagKey | None:
        """Read `ssh:FILE` or `gpg:KEY`, as the settings let it through; nothing set is no key."""
        if not setting:
            return None
        kind, _, name = setting.partition(":")
        return cls(kind, os.path.expanduser(name) if kind == "ssh" else name)  # noqa: PTH111 - a name is text for another program


def kind_of(tag: bytes) -> str:
    """Return by what a tag object is signed: `ssh`, `gpg` or `none`.

    Whether the signature is good is another question.
    """
    return next((kind for kind, begin in _KINDS.items() if b"\n" + begin in tag), "none")


def signature(tag: bytes, key: TagKey) -> bytes:
    """Return the signature that follows a tag's text.

    Raises:
        ActFailed: the program is not there, or it does not sign.
    """
    command = {
        "ssh": ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", key.name],
        "gpg": ["gpg", "--batch", "--no-tty", "--armor", "--detach-sign", "--local-user", key.name],
    }[key.kind]
    try:
        ran = subprocess.run(
            command,
            input=tag,
            capture_output=True,
            timeout=_LONGEST,
            start_new_session=True,
            check=False,
        )
    except FileNotFoundError:
        raise ActFailed(
            f"There is no {command[0]} on PATH to sign the tag.",
            f"Install it, or unset ATOM_RELEASE_TAG_KEY. {_AGAIN}",
        ) from None
    except subprocess.TimeoutExpired:
        raise ActFailed(
            f"{command[0]} did not sign the tag in {_LONGEST:g} s.",
            f"Use a key that asks no person. {_AGAIN}",
        ) from None
    if ran.returncode != 0 or _KINDS[key.kind] not in ran.stdout:
        lines = ran.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        raise ActFailed(
            f"{command[0]} did not sign the tag: {lines[-1][:300]}",
            f"Name a key that signs without a person in ATOM_RELEASE_TAG_KEY. {_AGAIN}",
        )
    return ran.stdout
