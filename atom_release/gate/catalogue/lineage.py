"""What stands on what: the assets of a release by name, each with those directly above it.

Pure names; how an asset is made and shown is the graph's.
"""

from __future__ import annotations

from collections.abc import Mapping

from atom_release.gate.catalogue.criteria import OWN_CHECKS, evidence_asset
from atom_release.gate.manifest import Manifest, slug

DOCUMENTS = "documents"
"""The asset of a release's own documents."""

ORIGINS = "origins"
"""The asset of where a release's evidence comes from."""


def upstreams(manifest: Manifest) -> Mapping[str, tuple[str, ...]]:
    """Return every report asset with what it stands on, upstream first."""
    reports = {service.id: f"service_report/{slug(service.id)}" for service in manifest.services}
    evidence = {evidence_asset(service): (reports[service.id],) for service in manifest.services}
    measured = (*evidence, "infra_simulation", "cross_service", "perf_summary")
    own = _own(manifest)
    audited = (*evidence, "cross_service", "perf_summary", "policy_check", *own)
    return {
        **dict.fromkeys(reports.values(), ()),
        **evidence,
        "infra_simulation": (),
        "cross_service": ("infra_simulation",),
        "perf_summary": ("infra_simulation", "cross_service"),
        "policy_check": (*measured, *(name for name in own if name == DOCUMENTS)),
        **own,
        "aggregated": audited,
        "snapshot": (*measured, "policy_check", *own, "aggregated"),
    }


def _own(manifest: Manifest) -> dict[str, tuple[str, ...]]:
    """Return the assets of the release's own checks, documents and origins, where it has any.

    The rehearsal is one user's at a time, and nothing runs beside what measures: checks that need
    services wait.
    """
    needs_services = any(check.services for check in manifest.checks)
    checks = {OWN_CHECKS: ("policy_check",) if needs_services else ()}
    return {
        **(checks if manifest.checks else {}),
        **({DOCUMENTS: ()} if manifest.documents else {}),
        **({ORIGINS: ()} if manifest.asks_origins else {}),
    }
