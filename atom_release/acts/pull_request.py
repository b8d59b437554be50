"""The pull request as a document.

What is to be pulled, by git's own `request-pull`, and why it may be.
"""

from __future__ import annotations

from pathlib import Path

from atom_release.acts.remote_branch import take_branch
from atom_release.errors import ActFailed
from atom_release.forge import PullRequest
from atom_release.gate.printable import in_markdown, printable
from atom_release.git import Git, GitError, failure, masked

_NETWORK = 120.0
_BEFORE_ITS_TAG = (
    "Merge it in any way: by a merge commit, by fast-forward, squashed or rebased. Nothing is"
    " tagged yet: `atom-release run` on the commit that merges it judges that commit from evidence,"
    " and tags it only on GREEN."
)
_HOW = (
    "Merge by a merge commit or by fast-forward: only then does the tag stand in the history of the"
    " base branch. A squash or a rebase leaves the tagged commit outside it."
)


def pull_request_text(repository: Path, request: PullRequest, decision: str) -> str:
    """Return the text of the pull request as markdown.

    Asking again gives the same text while the remote's base stands where it stood.

    Args:
        repository: holds the release commit.
        request: what is to be pulled.
        decision: the decision's table, as markdown.

    Raises:
        ActFailed: the remote does not answer, does not hold the release commit, or has no base to
            pull into.
    """
    return printable(
        "\n".join(
            [
                f"# {in_markdown(request.title)}",
                "",
                (
                    f"Pull `{request.branch}` ({request.commit}, {_tag_in_words(request)})"
                    f" into `{request.base}`."
                ),
                "",
                _HOW if request.tagged else _BEFORE_ITS_TAG,
                "",
                "## Decision",
                "",
                decision.strip("\n"),
                "",
                "## What git says",
                "",
                "```text",
                _requested(Git(repository), request).replace("```", "'''"),
                "```",
                "",
            ]
        )
    )


def _tag_in_words(request: PullRequest) -> str:
    return f"tag `{request.tag}`" if request.tagged else f"`{request.tag}` once it is merged"


def _requested(git: Git, request: PullRequest) -> str:
    base = _base(git, request)
    try:
        ran = git.call(
            "request-pull",
            base,
            request.remote,
            f"{request.commit}:refs/heads/{request.branch}",
            network=True,
            timeout=_NETWORK,
        )
    except GitError as error:
        raise ActFailed(
            f"The pull request could not be written: {error.message}", error.remedy
        ) from error
    if ran.status != 0:
        reason = failure(ran, "request-pull", git.repository).message
        raise ActFailed(
            f"The pull request could not be written: {reason}",
            f"git request-pull {base[:12]} {request.remote} {request.commit[:12]}:{request.branch}",
        )
    return masked(ran.out.decode("utf-8", "replace")).strip("\n")


def _base(git: Git, request: PullRequest) -> str:
    """Return the tip of the remote's base branch, its objects taken here."""
    base = take_branch(git, request.remote, request.base)
    if base.tip is None:
        raise ActFailed(
            f"{masked(base.address)} has no branch {request.base} to pull into.",
            f"git push {request.remote} {request.base}, or mend release.base.",
        )
    return base.tip
