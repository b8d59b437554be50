"""What the two acts show in Dagster: what was tagged or proposed, and what was asked to be merged.

Whether an act may happen at all is asked in `acts`; how it happens stands in `release/`.
"""

# No postponed annotations here: dagster reads those of asset functions as objects.

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from atom_release.records import canonical
from atom_release.release import progress

if TYPE_CHECKING:
    from atom_release.release.after_merge import Nothing, Proposed
    from atom_release.release.work import Work

Events = Iterator[dg.MaterializeResult[None]]


def commit_of(work: "Work", commit: str = "") -> dg.MetadataValue:
    """Return a commit as Dagster shows it, by default the judged one."""
    from atom_release.graph import metadata

    return metadata.commit_of(work, commit)


def announce(work: "Work", sentence: str) -> None:
    """Say in the log, and to whoever listens to the run, what an act has to say."""
    work.log.info("%s", sentence)
    progress.announce(work.name, sentence)


def tag(work: "Work") -> Events:
    """Tag the release, or propose it where the tag comes after the merge, and show which."""
    from atom_release.release import after_merge, tag_release

    released = after_merge.tag_or_propose(work)
    if not isinstance(released, tag_release.Released):
        yield from _show_untagged(work, released)
        return
    yield dg.MaterializeResult(
        data_version=dg.DataVersion(released.tag_object),
        metadata={
            "tag": released.tag,
            "tag object": released.tag_object,
            "release commit": commit_of(work, released.commit),
            "judged commit": commit_of(work),
            "done": "already released" if released.before else "now",
        },
    )


def _show_untagged(work: "Work", state: "Proposed | Nothing") -> Events:
    """Say why nothing is tagged; a proposal is shown, since the pull request is asked for it."""
    announce(work, state.sentence)
    if state.commit:
        yield dg.MaterializeResult(
            data_version=dg.DataVersion(state.commit),
            metadata={
                "tag": "none before the merge",
                "release commit": commit_of(work, state.commit),
                "judged commit": commit_of(work),
            },
        )


def would_tag(work: "Work") -> str:
    """Return what the act would do, without asking the remote."""
    release, commit = work.manifest.release, work.subject.commit[:12]
    if work.manifest.merges_first:
        return (
            f"push {release.branch} to be merged into {release.base}; or tag {commit} as"
            f" {release.tag} if it is the commit that merged it"
        )
    return f"tag {commit} as {release.tag}"


def open_pull_request(work: "Work") -> Events:
    """Ask for the merge, and show the request; nothing where the merge came before the tag."""
    from atom_release.release import bundle_decision, open_pull_request

    if open_pull_request.is_merged(work):
        bundle_decision.archive(work)
        announce(work, f"merged into {work.manifest.release.base} before it was tagged")
        return
    request = open_pull_request.request_merge(work)
    address = {"address": dg.MetadataValue.url(request.address)} if request.address else {}
    yield dg.MaterializeResult(
        data_version=dg.DataVersion(canonical.digest(request.text.encode())),
        metadata={
            "request": dg.MetadataValue.md(request.text),
            "judged commit": commit_of(work),
            **address,
        },
    )
