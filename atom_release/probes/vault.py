"""Is there a Vault, unsealed.

Whose token may read what the manifest names, and does something lie there? Asked with
`capabilities-self`, and with a read of which only the status is taken: the value stays unread.

A set address is asked as it stands; without one the rehearsal's OpenBao answers, for the token that
its services have.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.address import absent, unreached
from atom_release.lab.closing import Closing
from atom_release.lab.http_exchange import kind_of
from atom_release.lab.look import Look

if TYPE_CHECKING:
    from atom_release.lab.rehearsal import Rehearsal

_QUESTION = "vault"
_STATES = {501: "uninitialized", 503: "sealed"}
_REFUSED = {401, 403}
_NOT_APPLICABLE = "not_applicable"


class _Trouble(ProbeFault):
    """The server gave no usable answer; the message is the kind of trouble."""


@dataclass(frozen=True)
class _Place:
    address: str
    token: str = field(repr=False)
    timeout: float = 5.0


@dataclass(frozen=True)
class _Found:
    version: str
    policies: list[str]
    capabilities: dict[str, list[str]]
    empty: list[str] = field(default_factory=list)

    @property
    def unreadable(self) -> list[str]:
        return [
            path for path, held in self.capabilities.items() if not {"read", "root"} & set(held)
        ]


def probe(look: Look, rehearsal: Rehearsal | None) -> Evidence:
    """Ask the Vault of the manifest's variable, or the rehearsed OpenBao where it is unset."""
    named = look.manifest.infrastructure
    timeout = named.timeout.total_seconds()
    live = look.environment.get(named.vault) if named.vault else None
    if live and named.vault:
        token = look.environment.get(named.vault_token) if named.vault_token else None
        return _asked(look, _Place(live, token or "", timeout), Assurance.LIVE, named.vault)
    if rehearsal is None or rehearsal.vault is None:
        return _without(look, rehearsal)
    return _asked(
        look,
        _Place(rehearsal.vault.address, rehearsal.vault.token, timeout),
        Assurance.REHEARSED,
        "",
        isolation=rehearsal.isolation,
    )


def _without(look: Look, rehearsal: Rehearsal | None) -> Evidence:
    why = rehearsal.absent.get("vault", "") if rehearsal else ""
    if why or _needs_one(look.manifest):
        why = why or "nothing was rehearsed"
        return absent(
            look,
            _QUESTION,
            f"no Vault: its variable is unset, and OpenBao could not be rehearsed ({why})",
            assurance=Assurance.REHEARSED,
        )
    facts: dict[str, JsonValue] = {_NOT_APPLICABLE: "the manifest names no Vault and no secret"}
    return look.found(
        _QUESTION,
        _QUESTION,
        Answer.YES,
        "the release needs no Vault",
        control=_control_of_need(look.manifest),
        facts=facts,
    )


def _needs_one(manifest: Manifest) -> bool:
    return bool(manifest.secrets) or manifest.infrastructure.vault is not None


def _control_of_need(manifest: Manifest) -> NegativeControl:
    """Read the same manifest with a Vault named in it: it must then need one."""
    named = manifest.model_copy(
        update={
            "infrastructure": manifest.infrastructure.model_copy(update={"vault": "VAULT_ADDR"})
        }
    )
    state, outcome = (
        (ControlState.ALIVE, "a Vault is needed")
        if _needs_one(named)
        else (ControlState.DEAD, "no Vault is needed")
    )
    return NegativeControl(
        state=state, changed="named a Vault in a copy of the manifest", found=outcome
    )


def _asked(
    look: Look, place: _Place, assurance: Assurance, variable: str, isolation: tuple[str, ...] = ()
) -> Evidence:
    name = "Vault" if assurance is Assurance.LIVE else "the rehearsed OpenBao"
    paths = sorted({f"secret/data/{secret.path.strip('/')}" for secret in look.manifest.secrets})
    try:
        reading = _look_at(place, paths)
        control = _control(place)
    except _Trouble as trouble:
        if assurance is Assurance.LIVE:
            return unreached(look, _QUESTION, name, trouble.message, variable)
        return look.found(
            _QUESTION,
            _QUESTION,
            Answer.UNKNOWN,
            f"{name}: {trouble.message}",
            facts={"how": "rehearsed", "kind": trouble.message},
        )
    answer, reason, remedy = _judged(reading, name, len(paths))
    if reading.empty and assurance is Assurance.REHEARSED and answer is Answer.NO:
        answer = Answer.UNKNOWN  # the gate planted it there
    return look.found(
        _QUESTION,
        _QUESTION,
        answer,
        reason,
        remedy=remedy,
        assurance=assurance,
        control=control,
        isolation=isolation,
        tools={"vault": reading.version},
        facts={
            "how": str(assurance),
            "kind": "unsealed",
            "variable": variable,
            "paths": dict(reading.capabilities),
            "empty": list(reading.empty),
            "policies": list(reading.policies),
            **_emptiness(paths, reason),
        },
    )


def _emptiness(paths: list[str], reason: str) -> dict[str, JsonValue]:
    """Return the remark that nothing which the release reads was asked, or nothing."""
    if paths:
        return {}
    remark = f"{reason}: this says nothing about the release, whose manifest names no `secrets`"
    return {_NOT_APPLICABLE: remark}


def _judged(reading: _Found, name: str, paths: int) -> tuple[Answer, str, str]:
    """Return what was found, in a sentence, and what would mend it."""
    if reading.unreadable:
        named = ", ".join(reading.unreadable)
        reason = f"{name} is unsealed, and the token may not read {named}"
        return Answer.NO, reason, f"Give the token's policy read on {named}."
    if reading.empty:
        named = ", ".join(reading.empty)
        reason = f"{name} is unsealed, and nothing lies at {named}: never written, or deleted"
        return Answer.NO, reason, f"Write the secret to {named}, or mend its path in the manifest."
    if not paths:
        return Answer.YES, f"{name} {reading.version} is unsealed and knows the token", ""
    reason = (
        f"{name} {reading.version} is unsealed, and the token may read {paths} of {paths} named"
    )
    return Answer.YES, f"{reason} paths, where something lies at each", ""


def _look_at(place: _Place, paths: list[str]) -> _Found:
    with _Client(place, place.token) as client:
        health = client.health()
        if not place.token:
            raise _Trouble("no-token")
        policies = client.policies()
        capabilities = client.capabilities(paths) if paths else {}
        reading = _Found(str(health.get("version", "")), policies, capabilities)
        readable = [path for path in paths if path not in reading.unreadable]
        return replace(reading, empty=[path for path in readable if not client.holds(path)])


def _control(place: _Place) -> NegativeControl:
    """Ask the same with a token that nobody ever made: it must be refused."""
    try:
        with _Client(place, f"s.{secrets.token_hex(12)}") as client:
            client.policies()
        state, outcome = ControlState.DEAD, "the made-up token was accepted"
    except _Trouble as trouble:
        state = ControlState.ALIVE if trouble.message == "unauthorized" else ControlState.DEAD
        outcome = f"the made-up token: {trouble.message}"
    return NegativeControl(
        state=state, changed="asked the same with a made-up token", found=outcome
    )


class _Client(Closing):
    """hvac, with every way to fail turned into its kind.

    Hvac's own messages may quote what they were sent.
    """

    def __init__(self, place: _Place, token: str) -> None:
        import hvac
        import requests

        self._session = requests.Session()
        self._session.trust_env = False
        self._timeout = place.timeout
        # Without any token hvac would look for one in the environment and in the home folder.
        self._hvac = hvac.Client(
            url=place.address,
            token=token or "none",
            verify=True,
            timeout=place.timeout,
            allow_redirects=False,
            session=self._session,
        )

    def close(self) -> None:
        """Close its connections."""
        self._session.close()

    def health(self) -> dict[str, Any]:
        answer = self._safely(
            lambda: self._hvac.sys.read_health_status(method="GET", standby_ok=True)
        )
        if isinstance(answer, dict) and "sealed" in answer:
            return answer
        status = getattr(answer, "status_code", 200)
        raise _Trouble(_STATES.get(status) or (f"status-{status}" if status != 200 else "protocol"))  # noqa: PLR2004 - success that says nothing

    def policies(self) -> list[str]:
        answer = self._safely(self._hvac.auth.token.lookup_self)
        return [str(policy) for policy in _data(answer).get("policies") or []]

    def capabilities(self, paths: list[str]) -> dict[str, list[str]]:
        data = _data(self._safely(lambda: self._hvac.sys.get_capabilities(paths=paths)))
        return {
            path: [str(capability) for capability in data.get(path) or ["deny"]] for path in paths
        }

    def holds(self, path: str) -> bool:
        """Return whether a version lies at a readable path; the body stays in the socket."""
        status = self._safely(lambda: self._status(path))
        if status not in {200, 404}:
            raise _Trouble("unauthorized" if status in _REFUSED else f"status-{status}")
        return bool(status == 200)  # noqa: PLR2004 - the version is there

    def _status(self, path: str) -> int:
        with self._session.get(
            f"{self._hvac.url.rstrip('/')}/v1/{path}",
            headers={"X-Vault-Token": self._hvac.token},
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
        ) as answered:
            return int(answered.status_code)

    @staticmethod
    def _safely(ask: Any) -> Any:  # noqa: ANN401 - whatever hvac gives
        import hvac.exceptions
        import requests

        try:
            return ask()
        except (hvac.exceptions.Forbidden, hvac.exceptions.Unauthorized):
            raise _Trouble("unauthorized") from None
        except hvac.exceptions.VaultDown:
            raise _Trouble("sealed") from None
        except hvac.exceptions.VaultNotInitialized:
            raise _Trouble("uninitialized") from None
        except hvac.exceptions.InternalServerError:
            raise _Trouble("status-500") from None
        except hvac.exceptions.VaultError as error:
            raise _Trouble(f"status-{type(error).__name__}") from None
        except (requests.RequestException, OSError, ValueError) as error:
            raise _Trouble(kind_of(error)) from None


def _data(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever hvac gives
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise _Trouble("protocol")
    return data
