"""What stands beside a commit on GitLab: its status, and a comment in its open merge requests.

Each is there once and brought up to date. The client, and how its failures are told, are
`forge.gitlab`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atom_release.forge import Comment, State, Status
from atom_release.forge.body import is_marked, marked

if TYPE_CHECKING:
    from gitlab import Gitlab
    from gitlab.v4.objects import (
        Project,
        ProjectCommit,
        ProjectMergeRequestNote,
        ProjectMergeRequestNoteManager,
    )

ONCE: dict[str, Any] = {"obey_rate_limit": False}  # else the client waits and asks ten times
_LONGEST = 900_000  # GitLab takes 1,000,000 characters
_DESCRIPTION = 255
_STATES = {State.SUCCESS: "success", State.FAILURE: "failed", State.ERROR: "failed"}


def put_status(
    commit: ProjectCommit, status: Status, address: str, *, ref: str = "", anew: bool = True
) -> None:
    """Put the status beside the commit, unless it says so already.

    Args:
        commit: the commit as GitLab has it.
        status: what to say.
        address: what it links to, or nothing.
        ref: the branch that it is said of; without it GitLab takes one that holds the commit.
        anew: whether to say it where none of its name stands there yet.
    """
    state, description = _STATES[status.state], status.description[:_DESCRIPTION]
    listed = list(commit.statuses.list(name=status.context, iterator=True, **ONCE))
    newest = max(listed, key=lambda there: there.id, default=None)
    if newest is None and not anew:
        return
    if newest is not None and (newest.status, newest.description) == (state, description):
        return
    fields = {"state": state, "name": status.context, "description": description}
    further = {"ref": ref, "target_url": address}
    commit.statuses.create(
        {**fields, **{name: value for name, value in further.items() if value}}, **ONCE
    )


def put_comment(
    client: Gitlab, project: Project, commit: ProjectCommit, comment: Comment, *, anew: bool
) -> tuple[str, ...]:
    """Say the comment in each open merge request whose head the commit is; return where it is."""
    addresses = []
    for request in commit.merge_requests(iterator=True, **ONCE):
        if request["state"] == "opened" and request["sha"] == commit.get_id():
            notes = project.mergerequests.get(request["iid"], lazy=True).notes
            number = _put_note(client, notes, comment, anew=anew)
            addresses += [f"{request['web_url']}#note_{number}"] if number else []
    return tuple(addresses)


def _put_note(
    client: Gitlab, notes: ProjectMergeRequestNoteManager, comment: Comment, *, anew: bool
) -> int:
    """Return the number of the comment; 0 where there is none and none is wanted."""
    body = marked(comment.key, comment.text, _LONGEST)
    listed = notes.list(iterator=True, **ONCE)
    before = _own(client, [note for note in listed if is_marked(note.body, comment.key)])
    if before is None:
        return int(notes.create({"body": body}, **ONCE).id) if anew else 0
    if before.body != body:
        before.body = body
        before.save(**ONCE)
    return int(before.id)


def _own(
    client: Gitlab, candidates: list[ProjectMergeRequestNote]
) -> ProjectMergeRequestNote | None:
    """Return the comment of this token's user: whoever wrote one could change it afterwards."""
    if not candidates:
        return None
    client.auth()
    own = client.user.id if client.user else None
    return next((note for note in candidates if note.author["id"] == own), None)
