"""AC6, the forge: the token is valid and may open a pull request in the release's repository.

Two reads; nothing is written.
"""

from __future__ import annotations

import secrets
from typing import Any

from atom_release.forge import Forge
from atom_release.forge.choice import forge_at
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.forge import ForgeFacts
from atom_release.gate.vocabulary import Acts, Answer, Assurance, ControlState
from atom_release.git import masked
from atom_release.lab.look import Look
from atom_release.probes.forge_requests import ForgeAnswer, repository_of, send
from atom_release.probes.remote_refs import Unanswered

_DENIED = frozenset({401, 403})
_FOUND = 200
_MISSING = 404


def probe_forge(look: Look) -> Evidence:
    """Ask the forge who the token is and what it may do."""
    named = look.operator.forge
    base = look.environment.get(named.address, "")
    if not base:
        return _found(
            look,
            Answer.ABSENT,
            f"{named.address} is unset: no forge was asked",
            f"export {named.address}=<the forge's API address>",
        )
    token = look.environment.get(named.token, "")
    if not token:
        return _found(
            look,
            Answer.UNKNOWN,
            "the forge's address is set and no token is",
            f"Set {named.token}.",
        )
    forge = forge_at(base)
    missing = forge.missing_library() if look.manifest.acts is not Acts.OFF else None
    if missing is not None:
        library, install = missing
        return _found(
            look,
            Answer.UNKNOWN,
            f"a pull request is opened there with {library}, which is not installed",
            install,
        )
    try:
        return _asked(look, forge, base.rstrip("/"), token)
    except Unanswered as fault:
        return _found(look, fault.answer, fault.message, fault.remedy)


def _found(look: Look, answer: Answer, reason: str, remedy: str, **rest: Any) -> Evidence:  # noqa: ANN401 - further fields of the evidence
    return look.found(
        "forge", "forge", answer, reason, remedy=remedy, assurance=Assurance.LIVE, **rest
    )


def _asked(look: Look, forge: Forge, base: str, token: str) -> Evidence:
    import httpx

    repository = forge.repository_path(repository_of(look))
    timeout = look.manifest.infrastructure.timeout.total_seconds()
    with httpx.Client(timeout=timeout, follow_redirects=False) as client:
        user, repo, refused = (
            send(client, base, path, forge.headers(sent))
            for path, sent in (
                (forge.user_path(), token),
                (repository, token),
                (forge.user_path(), f"wrong-{secrets.token_hex(20)}"),
            )
        )
    answer, reason, remedy = _judged(forge, user, repo, repository)
    state = ControlState.ALIVE if refused.status in _DENIED else ControlState.DEAD
    control = NegativeControl(
        state=state,
        changed="sent the same request with a wrong token",
        found=f"status {refused.status}",
    )
    facts = ForgeFacts(
        forge=masked(base),
        repository=repository,
        user_status=user.status,
        repository_status=repo.status,
    )
    return _found(look, answer, reason, remedy, control=control, facts=facts.to_json())


def _judged(
    forge: Forge, user: ForgeAnswer, repo: ForgeAnswer, repository: str
) -> tuple[Answer, str, str]:
    for reply, path in ((user, forge.user_path()), (repo, repository)):
        if reply.limited or reply.status not in {_FOUND, _MISSING, *_DENIED}:
            return (
                Answer.UNKNOWN,
                f"the forge answered {reply.status} to GET {path}",
                "Try again when the forge is well.",
            )
    if user.status != _FOUND:
        # Nothing was learned of the release: with this token the gate cannot ask.
        return (
            Answer.UNKNOWN,
            f"the forge refuses the token (status {user.status})",
            "Give a valid token.",
        )
    if repo.status != _FOUND:
        return (
            Answer.NO,
            f"the token does not see {repository} (status {repo.status})",
            "Give a token that may read and write the repository.",
        )
    push = forge.may_write(repo.document)
    if push is True:
        return Answer.YES, f"the token is valid and may open a pull request in {repository}", ""
    if push is False:
        return (
            Answer.NO,
            f"the token may not write to {repository}",
            "Give a token that may write to the repository.",
        )
    return (
        Answer.UNKNOWN,
        f"the forge does not say what the token may do in {repository}",
        "Check that the address is the forge's API.",
    )
