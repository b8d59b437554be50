"""The merge request on GitLab: there once, however often asked for.

What is there is found by source and target branch, and only this gate's own part of a description
is ever replaced. The token is given, never read here, and stands in no message. It must not know
what a decision is. What stands beside a commit is `gitlab_commit`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from atom_release.errors import ActFailed
from atom_release.forge import Comment, Opened, Place, PullRequest, Status, gitlab_commit
from atom_release.forge.body import placed
from atom_release.forge.gitlab_commit import ONCE
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
    from gitlab import Gitlab
    from gitlab.exceptions import GitlabError
    from gitlab.v4.objects import Project, ProjectMergeRequest

API_PATH = "/api/v4"
_LONGEST = 1_000_000  # GitLab takes 1,048,576 characters
_DRAFT = "Draft: "
_DEVELOPER = 30  # the least access level that may push a branch and open a merge request
_CONFLICT = 409
_REQUEST = "merge request"
_LIBRARY = Library("python-gitlab", "gitlab", "pip install 'atom-release[gitlab]'")


class GitLab(RestForge):
    """GitLab, as `Forge` asks for it."""

    library = _LIBRARY

    def repository_path(self, repository: str) -> str:
        """Return where GitLab describes a project; its groups and name are one part of the path."""
        return f"/projects/{quote(repository, safe='')}"

    def pull_requests_path(self, repository: str, number: int | None = None) -> str:
        """Return where GitLab lists merge requests, or describes one."""
        requests = f"{self.repository_path(repository)}/merge_requests"
        return f"{requests}?state=all&per_page=1" if number is None else f"{requests}/{number}"

    def names_pull_request(self, mark: str) -> bool:
        """Say that merge requests have numbers of their own: `#` is an issue's."""
        return mark == "!"

    def branches_of(self, document: object) -> tuple[str, ...]:
        """Read `source_branch` and `target_branch`."""
        names = ("source_branch", "target_branch")
        refs = [document.get(name) for name in names] if isinstance(document, dict) else []
        return tuple(ref for ref in refs if isinstance(ref, str))

    def may_write(self, document: object) -> bool | None:
        """Read the access levels in `permissions` of the project's description.

        None where it names none: what an administrator may do does not stand there.
        """
        permissions = document.get("permissions") if isinstance(document, dict) else None
        if not isinstance(permissions, dict):
            return None
        levels = [
            access["access_level"]
            for access in permissions.values()
            if isinstance(access, dict) and isinstance(access.get("access_level"), int)
        ]
        return max(levels) >= _DEVELOPER if levels else None

    def request(
        self, place: Place, pull: PullRequest, text: str, status: Status, *, draft: bool
    ) -> Opened:
        """Open the merge request or bring it up to date, and say the status; see `Forge`."""
        with answering(place, _failed), _client(place) as client:
            project = client.projects.get(place.repository, lazy=True)
            opened = _opened(project, place, pull, text, draft=draft)
            commit = project.commits.get(status.commit, lazy=True)
            gitlab_commit.put_status(commit, status, opened.address, ref=pull.branch)
            return opened

    def show(
        self, place: Place, status: Status, comment: Comment, *, anew: bool
    ) -> tuple[str, ...]:
        """Put a status beside a commit and a comment into its merge requests; see `Forge`."""
        with answering(place, _failed), _client(place) as client:
            project = client.projects.get(place.repository, lazy=True)
            commit = project.commits.get(status.commit, lazy=True)
            addresses = gitlab_commit.put_comment(client, project, commit, comment, anew=anew)
            address = next(iter(addresses), "")
            gitlab_commit.put_status(commit, status, address, anew=anew)
            return addresses


def _opened(project: Project, place: Place, pull: PullRequest, text: str, *, draft: bool) -> Opened:
    opened = _find(project, pull)
    if opened is None:
        return _made(project, place, pull, text, draft=draft)
    if opened.state != "opened":
        note = f"{opened.web_url} asked for this very commit and is {opened.state}: left as it is"
        return Opened(opened.web_url, draft, (note,))
    body = placed(opened.description or "", text, _LONGEST)
    if body != opened.description:
        opened.description = body
        opened.save(**ONCE)
    is_draft = bool(opened.draft)
    kind = "a" if is_draft else "no"
    note = f"{opened.web_url} is {kind} draft, and its title is a person's to change"
    return Opened(opened.web_url, is_draft, () if is_draft == draft else (note,))


def _find(project: Project, pull: PullRequest) -> ProjectMergeRequest | None:
    """Return the open merge request of these branches, else one that asked for this very commit.

    Whatever became of it.
    """
    there: list[ProjectMergeRequest] = list(
        project.mergerequests.list(
            source_branch=pull.branch, target_branch=pull.base, state="all", iterator=True, **ONCE
        )
    )
    return next((existing for existing in there if existing.state == "opened"), None) or next(
        (existing for existing in there if existing.sha == pull.commit), None
    )


def _made(project: Project, place: Place, pull: PullRequest, text: str, *, draft: bool) -> Opened:
    from gitlab.exceptions import GitlabCreateError

    if _holds_everything(project, pull):
        note = f"{pull.base} holds {pull.commit[:12]} already: there is nothing to merge"
        return Opened("", draft, (note,))
    fields = {
        "source_branch": pull.branch,
        "target_branch": pull.base,
        "title": f"{_DRAFT if draft else ''}{pull.title}",
        "description": placed("", text, _LONGEST),
    }
    try:
        made = project.mergerequests.create(fields, **ONCE)
    except GitlabCreateError as error:
        if error.response_code == _CONFLICT and _find(project, pull) is not None:
            return _opened(project, place, pull, text, draft=draft)  # another run was faster
        raise
    address = str(getattr(made, "web_url", "") or "")
    if not address.startswith("http"):
        raise no_address(place, _REQUEST)
    return Opened(address, bool(made.draft))


def _holds_everything(project: Project, pull: PullRequest) -> bool:
    """Return whether the base has every commit of the branch; GitLab would open an empty one."""
    compared = project.repository_compare(pull.base, pull.branch, **ONCE)
    return isinstance(compared, dict) and compared.get("commits") == []


@contextmanager
def _client(place: Place) -> Iterator[Gitlab]:
    try:
        from gitlab import Gitlab
    except ImportError:
        raise _LIBRARY.absent from None
    # No retries: each would wait long for a forge that is ill, and running again finds what was
    # done.
    with Gitlab(
        place.address.rstrip("/").removesuffix(API_PATH),
        oauth_token=place.token,
        timeout=max(1.0, place.timeout),
        user_agent="atom-release",
        retry_transient_errors=False,
    ) as client:
        yield client


def _failed(error: Exception, place: Place) -> ActFailed:
    from gitlab.exceptions import GitlabError

    if not isinstance(error, GitlabError) or not error.response_code:
        return no_usable_answer(error, place, _REQUEST)
    if error.response_code == TOO_MANY:
        return no_more_requests(place)
    words, remedy = _words_of(error, place), _remedy(error.response_code)
    return refused(place, _REQUEST, error.response_code, words, remedy)


def _remedy(status: int) -> str:
    if status in {401, 403, 404}:
        return "Give a token of the scope api, with the role Developer or more."
    return "Mend what it says." if status in {400, 409, 422} else "Look whether it is well."


def _words_of(error: GitlabError, place: Place) -> str:
    """Return the forge's own words, on one line and without the token."""
    message: Any = error.error_message
    text = " ".join(str(message).split()) or "it said nothing"
    return without_token(text, place)
