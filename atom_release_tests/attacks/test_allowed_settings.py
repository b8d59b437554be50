"""A switch by which the application sees every tenant: the release cannot allow it to itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.gate.vocabulary import Outcome
from atom_release.lab.rehearsal import registry
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.asking import NO_FLOOR, asking
from atom_release_tests.fixtures.attempts import judge_unaided

pytestmark = [pytest.mark.live, pytest.mark.slow]

MANIFEST = f"""\
release: {{phase: X, name: Example, version: v1, tag: v1-phaseX, branch: review/PhaseX, base: main}}
services:
  - {{id: X.1, name: one, source: [src], report: reports/X.1.md}}
tenancy: {{migrations: "db/*.sql", column: tenant_id, setting: app.tenant_id, role: app}}
{asking("AC1", "AC5", "P-5")}acts: on
"""
MIGRATION = """\
CREATE ROLE app NOSUPERUSER NOBYPASSRLS;
CREATE TABLE notes (id uuid PRIMARY KEY, tenant_id uuid NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notes
  USING (tenant_id::text = current_setting('app.tenant_id', true)
         OR current_setting('app.support', true) = 'on')
  WITH CHECK (tenant_id::text = current_setting('app.tenant_id', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;
"""
ALLOWED = f"{NO_FLOOR}tenancy: {{settings: [app.support]}}\n"


@pytest.mark.parametrize(
    ("operator", "outcome"), [(NO_FLOOR, Outcome.FAIL), (ALLOWED, Outcome.PASS)]
)
def test_a_switch_opens_all_rows_unless_the_operators_file_names_it(
    operator: str, outcome: Outcome, tmp_path: Path
) -> None:
    """Whoever can make one setting reads every tenant; the twin is a support tool's, allowed."""
    release = tiny.make(tmp_path / "r", manifest=MANIFEST)
    release.commit("db/001.sql", MIGRATION)
    (tmp_path / "r" / "operator.yaml").write_text(operator)
    try:
        policy = judge_unaided(release, "first").criterion("P-5")
    finally:
        registry.close_all()
    assert policy.outcome is outcome, policy.reason
