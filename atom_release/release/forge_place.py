"""Where on a forge the judged repository is, and under which name the gate speaks there."""

from __future__ import annotations

from atom_release.errors import ActFailed
from atom_release.forge import Place
from atom_release.git import Git, remote
from atom_release.release.work import Work


def is_named(work: Work) -> bool:
    """Return whether the address of a forge is set."""
    return bool(work.look.environment.get(work.look.operator.forge.address))


def find_place(work: Work) -> Place | None:
    """Return where the repository is on the forge; None where no address of one is set.

    Raises:
        ActFailed: the token is not set, or the remote does not tell owner and name.
    """
    named, given = work.manifest.infrastructure, work.look.environment
    forge = work.look.operator.forge
    address, token = given.get(forge.address, ""), given.get(forge.token, "")
    if not address:
        return None
    if not token:
        raise ActFailed(
            "A forge is named, and no token for it is set.",
            f"Set {forge.token}.",
        )
    pushes_to = remote.push_address(Git(work.subject.tree.repository), named.remote)
    owner_and_name = remote.owner_and_name(pushes_to or "")
    if owner_and_name is None:
        raise ActFailed(
            f"The remote {named.remote} does not tell the repository's owner and name on the"
            " forge.",
            f"git remote set-url {named.remote} <url>",
        )
    return Place(address, "/".join(owner_and_name), named.timeout.total_seconds(), token)


def status_context(work: Work) -> str:
    """Return the name of this release's status beside a commit."""
    return f"atom-release/{work.manifest.release.asset_key}"
