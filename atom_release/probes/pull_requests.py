"""The question `pull-requests`: does the forge have the pull requests that documents name?

Asked with the operator's token of the repository that the remote's address names. Only reads: the
list of pull requests, each named number, and one that none has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.forge.choice import forge_at
from atom_release.gate.facts.contradiction import Place
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.facts.pull_requests import NamedRequest, PullRequestsFacts
from atom_release.gate.rules import pull_requests as rule
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.git import masked
from atom_release.probes.forge_requests import repository_of, send
from atom_release.probes.order.written import read_written
from atom_release.probes.remote_refs import Unanswered
from atom_release.probes.unrunnable import unread
from atom_release.reader.pull_request_statements import numbered_requests
from atom_release.source.objects import MissingBlob

if TYPE_CHECKING:
    import httpx

    from atom_release.forge import Forge
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.lab.look import Look
    from atom_release.reader.pull_request_statements import Numbered

QUESTION, SUBJECT = "pull-requests", "forge"
_NOBODYS = 999_999_999
_MOST = 20
_FOUND = 200
_LONGEST = 160
_REMEDY = "Correct the number or the branch that the document names."


def named_requests(look: Look) -> list[tuple[str, Numbered]]:
    """Return where documents and reports say of a pull request with a number that there is one."""
    return [
        (text.path, named)
        for text in read_written(look)
        for named in numbered_requests(text.document)
    ]


def probe_pull_requests(look: Look) -> Evidence:
    """Look up each pull request that a document names, where the operator has a forge."""
    try:
        named = named_requests(look)
    except MissingBlob as error:
        return unread(look, QUESTION, SUBJECT, error.message)
    if not named:
        why = "no document or report names a pull request by its number"
        return _evidence(look, PullRequestsFacts(not_applicable=why))
    base = look.environment.get(look.operator.forge.address, "")
    token = look.environment.get(look.operator.forge.token, "")
    if not base or not token:
        why = f"{look.operator.forge.address} or {look.operator.forge.token} is unset"
        return _unasked(look, Answer.ABSENT, f"no forge was asked: {why}")
    try:
        return _evidence(look, _asked(look, forge_at(base), base.rstrip("/"), token, named))
    except Unanswered as fault:
        return _unasked(look, fault.answer, fault.message)


def _asked(
    look: Look, forge: Forge, base: str, token: str, named: list[tuple[str, Numbered]]
) -> PullRequestsFacts:
    """Ask the forge of what is named in its own way, of this repository."""
    import httpx

    repository = repository_of(look)
    own = [
        (path, entry)
        for path, entry in named
        if forge.names_pull_request(entry.mark)
        and entry.repository.casefold() in {"", repository.casefold()}
    ]
    timeout = look.manifest.infrastructure.timeout.total_seconds()
    with httpx.Client(timeout=timeout, follow_redirects=False) as client:
        asking = _Asking(client, forge, base, token, repository)
        return PullRequestsFacts(
            not_applicable="" if own else f"no document names one of {repository}",
            forge=masked(base),
            repository=repository,
            list_status=asking.status_of_all(),
            absent_status=asking.look_up(_NOBODYS)[0],
            requests=[_looked_up(asking, path, entry) for path, entry in own[:_MOST]],
        )


def _looked_up(asking: _Asking, path: str, entry: Numbered) -> NamedRequest:
    status, branches = asking.look_up(entry.number)
    return NamedRequest(
        place=Place(path=path, line=entry.line, text=entry.text[:_LONGEST]),
        number=entry.number,
        branch=entry.branch,
        status=status,
        branches=branches,
    )


class _Asking:
    """One repository on one forge, asked with one token."""

    def __init__(
        self, client: httpx.Client, forge: Forge, base: str, token: str, repository: str
    ) -> None:
        self._client, self._forge, self._base = client, forge, base
        self._headers, self._repository = forge.headers(token), repository

    def status_of_all(self) -> int:
        """Return what the list of pull requests answers."""
        path = self._forge.pull_requests_path(self._repository)
        return send(self._client, self._base, path, self._headers).status

    def look_up(self, number: int) -> tuple[int | None, list[str]]:
        """Return what one number answers, None where the forge takes no more, and its branches."""
        path = self._forge.pull_requests_path(self._repository, number)
        answer = send(self._client, self._base, path, self._headers)
        branches = self._forge.branches_of(answer.document) if answer.status == _FOUND else ()
        return None if answer.limited else answer.status, [*branches]


def _evidence(look: Look, facts: PullRequestsFacts) -> Evidence:
    facts = facts.model_copy(update={"contradictions": rule.findings_of(facts)})
    answer, reason = rule.answer_of(facts)
    alive = bool(facts.not_applicable) or rule.tells_requests_apart(facts)
    return look.found(
        QUESTION,
        SUBJECT,
        answer,
        reason,
        remedy=_REMEDY if facts.contradictions else "",
        assurance=Assurance.LIVE,
        control=NegativeControl(
            state=ControlState.ALIVE if alive else ControlState.DEAD,
            changed="a number that no pull request has was looked up beside them",
            found=f"status {facts.absent_status}",
        ),
        facts=facts.to_json(),
    )


def _unasked(look: Look, answer: Answer, why: str) -> Evidence:
    return look.found(QUESTION, SUBJECT, answer, why, assurance=Assurance.LIVE)
