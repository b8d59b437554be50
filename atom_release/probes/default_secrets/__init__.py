"""Default secrets (P-2).

A literal that code or configuration falls back to when nobody gives it the secret.

A release with one runs everywhere with a secret that everybody can read, and nothing fails. Python
is read by its syntax tree; compose, shell and configuration files by their `${NAME:-literal}` and
`NAME: literal`. Tests, examples, empty values, references, names, paths and addresses are exempt;
`change-me` is not: whatever it says, the code runs with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial

from atom_release.gate.facts.default_secrets import DefaultSecretsFacts
from atom_release.gate.facts.evidence import Evidence
from atom_release.lab.look import Look
from atom_release.lab.python_syntax import read_python
from atom_release.probes import schema_examples
from atom_release.probes.default_secrets import (
    configuration,
    constants,
    languages,
    python,
    python_bindings,
    settings_of_tests,
    structured,
    uses,
)
from atom_release.probes.scanned import conclude
from atom_release.probes.secrets import is_exempt
from atom_release.source.scan import Finding, Fingerprints, Scanner, control, scan
from atom_release.source.secret_forms.field_names import is_field_name
from atom_release.source.secret_forms.pipelines import is_pipeline
from atom_release.source.text import Text, decode, is_lock

_REMEDY = "Remove the default, so that the service refuses to start without its secret."


def probe_default_secrets(look: Look, fingerprint_key: bytes | None = None) -> Evidence:
    """Ask whether anything in the judged tree falls back to a secret that stands in it."""
    unparsed: list[str] = []
    scanner = scanner_of(Fingerprints(fingerprint_key or os.urandom(32)), unparsed)
    result = scan(look.tree, scanner)
    checked = control(scanner_of(Fingerprints(os.urandom(32)), []), canaries(), "default secrets")
    python_files = sum(path.endswith(".py") for path in look.tree.entries)
    facts = partial(DefaultSecretsFacts, python_files=python_files, unparsed=sorted(unparsed))
    return conclude(
        look,
        "default-secrets",
        result,
        checked,
        thing="default secrets",
        remedy=_REMEDY,
        facts=facts,
    )


def scanner_of(fingerprints: Fingerprints, unparsed: list[str]) -> Scanner:
    """Return the scanner.

    Python that has no syntax tree is named in `unparsed`, and read line by line.
    """

    def scanner(path: str, content: bytes) -> Iterator[Finding]:
        exempt = is_exempt(path) or is_pipeline(path)
        is_of_tests = settings_of_tests.find_lines(path, content)
        is_example = schema_examples.find_lines(path, content)
        for line, name, value, how in _found(path, content, unparsed):
            yield Finding(
                path,
                line,
                "default-secret",
                f"{how} {name}",
                not exempt and not is_of_tests(line) and not is_example(line),
                fingerprints.fingerprint("secret", value),
            )

    return scanner


def _found(path: str, content: bytes, unparsed: list[str]) -> Iterator[configuration.Default]:
    if is_lock(path):
        return
    if path.endswith(".py"):
        yield from _once(_in_python(path, content, unparsed))
        return
    text = decode(content)
    if text is not None:
        yield from _once(_in_text(path, text))


def _in_python(path: str, content: bytes, unparsed: list[str]) -> Iterator[configuration.Default]:
    tree = read_python(content)
    text = decode(content)
    if tree is None:
        unparsed.append(path)
        yield from _in_text(path, text) if text is not None else ()
        return
    nodes, constants = python.every_node(tree), python.constants_of(tree)
    yield from python.defaults(nodes, constants)
    yield from python_bindings.defaults(nodes, constants)
    by_use = [*uses.defaults(text)] if text is not None else []
    prose = python.docstring_lines(nodes) if by_use else set()
    yield from (default for default in by_use if default[0] not in prose)


def _in_text(path: str, text: Text) -> Iterator[configuration.Default]:
    yield from configuration.defaults(path, text)
    yield from structured.defaults(path, text)
    if not configuration.is_prose(path):
        yield from languages.defaults(text)
        yield from constants.defaults(path, text)
        yield from uses.defaults(text)


def _once(defaults: Iterator[configuration.Default]) -> Iterator[configuration.Default]:
    """Yield each literal once for its line, whichever reader saw it first; names of fields not."""
    seen: set[tuple[int, str]] = set()
    for default in defaults:
        line, name, value, _ = default
        if (line, value) not in seen and not is_field_name(name, value):
            seen.add((line, value))
            yield default


def canaries() -> dict[str, bytes]:
    """Make files with one default secret of each form."""
    return {
        "canary/getenv.py": b'import os\nKEY = os.getenv("JWT_SECRET", "planted-canary")\n',
        "canary/environ.py": (
            b'from os import environ\nKEY = environ.get("API_TOKEN", default="planted-canary")\n'
        ),
        "canary/setdefault.py": (
            b'import os\nos.environ.setdefault("SIGNING_KEY", "planted-canary")\n'
        ),
        "canary/or.py": b'import os\nKEY = os.environ.get("JWT_SECRET") or "planted-canary"\n',
        "canary/constant.py": (
            b'import os\nFALLBACK = "planted-canary"\nKEY = os.getenv("JWT_SECRET", FALLBACK)\n'
        ),
        "canary/model.py": (
            b'class Settings(Base):\n    jwt_secret: str = Field("planted-canary")\n   '
            b' db_password: str = "planted-canary"\n'
        ),
        "canary/argument.py": b'def sign(data, *, signing_key="planted-canary"):\n    pass\n',
        "canary/compose.yaml": (
            b"services:\n  api:\n    environment:\n      JWT_SECRET:"
            b" ${JWT_SECRET:-planted-canary}\n"
        ),
        "canary/settings.ini": b"[jwt]\njwt_secret = planted-canary\n",
    }
