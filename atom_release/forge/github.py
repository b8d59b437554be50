"""The pull request on GitHub, or on a server of its own that speaks its REST API.

There once, however often asked for. What stands beside a commit is `github_commit`'s.

What is there is found by head and base, and only this gate's own part of a pull request's text is
ever replaced. The token is given, never read here, and stands in no message. It must not know what
a decision is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from atom_release.errors import ActFailed
from atom_release.forge import Comment, Opened, Place, PullRequest, Status, github_commit
from atom_release.forge.body import placed
from atom_release.forge.rest import (
    TOO_MANY,
    Library,
    RestForge,
    answering,
    no_address,
    no_more_requests,
    no_usable_answer,
    refused,
    without_token,
)

if TYPE_CHECKING:
    from github import Github, GithubException
    from github.PullRequest import PullRequest as Existing
    from github.Repository import Repository

_LONGEST = 60_000  # GitHub takes 65,536 characters
_INVALID = 422
_REQUEST = "pull request"
_LIBRARY = Library("PyGithub", "github", "pip install 'atom-release[github]'")


class GitHub(RestForge):
    """GitHub, as `Forge` asks for it."""

    library = _LIBRARY

    def repository_path(self, repository: str) -> str:
        """Return where GitHub describes a repository."""
        return f"/repos/{repository}"

    def pull_requests_path(self, repository: str, number: int | None = None) -> str:
        """Return where GitHub lists pull requests, or describes one."""
        pulls = f"{self.repository_path(repository)}/pulls"
        return f"{pulls}?state=all&per_page=1" if number is None else f"{pulls}/{number}"

    def names_pull_request(self, mark: str) -> bool:
        """Say that pull requests have the numbers of issues."""
        return mark == "#"

    def branches_of(self, document: object) -> tuple[str, ...]:
        """Read `head.ref` and `base.ref`."""
        ends = [document.get(end) for end in ("head", "base")] if isinstance(document, dict) else []
        refs = [end.get("ref") for end in ends if isinstance(end, dict)]
        return tuple(ref for ref in refs if isinstance(ref, str))

    def may_write(self, document: object) -> bool | None:
        """Read `permissions.push` of the repository's description."""
        permissions = document.get("permissions") if isinstance(document, dict) else None
        push = permissions.get("push") if isinstance(permissions, dict) else None
        return push if isinstance(push, bool) else None

    def request(
        self, place: Place, pull: PullRequest, text: str, status: Status, *, draft: bool
    ) -> Opened:
        """Open the pull request or bring it up to date, and say the status; see `Forge`."""
        with answering(place, _failed), _client(place) as client:
            repository = client.get_repo(place.repository)
            opened = _opened(repository, place, pull, text, draft=draft)
            commit = repository.get_commit(status.commit)
            github_commit.put_status(commit, status, opened.address)
            return opened

    def show(
        self, place: Place, status: Status, comment: Comment, *, anew: bool
    ) -> tuple[str, ...]:
        """Put a status beside a commit and a comment into its pull requests; see `Forge`."""
        with answering(place, _failed), _client(place) as client:
            commit = client.get_repo(place.repository).get_commit(status.commit)
            addresses = github_commit.put_comment(client, commit, comment, anew=anew)
            github_commit.put_status(commit, status, next(iter(addresses), ""), anew=anew)
            return addresses


def _opened(
    repository: Repository, place: Place, pull: PullRequest, text: str, *, draft: bool
) -> Opened:
    opened = _find_pull(repository, place, pull)
    if opened is None:
        return _made(repository, place, pull, text, draft=draft)
    if opened.state != "open":
        return Opened(
            opened.html_url,
            draft,
            (
                (
                    f"{opened.html_url} asked for this very commit and is"
                    f" {'merged' if opened.merged_at else 'closed'}: left as it is"
                ),
            ),
        )
    body = placed(opened.body or "", text, _LONGEST)
    if body != opened.body:
        opened.edit(body=body)
    notes = (
        ()
        if opened.draft == draft
        else (
            (
                f"{opened.html_url} is {'a' if opened.draft else 'no'} draft, and a draft cannot be"
                " changed by a token of this kind"
            ),
        )
    )
    return Opened(opened.html_url, bool(opened.draft), notes)


def _find_pull(repository: Repository, place: Place, pull: PullRequest) -> Existing | None:
    """Return the open pull request of this head and base, else one that asked for this very commit.

    Whatever became of it.
    """
    owner = place.repository.partition("/")[0]
    there = list(repository.get_pulls(state="all", head=f"{owner}:{pull.branch}", base=pull.base))
    return next((existing for existing in there if existing.state == "open"), None) or next(
        (existing for existing in there if existing.head.sha == pull.commit), None
    )


def _made(
    repository: Repository, place: Place, pull: PullRequest, text: str, *, draft: bool
) -> Opened:
    from github import GithubException

    try:
        made = repository.create_pull(
            pull.base, pull.branch, title=pull.title, body=placed("", text, _LONGEST), draft=draft
        )
    except GithubException as error:
        message = _words_of(error, place)
        if (
            error.status == _INVALID
            and "already exists" in message
            and _find_pull(repository, place, pull) is not None
        ):
            return _opened(repository, place, pull, text, draft=draft)  # another run was faster
        if error.status == _INVALID and "No commits between" in message:
            return Opened(
                "",
                draft,
                (f"{pull.base} holds {pull.commit[:12]} already: there is nothing to merge",),
            )
        if error.status == _INVALID and draft and "raft pull requests are not supported" in message:
            plain = _made(repository, place, pull, text, draft=False)
            return Opened(
                plain.address,
                draft=False,
                notes=(
                    (
                        "this repository has no drafts: the pull request is open, and its text says"
                        " what is BLOCKED"
                    ),
                ),
            )
        raise
    if not str(made.html_url or "").startswith("http"):
        raise no_address(place, _REQUEST)
    return Opened(made.html_url, bool(made.draft))


@contextmanager
def _client(place: Place) -> Iterator[Github]:
    try:
        from github import Auth, Github
    except ImportError:
        raise _LIBRARY.absent from None
    # No retries: each would wait long for a forge that is ill, and running again finds what was
    # done.
    client = Github(
        auth=Auth.Token(place.token),
        base_url=place.address.rstrip("/"),
        timeout=max(1, round(place.timeout)),
        retry=None,
        lazy=True,
        seconds_between_requests=None,
        seconds_between_writes=None,
        user_agent="atom-release",
    )
    try:
        yield client
    finally:
        client.close()


def _failed(error: Exception, place: Place) -> ActFailed:
    from github import (
        GithubException,
        RateLimitExceededException,
    )

    if isinstance(error, RateLimitExceededException) or (
        isinstance(error, GithubException) and error.status == TOO_MANY
    ):
        return no_more_requests(place)
    if isinstance(error, GithubException) and error.status:
        words = _words_of(error, place)
        return refused(place, _REQUEST, error.status, words, _remedy(error.status))
    return no_usable_answer(error, place, _REQUEST)


def _remedy(status: int) -> str:
    if status in {401, 403, 404}:
        return "Give a token that may write pull requests and commit statuses."
    return "Mend what it says." if status == _INVALID else "Look whether it is well."


def _words_of(error: GithubException, place: Place) -> str:
    """Return the forge's own words, on one line and without the token."""
    data: Any = error.data if isinstance(error.data, dict) else {}
    errors = data.get("errors") if isinstance(data.get("errors"), list) else []
    messages = [
        data.get("message"),
        *(detail.get("message") if isinstance(detail, dict) else detail for detail in errors),
    ]
    text = (
        "; ".join(" ".join(str(message).split()) for message in messages if message)
        or "it said nothing"
    )
    return without_token(text, place)
