"""AC6, the forge: the token is valid and may open a pull request in the release's repository.

Two reads; nothing is written.
"""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atom_release.errors import ProbeFault
from atom_release.forge import Forge, forge_at
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.forge import ForgeFacts
from atom_release.gate.vocabulary import Acts, Answer, Assurance, ControlState
from atom_release.git import masked, remote
from atom_release.lab.look import Look
from atom_release.probes.remote_refs import Unanswered, place_of

if TYPE_CHECKING:
    import httpx

_DENIED = frozenset({401, 403})
_TOO_MANY = 429
_FOUND = 200
_MISSING = 404


@dataclass(frozen=True)
class Said:
    """What the forge answered to one request."""

    status: int
    document: Any
    limited: bool


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


def _repository(look: Look) -> str:
    place = place_of(look)
    owner_and_name = remote.owner_and_name(place.url)
    if owner_and_name is None:
        raise Unanswered(
            f"{place.shown} does not tell the repository's owner and name on the forge",
            "git remote set-url",
            Answer.UNKNOWN,
        )
    return "/".join(owner_and_name)


def _asked(look: Look, forge: Forge, base: str, token: str) -> Evidence:
    import httpx

    repository = forge.repository_path(_repository(look))
    timeout = look.manifest.infrastructure.timeout.total_seconds()
    with httpx.Client(timeout=timeout, follow_redirects=False) as client:
        user, repo, refused = (
            _get(client, base, path, forge.headers(sent))
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


def _judged(forge: Forge, user: Said, repo: Said, repository: str) -> tuple[Answer, str, str]:
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


def _get(client: httpx.Client, base: str, path: str, headers: Mapping[str, str]) -> Said:
    """Send one request.

    Raises:
        Unanswered: no answer came.
    """
    import httpx

    try:
        answer = client.get(base + path, headers=dict(headers))
    except httpx.ConnectError as error:
        if _is_tls(error):
            raise Unanswered(
                f"TLS with {masked(base)} failed",
                "Mend the certificate, or trust its authority.",
                Answer.UNKNOWN,
            ) from None
        raise Unanswered(
            f"{masked(base)} refuses connections or does not resolve",
            "Start it, or mend its address.",
            Answer.ABSENT,
        ) from None
    except httpx.HTTPError as error:
        raise Unanswered(
            f"{masked(base)} did not answer: {type(error).__name__}",
            "Try again, or raise infrastructure.timeout.",
            Answer.UNKNOWN,
        ) from None
    except (httpx.InvalidURL, UnicodeError):
        raise ProbeFault(
            "The forge's address is not a URL, or its token not one line of ASCII.",
            "Mend the variables that the manifest names.",
        ) from None
    limited = answer.status_code == _TOO_MANY or (
        answer.headers.get("x-ratelimit-remaining") == "0" and answer.status_code in _DENIED
    )
    return Said(answer.status_code, _document(answer), limited)


def _document(answer: httpx.Response) -> Any:  # noqa: ANN401 - whatever the forge sent
    try:
        return answer.json()
    except ValueError:
        return None


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
