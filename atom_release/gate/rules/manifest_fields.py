"""What a change of each field of the manifest means for what is asked: the ratchet's table.

One module, since it is one table: every field stands here, by its path, and a test compares it with
the models, so that a new field cannot be forgotten. Three classes:

- `ruled`: `ratchet` knows which way it loosens, and says so in a sentence of its own.
- `changed`: nobody can say whether another value asks less. The change is shown and holds the
  criterion open until a trusted signature accepts it.
- `neutral`: another value asks neither more nor less, for the reason given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OWN = "the service's own"
"""Stands for the criterion of the service, or of the check, that the field belongs to."""

_PERFORMANCE = ("P-6", "T5")


@dataclass(frozen=True)
class FieldClass:
    """How a change of one field is taken, and which criteria it concerns."""

    kind: Literal["ruled", "changed", "neutral"]
    criteria: tuple[str, ...] = ()
    reason: str = ""
    absent_asked_nothing: bool = False
    """Nothing was asked where it was absent: a first value, or one more item, only adds."""


RULED = FieldClass("ruled")


def _changed(*criteria: str) -> FieldClass:
    return FieldClass("changed", criteria)


def _added(*criteria: str) -> FieldClass:
    """Return the class of what asks more as soon as it is there, or there are more of it."""
    return FieldClass("changed", criteria, absent_asked_nothing=True)


def _neutral(reason: str) -> FieldClass:
    return FieldClass("neutral", reason=reason)


_LIMIT = _neutral("what meets the limit is not decided: INCONCLUSIVE")
_SHOWN = _neutral("shown only")
_EACH_ITS_OWN = _neutral("each release has its own")
_KEY = _neutral("it is the name by which the two manifests are compared")
_CLAIMED = _neutral("what others measured is a claim: shown, and never counted")


def _install(path: str, *criteria: str) -> dict[str, FieldClass]:
    """Return the classes of what an environment is made of: any change may ask less."""
    names = (
        "folder",
        "python",
        "project",
        "lock",
        "requirements",
        "extras",
        "groups",
        "packages",
    )
    return {f"{path}.{name}": _changed(*criteria) for name in names} | {path: _changed(*criteria)}


def _request(
    path: str, *criteria: str, ruled: tuple[str, ...] = (), adds: bool = False
) -> dict[str, FieldClass]:
    """Return the classes of a request's fields; those in `ruled` have a rule of their own.

    `adds` says that one request more asks more; of those that prepare a question it may ask less.
    """
    names = ("service", "method", "path", "headers", "body", "expect", "has", "take")
    return {f"{path}.{name}": RULED if name in ruled else _changed(*criteria) for name in names} | {
        path: (_added if adds else _changed)(*criteria)
    }


def _program(path: str) -> dict[str, FieldClass]:
    """Return the classes of a step of an approval that programs ask for."""
    return {name: _changed("P-3") for name in (path, *(f"{path}.{part}" for part in _STEP))}


def _rows(path: str) -> dict[str, FieldClass]:
    """Return the classes of rows that are read around such steps."""
    return {name: _changed("P-3") for name in (path, f"{path}.query", f"{path}.sqlite")}


_STEP = ("run", "call", "arguments")
_ASKED = ("method", "path", "expect", "has")

FIELDS: dict[str, FieldClass] = {
    "manifest": _neutral("the name of the format"),
    "release": _EACH_ITS_OWN,
    "release.phase": _EACH_ITS_OWN,
    "release.key": _neutral("where the release stands in Dagster"),
    "release.name": _EACH_ITS_OWN,
    "release.version": _EACH_ITS_OWN,
    "release.tag": _neutral("each release has its own, and AC5 asks whether it is free"),
    "release.branch": _neutral("each release has its own, and AC6 asks whether it fast-forwards"),
    "release.base": _changed("AC6"),
    "release.previous": _neutral("it is held against the history, and chooses nothing"),
    "release.timebox": _LIMIT,
    "services": RULED,
    "services.id": _KEY,
    "services.name": _SHOWN,
    "services.source": RULED,
    "services.focus": _SHOWN,
    "services.report": _added("AC1", OWN),
    "services.suite": RULED,
    "services.suite.runner": _changed(OWN),
    "services.suite.paths": RULED,
    "services.suite.directory": _changed(OWN),
    "services.suite.interpreter": _changed(OWN),
    "services.suite.requirements": _changed(OWN),
    **_install("services.suite.install", OWN),
    "services.suite.environment": _changed(OWN),
    "services.suite.guessed_variables": _neutral("a suite with guessed values decides nothing"),
    "services.suite.needs": _changed(OWN),
    "services.suite.hosts": _changed(OWN),
    "services.suite.database": _changed(OWN),
    "services.suite.database.user": _changed(OWN),
    "services.suite.database.name": _changed(OWN),
    "services.suite.database.version": _changed(OWN),
    "services.suite.prepare": _changed(OWN),
    "services.suite.arguments": RULED,
    "services.suite.command": RULED,
    "services.suite.ablate": RULED,
    "services.suite.repeats": RULED,
    "services.suite.timeout": _LIMIT,
    "services.suite.memory_mb": _LIMIT,
    "services.suite.history": _changed(OWN),
    "services.suite.control": RULED,
    "services.start": _added(OWN),
    "services.start.command": _changed(OWN),
    "services.start.directory": _changed(OWN),
    **_install("services.start.install", OWN),
    "services.start.port": _changed(OWN),
    "services.start.environment": _changed(OWN),
    "services.start.guessed_variables": _neutral("a start with guessed values decides nothing"),
    "services.start.before_start": _changed(OWN),
    "services.start.ready": _changed(OWN),
    "services.start.after": _neutral("a service that waits for others is asked all the same"),
    "services.start.guessed": _neutral("a committed start that is guessed decides nothing"),
    "services.address": _changed("P-4"),
    "services.health": _changed("P-4"),
    "services.metrics": _changed("P-4"),
    "services.routes": _added("P-4"),
    "services.endpoints": RULED,
    **_request("services.endpoints", *_PERFORMANCE, ruled=_ASKED, adds=True),
    "services.endpoints.name": _KEY,
    "services.budget": RULED,
    "services.budget.p95": RULED,
    "services.budget.error_rate": RULED,
    "services.budget.requests": RULED,
    "services.budget.rate": RULED,
    "services.budget.looks": _changed(*_PERFORMANCE),
    "services.budget.regression": RULED,
    "services.budget.regression.allowed": RULED,
    "services.budget.regression.least": RULED,
    "services.budget.regression.then": RULED,
    "services.histogram": _added("P-6"),
    "services.histogram.metric": _changed("P-6"),
    "services.histogram.labels": _changed("P-6"),
    "services.histogram.unit": _changed("P-6"),
    "services.histogram.window": _changed("P-6"),
    "services.histogram.step": _changed("P-6"),
    "services.measurements": _CLAIMED,
    "services.measurements.file": _CLAIMED,
    "services.measurements.format": _CLAIMED,
    "services.measurements.latency": _CLAIMED,
    "services.measurements.unit": _CLAIMED,
    "services.measurements.only": _CLAIMED,
    "services.measurements.status": _CLAIMED,
    "services.measurements.expect": _CLAIMED,
    "services.accuracy": RULED,
    "services.accuracy.data": RULED,
    "services.accuracy.label": RULED,
    **_request("services.accuracy.request", "T5"),
    "services.accuracy.features_at": _changed("T5"),
    "services.accuracy.answer": RULED,
    "services.accuracy.cutoff": RULED,
    "services.accuracy.positive": RULED,
    "services.accuracy.minimum": RULED,
    "services.approval": RULED,
    **_request("services.approval.prepare", "P-3"),
    **_request("services.approval.state", "P-3"),
    **_request("services.approval.act", "P-3", ruled=_ASKED),
    "services.approval.refused": RULED,
    **_request("services.approval.approve", "P-3"),
    **_request("services.approval.record", "P-3"),
    "services.approval.names": RULED,
    "services.approval_by_program": RULED,
    **_program("services.approval_by_program.prepare"),
    **_rows("services.approval_by_program.state"),
    **_program("services.approval_by_program.act"),
    **_program("services.approval_by_program.approve"),
    **_rows("services.approval_by_program.record"),
    "services.approval_by_program.names": RULED,
    "services.token_audit": RULED,
    **_request("services.token_audit.request", "P-5", ruled=_ASKED),
    "services.token_audit.algorithm": _changed("P-5"),
    "services.token_audit.secret": _changed("P-5"),
    "services.token_audit.tenant_claim": _changed("P-5"),
    "services.token_audit.claims": _changed("P-5"),
    "services.token_audit.refused": RULED,
    "services.privacy": RULED,
    **_request("services.privacy.plant", "P-1"),
    **_request("services.privacy.surfaces", "P-1", adds=True),
    "services.secret_use": RULED,
    "services.secret_use.secret": _changed("P-2"),
    **_request("services.secret_use.request", "P-2", ruled=_ASKED),
    "services.secret_use.claims": _changed("P-2"),
    "services.secret_use.algorithm": _changed("P-2"),
    "services.secret_use.refused": RULED,
    "integration": RULED,
    "integration.name": _KEY,
    "integration.paths": RULED,
    "integration.directory": _changed("AC2"),
    "integration.interpreter": _changed("AC2"),
    **_install("integration.install", "AC2"),
    "integration.environment": _changed("AC2"),
    "integration.timeout": _LIMIT,
    "integration.history": _changed("AC2"),
    "integration.control": RULED,
    "checks": RULED,
    "checks.id": _KEY,
    "checks.title": _SHOWN,
    "checks.asks": _SHOWN,
    "checks.run": _changed(OWN),
    "checks.probe": _changed(OWN),
    "checks.settings": _changed(OWN),
    "checks.verdict": _changed(OWN),
    "checks.control": RULED,
    "checks.control.patch": _changed(OWN),
    "checks.control.files": _changed(OWN),
    "checks.control.environment": _changed(OWN),
    "checks.control.command": _changed(OWN),
    **_install("checks.control.install", OWN),
    "checks.control.services": _changed(OWN),
    "checks.control.none": RULED,
    "checks.control.says": _changed(OWN),
    "checks.control.harmless": _added(OWN),
    "checks.control.weak": RULED,
    "checks.directory": _changed(OWN),
    **_install("checks.install", OWN),
    "checks.interpreter": _changed(OWN),
    "checks.services": _changed(OWN),
    "checks.environment": _changed(OWN),
    "checks.repeats": RULED,
    "checks.timeout": _LIMIT,
    "checks.memory_mb": _LIMIT,
    "documents": RULED,
    "surroundings": RULED,
    "validators": RULED,
    "validators.name": _KEY,
    "validators.run": _changed("T5", "P-6"),
    "validators.evidence_for": RULED,
    "validators.limit": _changed("T5", "P-6"),
    "validators.directory": _changed("T5", "P-6"),
    **_install("validators.install", "T5", "P-6"),
    "validators.environment": _changed("T5", "P-6"),
    "validators.timeout": _LIMIT,
    "artifacts": RULED,
    "artifacts.file": _KEY,
    "artifacts.made_by": _changed("AC1"),
    "artifacts.evidence_for": RULED,
    "artifacts.directory": _changed("AC1"),
    **_install("artifacts.install", "AC1"),
    "artifacts.environment": _changed("AC1"),
    "artifacts.timeout": _LIMIT,
    "findings": RULED,
    "roll_ups": _neutral("shown as the worst of others, each of which is asked by itself"),
    "infrastructure": RULED,
    "infrastructure.vault": _changed("P-2"),
    "infrastructure.vault_token": _changed("P-2"),
    "infrastructure.prometheus": _changed("P-4"),
    "infrastructure.postgres": _changed("P-5"),
    "infrastructure.remote": _changed("AC6"),
    "infrastructure.timeout": _LIMIT,
    "migrations": _changed("P-5"),
    "migrations.commands": _changed("P-5"),
    "migrations.files": _changed("P-5"),
    "migrations.directory": _changed("P-5"),
    "migrations.environment": _changed("P-5"),
    **_install("migrations.install", "P-5"),
    "migrations.timeout": _LIMIT,
    "tenancy": RULED,
    "tenancy.migrations": _changed("P-5"),
    "tenancy.column": _changed("P-5"),
    "tenancy.setting": _changed("P-5"),
    "tenancy.role": _changed("P-5"),
    "secrets": _added("P-2"),
    "secrets.name": _KEY,
    "secrets.path": _changed("P-2"),
    "secrets.field": _changed("P-2"),
    "secrets.bytes": _changed("P-2"),
    "secrets.kind": _changed("P-2"),
    "secrets.public_of": _changed("P-2"),
    "secrets.readers": _changed("P-2"),
    "logins": _added(),
    "logins.name": _KEY,
    **_request("logins.request"),
    "logins.pointer": _changed(),
    "signed": RULED,
    "signed.name": _KEY,
    "signed.paths": RULED,
    "signed.public_key": _changed("P-2"),
    "signed.public_key_variable": _changed("P-2"),
    "signed.public_key_from": _changed("P-2"),
    **_request("signed.produce", "P-2"),
    "signed.consumer": RULED,
    **_request("signed.consumer.deploy", "P-2"),
    **_request("signed.consumer.use", "P-2", ruled=_ASKED),
    "signed.consumer.refused": RULED,
    "secrets_in_history": RULED,
    "left_out": RULED,
    "criteria": RULED,
    "criteria.blocked": RULED,
    "criteria.assurance": RULED,
    "criteria.freshness": RULED,
    "criteria.approvals": RULED,
    "freshness": RULED,
    "report_limit": _neutral("a report that is larger is not read: INCONCLUSIVE"),
    "acts": _neutral("an act wants a GREEN decision, whoever starts it"),
    "tag": RULED,
}
