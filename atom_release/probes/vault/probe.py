"""The question `vault`: unsealed, a token that may read what is named, and something lies there?

Asked with `capabilities-self`, and with a read of which only is kept whether the named fields are
there and hold something: no value leaves the client.

A set address is asked as it stands; without one the rehearsal's OpenBao answers, for the token that
its services have.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.vault import VaultFacts
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.address import absent, unreached
from atom_release.lab.look import Look
from atom_release.probes.vault.client import Client, Place, Trouble

if TYPE_CHECKING:
    from atom_release.lab.rehearsal import Rehearsal

_QUESTION = "vault"
_NOT_APPLICABLE = "not_applicable"


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
        return _asked(look, Place(live, token or "", timeout), Assurance.LIVE, named.vault)
    if rehearsal is None or rehearsal.systems.vault is None:
        return _without(look, rehearsal)
    return _asked(
        look,
        Place(rehearsal.systems.vault.address, rehearsal.systems.vault.token, timeout),
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
    facts = VaultFacts(not_applicable="the manifest names no Vault and no secret")
    return look.found(
        _QUESTION,
        _QUESTION,
        Answer.YES,
        "the release needs no Vault",
        control=_control_of_need(look.manifest),
        facts=facts.to_json(),
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
    look: Look, place: Place, assurance: Assurance, variable: str, isolation: tuple[str, ...] = ()
) -> Evidence:
    name = "Vault" if assurance is Assurance.LIVE else "the rehearsed OpenBao"
    paths: dict[str, set[str]] = {}
    for secret in sorted(look.manifest.secrets, key=lambda secret: secret.path.strip("/")):
        paths.setdefault(f"secret/data/{secret.path.strip('/')}", set()).add(secret.field)
    try:
        reading = _look_at(place, paths)
        control = _control(place)
    except Trouble as trouble:
        if assurance is Assurance.LIVE:
            return unreached(look, _QUESTION, name, trouble.message, variable)
        return look.found(
            _QUESTION,
            _QUESTION,
            Answer.UNKNOWN,
            f"{name}: {trouble.message}",
            facts=VaultFacts(how="rehearsed", kind=trouble.message).to_json(),
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
        facts=VaultFacts.model_validate(
            {
                "how": str(assurance),
                "kind": "unsealed",
                "variable": variable,
                "paths": reading.capabilities,
                "empty": reading.empty,
                "policies": reading.policies,
                **_emptiness([*paths], reason),
            }
        ).to_json(),
    )


def _emptiness(paths: list[str], reason: str) -> dict[str, str]:
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


def _look_at(place: Place, paths: Mapping[str, set[str]]) -> _Found:
    with Client(place, place.token) as client:
        health = client.health()
        if not place.token:
            raise Trouble("no-token")
        policies = client.policies()
        capabilities = client.capabilities([*paths]) if paths else {}
        reading = _Found(str(health.get("version", "")), policies, capabilities)
        readable = [path for path in paths if path not in reading.unreadable]
        lacking = [client.lacks(path, paths[path]) for path in readable]
        return replace(reading, empty=[place for place in lacking if place])


def _control(place: Place) -> NegativeControl:
    """Ask the same with a token that nobody ever made: it must be refused."""
    try:
        with Client(place, f"s.{secrets.token_hex(12)}") as client:
            client.policies()
        state, outcome = ControlState.DEAD, "the made-up token was accepted"
    except Trouble as trouble:
        state = ControlState.ALIVE if trouble.message == "unauthorized" else ControlState.DEAD
        outcome = f"the made-up token: {trouble.message}"
    return NegativeControl(
        state=state, changed="asked the same with a made-up token", found=outcome
    )
