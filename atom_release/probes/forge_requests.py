"""How probes ask a forge: one read each, and what it means that no usable answer comes.

Serves `forge` and `pull_requests`; nothing is written there.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atom_release.errors import ProbeFault
from atom_release.forge.rest import TOO_MANY
from atom_release.gate.vocabulary import Answer
from atom_release.git import masked, remote
from atom_release.lab.look import Look
from atom_release.probes.remote_refs import Unanswered, place_of

if TYPE_CHECKING:
    import httpx

_DENIED = frozenset({401, 403})


@dataclass(frozen=True)
class ForgeAnswer:
    """What the forge answered to one request."""

    status: int
    document: Any
    limited: bool


def repository_of(look: Look) -> str:
    """Return owner and name of the repository, as the remote's address has them.

    Raises:
        Unanswered: there is no remote, or its address does not tell.
    """
    place = place_of(look)
    owner_and_name = remote.owner_and_name(place.url)
    if owner_and_name is None:
        raise Unanswered(
            f"{place.shown} does not tell the repository's owner and name on the forge",
            "git remote set-url",
            Answer.UNKNOWN,
        )
    return "/".join(owner_and_name)


def send(client: httpx.Client, base: str, path: str, headers: Mapping[str, str]) -> ForgeAnswer:
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
    limited = answer.status_code == TOO_MANY or (
        answer.headers.get("x-ratelimit-remaining") == "0" and answer.status_code in _DENIED
    )
    return ForgeAnswer(answer.status_code, _document(answer), limited)


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
