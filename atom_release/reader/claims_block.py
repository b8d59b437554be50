"""The record that a report gives itself, which takes precedence over its prose.

As front matter under the key `release-claims`, as a fenced block with that word as its language,
or in a file `release-claims.json` beside the report (which may also be the report itself). Prose
that says otherwise is a finding. A block that is not valid is told, and nothing is read in its
place: who says it for machines does not want to be guessed at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from atom_release.gate.claims.given import GivenClaims
from atom_release.gate.claims.record import Claim, ClaimKind, ClaimRecord, ReportStatus, TestCounts
from atom_release.reader.decoding import NotText, clean, decode
from atom_release.reader.record_parts import ordered
from atom_release.reader.tally import UNITS

NAME = "release-claims"
FILE = f"{NAME}.json"
_LONGEST = 65_536
_FENCE = re.compile(rf"^(?:`{{3,}}|~{{3,}})\s*(?:(?:ya?ml|json)\s+)?{NAME}\s*$")
_CLOSED = re.compile(r"^(?:`{3,}|~{3,})\s*$")
_QUOTED = 400
_REPLACED = {
    "status": ClaimKind.STATUS,
    "tests": ClaimKind.TESTS,
    "policies": ClaimKind.POLICY,
    "branch": ClaimKind.BRANCH,
    "commit": ClaimKind.COMMIT,
    "version": ClaimKind.VERSION,
    "date": ClaimKind.DATE,
    "deliverables": ClaimKind.DELIVERABLE,
}


class NotGiven(ValueError):
    """A claims block is there and is not valid."""


@dataclass(frozen=True)
class Block:
    """A claims block: where it stands, its text, and its first line in the report."""

    where: str
    text: str
    first: int


def find_block(path: str, lines: Sequence[str], beside: bytes | None) -> Block | None:
    """Return the claims block of a report: its own before that of the file beside it.

    Raises:
        NotGiven: the file beside it is no JSON text.
    """
    if PurePosixPath(path).name == FILE:
        return Block(FILE, "\n".join(lines), 1)
    own = _fenced(lines) or _front_matter(lines)
    if own is not None or beside is None:
        return own
    try:
        entry = _entry(path, json.loads(decode(beside)))
    except (NotText, ValueError, RecursionError) as error:
        raise NotGiven(f"{FILE} beside the report is not JSON: {error}") from error
    return Block(FILE, json.dumps(entry), 1) if entry is not None else None


def _entry(path: str, document: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    reports = document.get("reports") if isinstance(document, dict) else None
    return reports.get(PurePosixPath(path).name) if isinstance(reports, dict) else None


def _fenced(lines: Sequence[str]) -> Block | None:
    first = next((index for index, line in enumerate(lines) if _FENCE.match(line)), None)
    if first is None:
        return None
    end = next(
        (index for index in range(first + 1, len(lines)) if _CLOSED.match(lines[index])), len(lines)
    )
    return Block(f"the block on line {first + 1}", "\n".join(lines[first + 1 : end]), first + 2)


def _front_matter(lines: Sequence[str]) -> Block | None:
    if not lines or lines[0].strip() != "---":
        return None
    end = next((index for index in range(1, len(lines)) if lines[index].strip() == "---"), None)
    first = next(
        (index for index in range(1, end or 0) if lines[index].startswith(f"{NAME}:")), None
    )
    if end is None or first is None:
        return None
    until = next(
        (index for index in range(first + 1, end) if re.match(r"[^\s#]", lines[index])), end
    )
    return Block("the front matter", "\n".join(lines[first:until]), first + 1)


def given_claims(block: Block) -> GivenClaims:
    """Return what a block holds.

    Raises:
        NotGiven: it is no YAML or JSON, or not of the published form; the sentence says where.
    """
    try:
        content = _content(block.text)
        if isinstance(content, dict) and set(content) == {NAME}:
            content = content[NAME]
        return GivenClaims.model_validate_json(json.dumps(content))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "its top"
        raise NotGiven(
            f"{block.where} is no valid claims block: {place}: {first['msg']}"
        ) from error
    except (ValueError, TypeError, RecursionError) as error:
        message = str(error).split("\n", maxsplit=1)[0]
        raise NotGiven(f"{block.where} is no valid claims block: {message}") from error


def _content(text: str) -> Any:  # noqa: ANN401 - whatever the block holds
    if len(text) > _LONGEST:
        message = f"larger than {_LONGEST} characters"
        raise ValueError(message)
    import yaml

    try:
        if any(
            isinstance(event, yaml.events.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)
        ):
            message = "aliases are not accepted"
            raise ValueError(message)
        content = yaml.load(text, _plain_loader())  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())[:200]) from error
    return content


def _plain_loader() -> Any:  # noqa: ANN401 - PyYAML is loaded only where there is a block
    """Return a YAML loader that leaves dates as they are written."""
    import yaml

    resolvers = {
        letter: [entry for entry in entries if entry[0] != "tag:yaml.org,2002:timestamp"]
        for letter, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return type("Plain", (yaml.SafeLoader,), {"yaml_implicit_resolvers": resolvers})


def with_given(read: ClaimRecord, given: GivenClaims, block: Block) -> ClaimRecord:
    """Return the record as the report gives it, filled up from the prose, with what disagrees."""
    lines = _Lines(block)
    claims = list(_claims(given, lines))
    kinds = {claim.kind for claim in claims}
    kept = [claim for claim in read.claims if claim.kind not in kinds]
    update: dict[str, Any] = {
        name: value
        for name in ("task_id", "service", "branch", "date", "deliverables", "environment", "tests")
        if (value := getattr(given, name)) not in {None, ()}
    }
    if given.status is not None:
        update |= {"status": ReportStatus(given.status.value), "status_raw": given.status.value}
    policies = {name: status.value for name, status in given.policies.items()}
    return read.model_copy(
        update={
            **update,
            "policies": {**read.policies, **policies},
            "claims": ordered([*kept, *claims]),
            "findings": (*read.findings, *_otherwise(read, given, block)),
            "given": block.where,
            "reasons": {
                **read.reasons,
                **{name: block.where for name in _REPLACED if getattr(given, name)},
            },
        }
    )


class _Lines:
    """Where in a block something stands."""

    def __init__(self, block: Block) -> None:
        self.lines = block.text.split("\n")
        self.first = block.first if block.where != FILE else 1
        self.apart = block.where == FILE

    def place(self, word: str) -> tuple[int, str]:
        """Return the line that holds a word, and its text; else the block's first."""
        index = next((at for at, line in enumerate(self.lines) if word in line), 0)
        return (1 if self.apart else self.first + index), clean(self.lines[index].strip()[:_QUOTED])


def _claims(given: GivenClaims, lines: _Lines) -> Iterator[Claim]:
    def claim(kind: ClaimKind, value: str | float, word: str, **rest: str | None) -> Claim:
        line, text = lines.place(word)
        return Claim(kind=kind, value=value, line=line, text=text, **rest)

    if given.status is not None:
        yield claim(ClaimKind.STATUS, given.status.value, "status")
    for unit in UNITS:
        count = getattr(given.tests, unit) if given.tests else None
        if count is not None:
            yield claim(ClaimKind.TESTS, count, unit, unit=unit, comparator="=")
    for name, status in given.policies.items():
        yield claim(ClaimKind.POLICY, f"{name} {status.value}", name)
    for name in ("branch", "commit", "version", "date"):
        value = getattr(given, name)
        if value is not None:
            yield claim(_REPLACED[name], value, name)
    for path in given.deliverables:
        yield claim(ClaimKind.DELIVERABLE, path.replace("\\", "/"), path)
    for entry in given.claims:
        yield claim(
            entry.kind,
            entry.value,
            str(entry.value),
            unit=entry.unit,
            comparator=entry.comparator,
            detail=entry.detail,
        )


def _otherwise(read: ClaimRecord, given: GivenClaims, block: Block) -> Iterator[str]:
    """Yield where the prose says something else than the block."""
    stated = {claim.kind: claim for claim in reversed(read.claims)}

    def differs(name: str, kind: ClaimKind, prose: object, value: object) -> Iterator[str]:
        if prose is not None and value is not None and prose != value:
            line = stated[kind].line if kind in stated else 1
            yield f"{block.where} gives {name} as {value}, and line {line} says {prose}"

    status = read.status.value if read.status.understood else None
    yield from differs(
        "the status", ClaimKind.STATUS, status, given.status.value if given.status else None
    )
    prose_tests, given_tests = read.tests or TestCounts(), given.tests or TestCounts()
    for unit in UNITS:
        yield from differs(
            f"tests {unit}", ClaimKind.TESTS, getattr(prose_tests, unit), getattr(given_tests, unit)
        )
    for name, policy in given.policies.items():
        yield from differs(name, ClaimKind.POLICY, read.policies.get(name), policy.value)
    yield from differs("the branch", ClaimKind.BRANCH, read.branch, given.branch)
    day = (read.date or "")[:10] or None
    yield from differs("the date", ClaimKind.DATE, day, (given.date or "")[:10] or None)
