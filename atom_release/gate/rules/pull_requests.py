"""Which pull requests a document names by number and the forge does not have as it says.

Said only where the token sees the repository's pull requests, and a number that none has is
answered as such. A forge that was not reached, or says something else, accuses nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Contradiction
from atom_release.gate.facts.pull_requests import PullRequestsFacts
from atom_release.gate.rules.recheck import Recheck
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from collections.abc import Collection

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.pull_requests import NamedRequest

NOT_ON_FORGE = "pull-request-not-on-forge"
_FOUND, _MISSING = 200, 404


def judge(evidence: Evidence, deciding: Collection[str]) -> tuple[Answer, str]:
    """Look again which requests are not on the forge; that is a no only where it is to decide."""
    return Recheck(
        PullRequestsFacts,
        findings_of,
        unreadable="what the forge said of the named pull requests cannot be read",
        answer_of=answer_of,
    ).judge(evidence, deciding)


def answer_of(facts: PullRequestsFacts) -> tuple[Answer, str]:
    """Return whether the forge tells what is there from what is not, and why."""
    if facts.not_applicable:
        return Answer.YES, facts.not_applicable
    if not tells_requests_apart(facts):
        return Answer.UNKNOWN, (
            f"the forge answers {facts.list_status} to the list of pull requests of"
            f" {facts.repository} and {facts.absent_status} to one that is not there: what it lacks"
            " cannot be told"
        )
    lacking = len(findings_of(facts))
    return Answer.YES, (
        f"{len(facts.requests)} named pull requests were looked up in {facts.repository};"
        f" {lacking or 'none'} of them are not there as named"
    )


def tells_requests_apart(facts: PullRequestsFacts) -> bool:
    """Return whether the token sees pull requests, and 404 means that there is none."""
    return (facts.list_status, facts.absent_status) == (_FOUND, _MISSING)


def findings_of(facts: PullRequestsFacts) -> list[Contradiction]:
    """Return the named requests that the forge lacks, or has from another branch."""
    if not tells_requests_apart(facts):
        return []
    return [
        Contradiction(
            id=NOT_ON_FORGE,
            subject=f"pull request {request.number}",
            sentence=f"{request.place} names pull request {request.number}; {speaks}",
            first=request.place,
            show=f"git ls-remote origin | grep -E '/(pull|merge-requests)/{request.number}/head'",
        )
        for request in facts.requests
        if (speaks := _speaks_against(request, facts.repository))
    ]


def _speaks_against(request: NamedRequest, repository: str) -> str:
    if request.status == _MISSING:
        return f"{repository} has none of that number on the forge"
    other = request.branch and request.branches and request.branch not in request.branches
    if request.status == _FOUND and other:
        return f"on the forge it is from {request.branches[0]}, not from {request.branch}"
    return ""
