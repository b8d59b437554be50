"""Scenarios about what stands around the release: the tag's name, remotes, Vault."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from atom_release.gate.vocabulary import Outcome
from atom_release.git import Git
from atom_release.reference.scenarios.scenario import Scenario
from atom_release.reference.scenarios.sealed_vault import sealed_vault

_WHO = {
    "GIT_AUTHOR_NAME": "Reference Author",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_AUTHOR_DATE": "2026-11-18T17:00:00Z",
    "GIT_COMMITTER_NAME": "Reference Author",
    "GIT_COMMITTER_EMAIL": "author@example.org",
    "GIT_COMMITTER_DATE": "2026-11-18T17:00:00Z",
}


def _tag_elsewhere(git: Git) -> None:
    """Tag the first commit by hand, here and at the origin.

    As releases were tagged before there was a gate.
    """
    first = git.line("rev-list", "--max-parents=0", "main")
    git.output(
        "tag", "--annotate", "--message", "by hand", "v3.0.0-phaseC", first, environment=_WHO
    )
    git.output("push", "--quiet", "origin", "refs/tags/v3.0.0-phaseC", network=True)


def _branch_elsewhere(git: Git) -> None:
    """Put a commit of somebody else's on the release branch at the origin.

    Which the release does not have.
    """
    other = git.line(
        "commit-tree",
        "-p",
        "main~1",
        "-m",
        "Prepare the release by hand",
        "main~1^{tree}",
        environment=_WHO,
    )
    git.output(
        "push",
        "--quiet",
        "origin",
        f"{other}:refs/heads/prod-review/PhaseC-Finalization",
        network=True,
    )


def _sealed(stack: ExitStack) -> Mapping[str, str]:
    return {"ATOM_VAULT_ADDR": stack.enter_context(sealed_vault()), "ATOM_VAULT_TOKEN": "none"}


def _refusing(_: ExitStack) -> Mapping[str, str]:
    # Port 1 is nobody's in practice and outside the range from which programs are given ports: the
    # connection is refused.
    return {"ATOM_VAULT_ADDR": "http://127.0.0.1:1", "ATOM_VAULT_TOKEN": "none"}


SCENARIOS = (
    Scenario(
        "tag-conflict",
        "AC5",
        {"AC5": Outcome.FAIL},
        "The tag's name is taken, on a commit that this gate did not judge.",
        None,
        _tag_elsewhere,
    ),
    Scenario(
        "branch-diverged",
        "AC6",
        {"AC6": Outcome.FAIL},
        "The release branch at the origin holds a commit that the release lacks.",
        None,
        _branch_elsewhere,
    ),
    Scenario(
        "vault-sealed",
        "P-2",
        {"P-2": Outcome.INCONCLUSIVE},
        "The named Vault answers and is sealed.",
        around=_sealed,
    ),
    Scenario(
        "vault-absent",
        "P-2",
        {"P-2": Outcome.BLOCKED},
        "Nobody answers at the address of the named Vault.",
        around=_refusing,
    ),
)
