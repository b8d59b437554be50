"""The pull request and the commit status on GitHub.

Or on a server of its own that speaks its REST API: each there once, however often asked for.

What is there is found by head and base, and only this gate's own part of a pull request's text is
ever replaced. The token is given, never read here, and stands in no message. It must not know what
a decision is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.errors import ActFailed
from atom_release.forge import PullRequest
from atom_release.git import masked

if TYPE_CHECKING:
    from github import Github, GithubException
    from github.PullRequest import PullRequest as Found
    from github.Repository import Repository

_BEGIN, _END = "<!-- atom-release: begin -->", "<!-- atom-release: end -->"
_LONGEST = 60_000  # GitHub takes 65,536 characters
_STATUS = 140
_INVALID = 422
_TOO_MANY = 429
_AGAIN = "Run again: what is done is found again and not done twice."


@dataclass(frozen=True)
class Forge:
    """Where the repository is on the forge, and the token that may write there."""

    address: str
    repository: str
    timeout: float
    token: str = field(repr=False)


@dataclass(frozen=True)
class Status:
    """What stands beside a commit on the forge."""

    commit: str
    context: str
    description: str


@dataclass(frozen=True)
class Opened:
    """The pull request as it stands on the forge.

    No address where the base already holds everything.
    """

    address: str
    draft: bool
    notes: tuple[str, ...] = ()


def request(forge: Forge, pull: PullRequest, text: str, status: Status, *, draft: bool) -> Opened:
    """Open the pull request, or bring the one that is there up to date.

    And put the status beside the commit.

    Args:
        forge: where.
        pull: what is to be pulled.
        text: the body, as markdown.
        status: what to say beside the released commit.
        draft: whether a person still has to look at something before it may be merged.

    Raises:
        ActFailed: the forge does not let it happen, does not answer, or PyGithub is not installed.
    """
    with _answering(forge), _client(forge) as client:
        repository = client.get_repo(forge.repository)
        opened = _opened(repository, forge, pull, text, draft=draft)
        _say(repository, status, opened.address)
        return opened


def _opened(
    repository: Repository, forge: Forge, pull: PullRequest, text: str, *, draft: bool
) -> Opened:
    opened = _found(repository, forge, pull)
    if opened is None:
        return _made(repository, forge, pull, text, draft=draft)
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
    body = placed(opened.body or "", text)
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


def _found(repository: Repository, forge: Forge, pull: PullRequest) -> Found | None:
    """Return the open pull request of this head and base, else one that asked for this very commit.

    Whatever became of it.
    """
    owner = forge.repository.partition("/")[0]
    there = list(repository.get_pulls(state="all", head=f"{owner}:{pull.branch}", base=pull.base))
    return next((existing for existing in there if existing.state == "open"), None) or next(
        (existing for existing in there if existing.head.sha == pull.commit), None
    )


def _made(
    repository: Repository, forge: Forge, pull: PullRequest, text: str, *, draft: bool
) -> Opened:
    from github import GithubException

    try:
        made = repository.create_pull(
            pull.base, pull.branch, title=pull.title, body=placed("", text), draft=draft
        )
    except GithubException as error:
        message = _said(error, forge)
        if (
            error.status == _INVALID
            and "already exists" in message
            and _found(repository, forge, pull) is not None
        ):
            return _opened(repository, forge, pull, text, draft=draft)  # another run was faster
        if error.status == _INVALID and "No commits between" in message:
            return Opened(
                "",
                draft,
                (f"{pull.base} holds {pull.commit[:12]} already: there is nothing to merge",),
            )
        if error.status == _INVALID and draft and "raft pull requests are not supported" in message:
            plain = _made(repository, forge, pull, text, draft=False)
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
        raise ActFailed(
            f"{masked(forge.address)} did not say where the pull request is.",
            f"Check that the address is the forge's API. {_AGAIN}",
        )
    return Opened(made.html_url, bool(made.draft))


def _say(repository: Repository, status: Status, address: str) -> None:
    """Put the status beside the commit, unless it says so already."""
    commit = repository.get_commit(status.commit)
    description = status.description[:_STATUS]
    for listed in commit.get_combined_status().statuses:
        if (listed.context, listed.state, listed.description) == (
            status.context,
            "success",
            description,
        ):
            return
    commit.create_status(
        "success",
        description=description,
        context=status.context,
        **({"target_url": address} if address else {}),
    )


def placed(before: str, text: str) -> str:
    """Return a body in which this gate's part is the text: what a person wrote around it stays."""
    ours = f"{_BEGIN}\n{_inert(text)[:_LONGEST]}\n{_END}"
    head, begin, rest = before.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if begin and end:
        return head + ours + tail
    return f"{before.rstrip()}\n\n{ours}" if before.strip() else ours


def _inert(text: str) -> str:
    """Return the text so that nothing quoted from the judged tree calls a person.

    Closes an issue or loads a picture.
    """
    text = re.sub(r"(?<!\w)@(?=\w)", "@\u200b", text.replace("<!--", "&lt;!--"))
    text = re.sub(r"(#|\bGH-)(?=\d)", "\\1\u200b", text)
    return text.replace("![", "!\\[")


@contextmanager
def _client(forge: Forge) -> Iterator[Github]:
    try:
        from github import Auth, Github
    except ImportError:
        raise ActFailed(
            "The manifest names a forge, and PyGithub is not installed.",
            "pip install 'atom-release[github]'",
        ) from None
    # No retries: each would wait long for a forge that is ill, and running again finds what was
    # done.
    client = Github(
        auth=Auth.Token(forge.token),
        base_url=forge.address.rstrip("/"),
        timeout=max(1, round(forge.timeout)),
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


@contextmanager
def _answering(forge: Forge) -> Iterator[None]:
    """Turn whatever the forge or the way there raises into a sentence without the token."""
    try:
        yield
    except ActFailed:
        raise
    except Exception as error:  # noqa: BLE001 - the client raises what it likes for an answer that is no JSON, or of another host
        raise _failed(error, forge) from None


def _failed(error: Exception, forge: Forge) -> ActFailed:
    from github import (
        GithubException,
        RateLimitExceededException,
    )

    where = masked(forge.address)
    if isinstance(error, RateLimitExceededException) or (
        isinstance(error, GithubException) and error.status == _TOO_MANY
    ):
        return ActFailed(
            f"{where} takes no more requests of this token for now.",
            f"Wait until its limit is reset. {_AGAIN}",
        )
    if isinstance(error, GithubException) and error.status:
        return ActFailed(
            f"{where} answered {error.status} to the pull request of {forge.repository}:"
            f" {_said(error, forge).rstrip('.')}.",
            _remedy(error.status),
        )
    return ActFailed(
        f"{where} gave no usable answer to the pull request: {type(error).__name__}.",
        f"Look whether it is well. {_AGAIN}",
    )


def _remedy(status: int) -> str:
    if status in {401, 403, 404}:
        return f"Give a token that may write pull requests and commit statuses. {_AGAIN}"
    return (
        f"Mend what it says. {_AGAIN}"
        if status == _INVALID
        else f"Look whether it is well. {_AGAIN}"
    )


def _said(error: GithubException, forge: Forge) -> str:
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
    return masked(text.replace(forge.token, "***"))[:300]
