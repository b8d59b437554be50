"""What stands beside a commit on GitHub: its status, and a comment in its open pull requests.

Each is there once and brought up to date. The client, and how its failures are told, are
`forge.github`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from atom_release.forge import Comment, Status
from atom_release.forge.body import is_marked, marked

if TYPE_CHECKING:
    from github import Github
    from github.Commit import Commit
    from github.IssueComment import IssueComment
    from github.PullRequest import PullRequest

_LONGEST = 60_000  # GitHub takes 65,536 characters
_DESCRIPTION = 140
_FORBIDDEN = 403


def put_status(commit: Commit, status: Status, address: str, *, anew: bool = True) -> None:
    """Put the status beside the commit, unless it says so already.

    Args:
        commit: the commit as GitHub has it.
        status: what to say.
        address: what it links to, or nothing.
        anew: whether to say it where none of its context stands there yet.
    """
    description = status.description[:_DESCRIPTION]
    listed = {
        there.context: (there.state, there.description)
        for there in commit.get_combined_status().statuses
    }
    before = listed.get(status.context)
    if before == (status.state.value, description) or (before is None and not anew):
        return
    commit.create_status(
        status.state.value,
        description=description,
        context=status.context,
        **({"target_url": address} if address else {}),
    )


def put_comment(client: Github, commit: Commit, comment: Comment, *, anew: bool) -> tuple[str, ...]:
    """Say the comment in each open pull request whose head the commit is; return where it is."""
    body = marked(comment.key, comment.text, _LONGEST)
    placed = [
        _in_pull_request(client, pull, comment.key, body, anew=anew)
        for pull in commit.get_pulls()
        if pull.state == "open" and pull.head.sha == commit.sha
    ]
    return tuple(address for address in placed if address)


def _in_pull_request(client: Github, pull: PullRequest, key: str, body: str, *, anew: bool) -> str:
    candidates = [entry for entry in pull.get_issue_comments() if is_marked(entry.body, key)]
    is_own = _authorship(client) if candidates else bool
    before = next((entry for entry in candidates if is_own(entry)), None)
    if before is None:
        return str(pull.create_issue_comment(body).html_url) if anew else ""
    if before.body != body:
        before.edit(body)
    return str(before.html_url)


def _authorship(client: Github) -> Callable[[IssueComment], bool]:
    """Return what tells whether a comment is of this token's user.

    Whoever wrote it could change it afterwards, so that a person's is never taken for the gate's.
    The token of an app has no user: its comments are those of a bot.
    """
    from github import GithubException

    try:
        own = client.get_user().id
    except GithubException as error:
        if error.status != _FORBIDDEN:
            raise
        return lambda entry: entry.user is not None and entry.user.type == "Bot"
    return lambda entry: entry.user is not None and entry.user.id == own
