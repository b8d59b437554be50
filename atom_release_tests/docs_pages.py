"""Pages that are made from the code, so that they cannot say anything else."""

from __future__ import annotations

from pathlib import Path

from atom_release.gate import criteria, reports
from atom_release.graph.subject import parse_manifest
from atom_release.reference.scenarios import SCENARIOS, manifest_bytes

PAGE = Path(__file__).parent.parent / "docs" / "criteria.md"


def criteria_page() -> str:
    """Give the page of criteria, legs and scenarios, for the reference release's manifest."""
    manifest = parse_manifest(manifest_bytes("green"), "release.yaml")
    parts = [
        "# Criteria",
        "Made from the catalogue by `python -m atom_release_tests.docs_pages`; the services are the reference release's.",
    ]
    for one in criteria.expected(manifest):
        legs = [leg for leg in criteria.legs(manifest, one.id) if leg.applies]
        noted = " Absent observing systems are noted by default." if criteria.blocked_policy(manifest, one) == "noted" else ""
        asked = [(leg.question, leg.subject, leg.observes or "") for leg in legs]
        turned = [f"`{scenario.name}` ({scenario.expects[one.id]})" for scenario in SCENARIOS.values() if one.id in scenario.expects]
        parts += [f"## {one.id} {one.title}", f"{one.asks} Shown on `{one.asset}`.{noted}", reports.table(("leg", "asked of", "observing system"), asked)]
        parts += [f"Turned by: {', '.join(turned)}."] if turned else []
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(criteria_page())
