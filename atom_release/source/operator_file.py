"""The operator's file as a file: where it may lie, and what a YAML parser and the model make of it.

What its words mean for a release is `gate.operator`'s.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from atom_release.errors import Misuse
from atom_release.gate.operator import Operator
from atom_release.source.manifest_file import first_problem
from atom_release.yaml_text import YamlTextError, read_yaml

_SCHEMA = "See `atom-release schema --operator` for what it holds."


@dataclass(frozen=True)
class OperatorFile:
    """What the operator decided; `digest` is the file's SHA-256, empty where there is none."""

    operator: Operator
    digest: str = ""


NO_FILE = OperatorFile(Operator())
"""What holds where no operator's file is named."""


def read_operator(location: Path | None) -> OperatorFile:
    """Read the operator's file, with the keys that it names by path; without one, the defaults.

    Raises:
        Misuse: it cannot be read, is no such file, or names a key that is none.
    """
    if location is None:
        return NO_FILE
    try:
        content = location.read_bytes()
    except OSError as error:
        raise Misuse(
            f"The operator's file {location} cannot be read: {error.strerror}.",
            "Name a readable file in ATOM_RELEASE_OPERATOR, or unset it.",
        ) from error
    return OperatorFile(_parse(content, location), hashlib.sha256(content).hexdigest())


def check_outside(location: Path | None, repository: Path) -> None:
    """Check that the judged repository does not hold the operator's file.

    Raises:
        Misuse: it does, so that whoever commits there could write it.
    """
    if location is not None and location.resolve().is_relative_to(repository.resolve()):
        raise Misuse(
            f"The operator's file {location} lies in the repository that is judged.",
            "Keep it outside of every repository, and name it in ATOM_RELEASE_OPERATOR.",
        )


def _parse(content: bytes, location: Path) -> Operator:
    try:
        operator = Operator.model_validate(read_yaml(content) or {})
        return _with_keys(operator, location.parent)
    except YamlTextError as error:
        raise Misuse(f"The operator's file {location} is not YAML: {error}.", "Fix it.") from error
    except ValidationError as error:
        raise Misuse(f"The operator's file {location}: {first_problem(error)}.", _SCHEMA) from error


def _with_keys(operator: Operator, folder: Path) -> Operator:
    people = [
        person.model_copy(update={"keys": tuple(_pem(key, folder) for key in person.keys)})
        for person in operator.people
    ]
    gates = tuple(_pem(key, folder) for key in operator.gates)
    return Operator.model_validate(
        {
            **operator.model_dump(),
            "people": [person.model_dump() for person in people],
            "gates": gates,
        }
    )


def _pem(key: str, folder: Path) -> str:
    # loaded here: whoever loads Dagster's definitions reads no key
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    text = key if key.lstrip().startswith("-----BEGIN") else _read_key(folder / key)
    try:
        load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Misuse(
            f"The operator's file names {key[:80]!r}, which is no public key as PEM.",
            "Name the .pub file that `atom-release keygen` wrote.",
        ) from error
    return text.strip() + "\n"


def _read_key(place: Path) -> str:
    try:
        return place.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(
            f"The key {place} that the operator's file names cannot be read:"
            f" {type(error).__name__}.",
            "Name a readable file; a path is absolute or beside the operator's file.",
        ) from error
