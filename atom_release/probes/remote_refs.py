"""A git remote as the probes see it: its references, and what it means when it does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from atom_release.errors import ProbeFault
from atom_release.gate.vocabulary import Answer, Assurance
from atom_release.git import Git, GitError, Trouble, masked, remote
from atom_release.lab.look import Look
from atom_release.lab.throwaway import passing

_NOBODY = {
    "GIT_AUTHOR_NAME": "control",
    "GIT_AUTHOR_EMAIL": "control@localhost",
    "GIT_AUTHOR_DATE": "1000000000 +0000",
    "GIT_COMMITTER_NAME": "control",
    "GIT_COMMITTER_EMAIL": "control@localhost",
    "GIT_COMMITTER_DATE": "1000000000 +0000",
}
_REMEDIES = {
    Trouble.DENIED: (
        "Give git credentials that need no person: a credential helper or GIT_SSH_COMMAND in the"
        " user's configuration, not the repository's."
    ),
    Trouble.TIMEOUT: "Try again, or raise infrastructure.timeout in release.yaml.",
    Trouble.UNREACHABLE: "Start the remote, or mend its address: git remote set-url",
    Trouble.NO_REPOSITORY: "Mend the remote's address: git remote set-url",
}


class Unanswered(ProbeFault):
    """The remote gave no answer; `answer` says what that means."""

    def __init__(self, message: str, remedy: str, answer: Answer) -> None:
        """Keep what the silence means beside the sentence."""
        super().__init__(message, remedy)
        self.answer = answer


@dataclass(frozen=True)
class Place:
    """One remote of one repository.

    `url` is where pushes go and may hold credentials: it is shown only masked.
    """

    git: Git
    url: str
    timeout: float
    judged: str

    @property
    def shown(self) -> str:
        """The address without credentials."""
        return masked(self.url)

    @property
    def assurance(self) -> Assurance:
        """What its answers are worth: a folder beside the repository is no deployed system."""
        return Assurance.REHEARSED if remote.is_folder(self.url) else Assurance.LIVE

    def refs(self, *names: str) -> dict[str, str]:
        """Return those of the references that the remote has, with the ids of their objects.

        `<tag>^{}` is what a tag points at.

        Raises:
            Unanswered: the remote did not answer.
        """
        try:
            return remote.references(self.git, self.url, *names, timeout=self.timeout)
        except GitError as error:
            raise self._unanswered(error) from error

    def in_the_way(self, ref: str) -> list[str]:
        """Return the references of the remote beside which `ref` cannot be made.

        Raises:
            Unanswered: the remote did not answer.
        """
        try:
            return remote.in_the_way(self.git, self.url, ref, timeout=self.timeout)
        except GitError as error:
            raise self._unanswered(error) from error

    def take(self, ref: str, commit: str) -> None:
        """Take the objects behind a reference into the repository, if they are not there.

        No reference of it changes.

        Raises:
            Unanswered: they could not be had.
        """
        try:
            remote.take(self.git, self.url, ref, commit, timeout=self.timeout)
        except GitError as error:
            raise self._unanswered(error) from error

    def _unanswered(self, error: GitError) -> Unanswered:
        gone = error.trouble is Trouble.UNREACHABLE or (
            error.trouble is Trouble.NO_REPOSITORY and remote.is_folder(self.url)
        )
        answer = Answer.ABSENT if gone else Answer.UNKNOWN
        return Unanswered(
            f"{self.shown} did not answer: {error.message}",
            _REMEDIES.get(error.trouble, error.remedy),
            answer,
        )


def place_of(look: Look) -> Place:
    """Return the remote that the manifest names.

    Raises:
        Unanswered: the repository has no such remote, or one that pushes to several places.
    """
    git = Git(look.tree.repository)
    name = look.manifest.infrastructure.remote
    try:
        address = remote.push_address(git, name)
    except GitError as error:
        raise Unanswered(error.message, error.remedy, Answer.UNKNOWN) from error
    if address is None:
        raise Unanswered(
            f"the repository has no remote {name!r}", f"git remote add {name} <url>", Answer.ABSENT
        )
    return Place(
        git, address, look.manifest.infrastructure.timeout.total_seconds(), look.tree.commit
    )


@contextmanager
def scratch_with(look: Look, place: Place, ref: str) -> Iterator[Place]:
    """Yield a bare repository of the probe's own whose reference stands on a foreign commit."""
    look.scratch.mkdir(parents=True, exist_ok=True)
    with passing(look.scratch) as folder:
        git = Git(folder)
        git.output(
            "init",
            "--quiet",
            "--bare",
            "--template=",
            f"--object-format={'sha256' if len(place.judged) == 64 else 'sha1'}",  # noqa: PLR2004 - digits
        )
        tree = git.line("mktree")
        commit = git.line("commit-tree", tree, "-m", "control", environment=_NOBODY)
        git.output("update-ref", ref, commit)
        yield Place(place.git, str(folder), max(place.timeout, 60), place.judged)
