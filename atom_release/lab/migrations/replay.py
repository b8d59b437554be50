"""Do the migrations apply, in order, to an empty database of a real PostgreSQL?

A plan is applied as the database's owner, who is not superuser. What the server lacks (an
extension, what a platform brings) is told apart from what a file gets wrong.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.facts.migrations import NotApplied
from atom_release.gate.vocabulary import ControlState
from atom_release.lab.migrations.apply import Applied, apply_file
from atom_release.lab.migrations.markers import Doubt
from atom_release.lab.migrations.plan import Plan, Step
from atom_release.lab.migrations.platforms import missing_from_platform
from atom_release.lab.migrations.privileges import failed_statement, wants_superuser
from atom_release.lab.migrations.psql import without_commands
from atom_release.lab.migrations.scratch import LONGEST
from atom_release.lab.migrations.statements import Statement, statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from atom_release.lab.migrations.target import Target

_NAME = r'(?:"((?:[^"]|"")+)"|([A-Za-z_][\w$]*))'
_EXTENSION = re.compile(rf"create\s+extension\s+(?:if\s+not\s+exists\s+)?{_NAME}", re.IGNORECASE)
_IN_SCHEMA = re.compile(rf"\bschema\s+{_NAME}", re.IGNORECASE)
_ROLE = re.compile(rf"create\s+(?:role|user|group)\s+(?!mapping\b){_NAME}", re.IGNORECASE)
_REFUSED_EXTENSION = re.compile(r'permission denied to create extension "([^"]+)"')
_FOLLOWS = {
    "42883",
    "42704",
    "42P01",
    "42703",
    "3F000",
}  # a function, type, table, column or schema that is not there
_PLANTED = b"SELECT 1;\nALTER TABLE gate_no_such_table ADD COLUMN gate integer;\n"


@dataclass
class Replay:
    """What became of every file, and what the server lacks."""

    plan: Plan = field(default_factory=Plan)
    applied: list[Applied] = field(default_factory=list)
    # an extension's name -> files that ask for it
    missing: dict[str, list[str]] = field(default_factory=dict)
    # what a hosted platform would have brought -> files that ask for it
    platform: dict[str, list[str]] = field(default_factory=dict)
    # failures that may follow from what the server lacks
    following: list[Applied] = field(default_factory=list)
    # failures for want of rights that the owner is not given
    unprivileged: list[Applied] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[Applied]:
        """Failures that are the release's own: before any file that is in doubt."""
        certain = {step.path for step in self.plan.certain}
        return [
            applied
            for applied in self.applied
            if applied.error
            and not applied.unreadable
            and applied not in self.following
            and applied not in self.unprivileged
            and applied.path in certain
        ]

    @property
    def unreadable(self) -> list[Applied]:
        """Files that could not be tried."""
        return [applied for applied in self.applied if applied.unreadable]

    @property
    def complete(self) -> bool:
        """Whether every file applied, and none was in doubt."""
        return not self.plan.doubts and all(applied.ok for applied in self.applied)

    @property
    def lacking(self) -> list[str]:
        """What the server lacks, each with the first file that asks for it."""
        extensions = {f"extension {name}": paths for name, paths in self.missing.items()}
        return [
            f"{name} (asked for by {paths[0]})"
            for name, paths in sorted({**extensions, **self.platform}.items())
        ]


def makes_role(texts: Iterable[bytes], role: str) -> bool:
    """Return whether the migrations themselves make the application's role."""
    create = re.compile(
        rf'\bcreate\s+(?:role|user)\s+(?:if\s+not\s+exists\s+)?(?:"{role}"|{role}\b)', re.IGNORECASE
    )
    return any(
        create.search(statement.text)
        for text in texts
        for statement in statements(text.decode("utf-8", "replace"))
    )


def replay(target: Target, plan: Plan) -> Replay:
    """Apply the plan as the owner; a file that fails leaves nothing, and the next is tried."""
    result = Replay(plan)
    for step in plan.steps:
        text = _pass_over(target, step, result)
        applied = _apply(target, replace(step, content=text), result)
        result.applied.append(applied)
        if brought := missing_from_platform(applied.error):
            result.platform.setdefault(brought, []).append(step.path)
        if applied.error and not applied.unreadable and _follows(applied, result):
            result.following.append(applied)
        elif wants_superuser(
            applied.error,
            applied.sqlstate,
            failed_statement(text.decode("utf-8", "replace"), applied.line),
        ):
            result.unprivileged.append(applied)
    if plan.unordered:
        _try_in_another_order(target, result)
    return result


def _try_in_another_order(target: Target, result: Replay) -> None:
    """Apply what needs a later file after it, and doubt it: no name says which comes first."""
    steps, progress = {step.path: step for step in result.plan.steps}, True
    while progress:
        progress = False
        for place, applied in enumerate(result.applied):
            if not applied.error or applied.unreadable or applied.sqlstate not in _FOLLOWS:
                continue
            step = steps[applied.path]
            again = _apply(target, replace(step, content=_pass_over(target, step, result)), result)
            if again.ok:
                result.applied[place], progress = again, True
                description = "it applies only after files that come later by name, and no"
                description += " number says which comes first"
                remedy = "Number the files in the order in which they are applied."
                result.plan.doubts.append(
                    Doubt(applied.path, applied.line or 1, description, remedy)
                )


def control(target: Target) -> NegativeControl:
    """Apply one more file whose second line cannot apply: the replay must say so, and where."""
    planted = _apply_in_time(target, Step("planted.sql", _PLANTED))
    alive = (planted.sqlstate, planted.line) == ("42P01", 2)
    changed = "applied one more file, whose second line alters a table that does not exist"
    return NegativeControl(
        state=ControlState.ALIVE if alive else ControlState.DEAD,
        changed=changed,
        found=f"line {planted.line}: {planted.error or 'no error'}",
    )


def _apply(target: Target, step: Step, result: Replay) -> Applied:
    applied = _apply_in_time(target, step)
    refused = _REFUSED_EXTENSION.search(applied.error or "")
    if refused and refused[1] in target.extensions:  # from within a block of code
        target.install(refused[1])
        _note_extension(result, step.path, refused[1])
        applied = _apply_in_time(target, step)
    elif not applied.error:
        for extension in _privileged(target, step.content):
            _note_extension(result, step.path, extension)
    if applied.missing_extension:
        result.missing.setdefault(applied.missing_extension, []).append(step.path)
    return applied


def _note_extension(result: Replay, path: str, extension: str) -> None:
    result.notes.append(
        f"{path}: extension {extension} is not for ordinary roles to create; the server's"
        " superuser created it"
    )


def _apply_in_time(target: Target, step: Step) -> Applied:
    """Apply one file on a connection of its own; it ends in time, whatever it holds."""
    import psycopg

    if step.by_psql and target.psql is not None:
        for extension, schema in _privileged(target, step.content).items():
            target.install(extension, schema)
        return target.psql(step.path, {**step.included, step.path: step.content})
    privileged = _privileged(target, step.content)

    def around(statement: Statement) -> AbstractContextManager[None]:
        return target.elevated() if _named(_EXTENSION, statement) in privileged else nullcontext()

    try:
        return apply_file(
            target.address,
            step.path,
            step.content,
            in_transaction=step.in_transaction,
            around=around if privileged else None,
        )
    except psycopg.OperationalError as error:
        return Applied(
            step.path,
            f"its session ended before it did, or was ended after {LONGEST:.0f} s:"
            f" {str(error).partition(chr(10))[0]}",
            None,
            error.sqlstate,
        )


def _privileged(target: Target, content: bytes) -> dict[str, str | None]:
    """Return the extensions that a file creates and only a superuser may, each with its schema."""
    extensions: dict[str, str | None] = {}
    for statement in statements(without_commands(content.decode("utf-8", "replace"))):
        name = _named(_EXTENSION, statement)
        if name and target.extensions.get(name):
            schema = _IN_SCHEMA.search(statement.text)
            extensions[name] = (schema[1] or schema[2].lower()) if schema else None
    return extensions


def _pass_over(target: Target, step: Step, result: Replay) -> bytes:
    """Blank what this server cannot or need not do.

    An extension it lacks (noted as missing), a role it already has.
    """

    def skip(statement: Statement) -> bool:
        extension, role = _named(_EXTENSION, statement), _named(_ROLE, statement)
        if extension and extension not in target.extensions:
            result.missing.setdefault(extension, []).append(step.path)
            return True
        if role and role in target.roles_before:
            result.notes.append(
                f"{step.path}: role {role} was on this server already, its CREATE was passed over"
            )
            return True
        return False

    return _without(step.content, skip)


def _without(content: bytes, skip: Callable[[Statement], bool]) -> bytes:
    """Replace statements by as many lines of nothing, so that line numbers stay."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content
    for statement in reversed(list(statements(without_commands(text)))):
        if skip(statement):
            blank = re.sub(r"[^\n]", " ", statement.text)
            text = text[: statement.start] + blank + text[statement.end :]
    return text.encode()


def _named(pattern: re.Pattern[str], statement: Statement) -> str | None:
    match = pattern.match(statement.text)
    if match is None:
        return None
    return match[1].replace('""', '"') if match[1] else match[2].lower()


def _follows(applied: Applied, result: Replay) -> bool:
    """Return whether a failure may only follow from what the server lacks."""
    lacking = bool(result.missing or result.platform or result.unprivileged)
    return lacking and (applied.sqlstate in _FOLLOWS or applied.missing_extension is not None)


def described(result: Replay) -> Iterator[NotApplied]:
    """Yield the files that did not apply, for the facts."""
    failed = result.failed
    for applied in result.applied:
        if applied.error:
            kind = (
                "unreadable"
                if applied.unreadable
                else "follows from what the server lacks"
                if applied in result.following
                else "wants rights that the gate does not give"
                if applied in result.unprivileged
                else "failed"
                if applied in failed
                else "after a file that is in doubt"
            )
            yield NotApplied(
                path=applied.path,
                line=applied.line,
                error=applied.error,
                sqlstate=applied.sqlstate,
                kind=kind,
            )
