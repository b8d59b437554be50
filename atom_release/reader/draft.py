"""A claims block as a report was read, for its writer to check and put into the report."""

from __future__ import annotations

from typing import Any

from atom_release.gate.claims.record import Claim, ClaimKind, ClaimRecord
from atom_release.reader.claims_block import NAME

_FIELDS = frozenset(
    {
        ClaimKind.STATUS,
        ClaimKind.TESTS,
        ClaimKind.POLICY,
        ClaimKind.BRANCH,
        ClaimKind.COMMIT,
        ClaimKind.VERSION,
        ClaimKind.DATE,
        ClaimKind.DELIVERABLE,
    }
)


def draft_block(record: ClaimRecord) -> str:
    """Return a fenced claims block in YAML that holds what was read, and asks for the status."""
    import yaml

    content: dict[str, Any] = {
        "task_id": record.task_id,
        "service": record.service,
        "status": record.status.value if record.status.understood else None,
        "tests": _known(record.tests.model_dump()) if record.tests else None,
        "policies": {name: status for name, status in record.policies.items() if status},
        "branch": record.branch,
        "commit": _first(record, ClaimKind.COMMIT),
        "version": _first(record, ClaimKind.VERSION),
        "date": record.date,
        "deliverables": list(record.deliverables),
        "environment": [_known(row.model_dump()) for row in record.environment],
        "claims": [_claim(claim) for claim in record.claims if claim.kind not in _FIELDS],
    }
    text = yaml.safe_dump(_known(content), sort_keys=False, allow_unicode=True, width=100)
    return f"```{NAME}\n{_asked(record)}{text if _known(content) else ''}```\n"


def _asked(record: ClaimRecord) -> str:
    """Return a comment that asks for a status that was not read."""
    if record.status.understood:
        return ""
    stated = f" (the report says {record.status_raw!r})" if record.status_raw else ""
    return f"# status: PASS, FAIL, BLOCKED, PARTIAL or SIMULATED{stated}\n"


def _first(record: ClaimRecord, kind: ClaimKind) -> str | None:
    return next((str(claim.value) for claim in record.claims if claim.kind is kind), None)


def _claim(claim: Claim) -> dict[str, Any]:
    return _known(
        {
            "kind": claim.kind.value,
            "value": claim.value,
            "unit": claim.unit,
            "comparator": claim.comparator,
            "detail": claim.detail,
        }
    )


def _known(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value not in (None, [], {}, ())}
