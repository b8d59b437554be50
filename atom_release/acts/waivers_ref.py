"""The git reference that carries what people signed.

`refs/atom/waivers`, one file for each envelope, outside every branch and so outside S.
"""

from __future__ import annotations

from pathlib import Path

from atom_release.acts.release_commit import Signature, write_commit
from atom_release.errors import StoreError
from atom_release.git import Git, GitError
from atom_release.records import canonical

REFERENCE = "refs/atom/waivers"


def add(repository: Path, envelopes: list[bytes], signed: Signature) -> str:
    """Add envelopes to the reference, on top of what it holds, and give its new commit.

    Raises:
        StoreError: the repository does not take it, or the reference moved meanwhile.
    """
    git = Git(repository)
    try:
        before = (
            git.call("rev-parse", "--verify", "--quiet", f"{REFERENCE}^{{commit}}")
            .out.decode()
            .strip()
        )
        held = git.line("ls-tree", before).splitlines() if before else []
        entries = {line.partition("\t")[2]: line for line in held}
        for envelope in envelopes:
            name = f"{canonical.digest(envelope)[:16]}.dsse.json"
            entries[name] = (
                f"100644 blob {git.line('hash-object', '-w', '--stdin', stdin=envelope)}\t{name}"
            )
        tree = git.line(
            "mktree", stdin="".join(f"{entries[name]}\n" for name in sorted(entries)).encode()
        )
        commit = write_commit(git, tree, [before] if before else [], signed)
        git.line("update-ref", REFERENCE, commit, before or "0" * len(commit))
    except GitError as error:
        raise StoreError(
            f"{REFERENCE} could not be written: {error.message}",
            error.remedy or "Name a file with --to.",
        ) from error
    return commit
