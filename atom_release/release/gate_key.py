"""The key that a gate signs with: whose it is, when it may be made, and what a team's must be.

A machine of its own makes its key at first use. Where several share a state, a second key would
mean a second history: it is made without a word only where nothing can come of it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from atom_release.errors import Misuse, Refused, StoreError
from atom_release.gate.operator import Operator
from atom_release.release.state import shared_database
from atom_release.settings import Settings

if TYPE_CHECKING:
    from atom_release.records.signing_keys import KeyPair, PublicKey


def open_key(settings: Settings, operator: Operator, *, may_act: bool, make: bool) -> KeyPair:
    """Return the key that signs: what the operator's file names, else the gate's own.

    Args:
        settings: where the gate's own key is, and whether its state is shared.
        operator: may name a key.
        may_act: whether the judged manifest lets acts happen.
        make: whether the caller lets anything be made.

    Raises:
        Refused: there is no key, and nothing must be made.
        Misuse: a team's key is not here, or the one here is another; or two keys are named.
        StoreError: the named key cannot be used now.
    """
    if settings.state is None:
        return _on_one_machine(settings, operator.signing_key, make=make)
    if operator.signing_key is not None:
        key = _named(operator.signing_key, settings)
    else:
        harmless = settings.is_reference or settings.dry_run or not may_act
        key = _own(settings, may_make=make and harmless)
    require_team_key(settings, key.public)
    return key


def make_key(settings: Settings, *, replace: bool) -> PublicKey:
    """Make the gate's own key where there is none, and name it in a shared state that names none.

    Args:
        settings: where the key is to be.
        replace: whether a shared state is signed with it from now on, whatever it named before.

    Raises:
        Misuse: the shared state is signed with another key, or none is shared to replace it in.
        StoreError: the key cannot be made.
    """
    from atom_release.records.signing_keys import ensure_key
    from atom_release.records.team_key import name_instead

    database = shared_database(settings)
    if replace and database is None:
        raise Misuse("No state is shared.", "Set ATOM_RELEASE_STATE, or leave out --replace.")
    public = ensure_key(settings.key_path).public
    if replace and database is not None:
        name_instead(database, public)
    require_team_key(settings, public)
    return public


def require_team_key(settings: Settings, key: PublicKey) -> None:
    """Check that the shared state is signed with this key, and name it there where none is named.

    Raises:
        Misuse: it is signed with another one.
    """
    from atom_release.records.team_key import name_first

    database = shared_database(settings)
    named = name_first(database, key) if database else None
    if database is not None and named is not None and named.keyid != key.keyid:
        raise Misuse(
            f"The shared state ({database.place}) is signed by key {named.keyid[:12]}, and this"
            f" machine's key is {key.keyid[:12]}: they would make two histories.",
            f"Put the key {named.keyid[:12]} at {settings.key_path} (a copy, mode 600), or name it"
            " as signing_key in the operator's file. To change the team's key: `atom-release"
            " keygen --replace`.",
        )


def believed_gates(operator: Operator) -> tuple[PublicKey, ...]:
    """Return the keys of the gates whose word is believed besides this gate's own."""
    from atom_release.records.signing_keys import public_from_pem

    return tuple(public_from_pem(pem.encode()) for pem in operator.gates)


def fingerprint_key(settings: Settings, operator: Operator, key: KeyPair) -> bytes:
    """Return the key of the fingerprints by which findings are told apart without their values.

    Nobody without the signing key can guess values by it. All machines of a team have the same.
    """
    from atom_release.records.signing_keys import secret_of

    named = settings.state is not None and operator.signing_key is not None
    secret = secret_of(key) if named else settings.key_path.read_bytes()
    return hashlib.sha256(b"fingerprint\0" + secret).digest()


def _on_one_machine(settings: Settings, uri: str | None, *, make: bool) -> KeyPair:
    """Return the key of a gate with a folder of its own, whose own key fingerprints findings."""
    from atom_release.records.signing_keys import ensure_key

    if not make and not settings.key_path.is_file():
        raise Refused("The gate has no key here.", "Run `atom-release audit` first.")
    own = ensure_key(settings.key_path)
    return own if uri is None else _named(uri, settings)


def _own(settings: Settings, *, may_make: bool) -> KeyPair:
    from atom_release.records.signing_keys import ensure_key, load_key

    if may_make:
        return ensure_key(settings.key_path)
    if not settings.key_path.is_file():
        raise Misuse(
            f"This machine has no key of the team: there is none at {settings.key_path}, and none"
            " is made where a release may be tagged with it.",
            "Copy the team's key there (mode 600), or name it as signing_key in the operator's file"
            " (hv:NAME/VERSION, file2:PATH). The first machine of a team makes it: `atom-release"
            " keygen`; who verifies releases needs its .pub.",
        )
    return load_key(settings.key_path)


def _named(uri: str, settings: Settings) -> KeyPair:
    from atom_release.records.signing_keys import signer_from_uri

    if settings.key is not None:
        raise Misuse(
            "The operator's file names a signing_key, and ATOM_RELEASE_KEY another.",
            "Unset one of them.",
        )
    try:
        return signer_from_uri(uri)
    except StoreError as error:
        if uri.startswith("file2:"):
            raise Misuse(
                f"The operator's file: signing_key: {error.message}", error.remedy
            ) from error
        raise
