"""Where the repository of a policy check is, said to anybody.

Never with credentials, never a folder of this machine.
"""

from __future__ import annotations

import dagster as dg
import pytest

from atom_release.gate.catalogue import criteria
from atom_release.gate.decision.decide import judge
from atom_release.gate.documents import matrix
from atom_release.graph import metadata
from atom_release.release.policy_report import public_uri
from atom_release_tests.fixtures.cases import MANIFEST, all_good, case_of


def test_dagster_shows_the_matrix_as_a_table() -> None:
    results = [
        judge(criterion, case_of(all_good()))
        for criterion in criteria.expected(MANIFEST)
        if criterion.asset == "policy_check"
    ]
    cells = matrix.cells(MANIFEST, results)
    table = metadata._matrix({"matrix": [cell.model_dump(mode="json") for cell in cells]})["matrix"]
    assert isinstance(table, dg.TableMetadataValue)
    rows = [record.data for record in table.records]
    assert {"policy": "P-4", "leg": "health", "service": "X.1", "outcome": "PASS"}.items() <= rows[
        [cell.leg for cell in cells].index("health") + 1
    ].items()
    assert len(rows) == len(cells)
    assert metadata._matrix({"evidence": []}) == {}


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://example.org/atom/atom.git", "https://example.org/atom/atom.git"),
        ("https://ci:s3cret@example.org:8443/atom.git", "https://example.org:8443/atom.git"),
        ("https://ci:p@ss@example.org/atom.git?token=s3cret", "https://example.org/atom.git"),
        ("ssh://git@example.org:22/atom.git", "ssh://example.org:22/atom.git"),
        ("git@example.org:team/atom.git", "ssh://example.org/team/atom.git"),
        ("/srv/git/atom.git", ""),
        ("file:///srv/git/atom.git", ""),
        ("../origin.git", ""),
        ("C:/git/atom.git", ""),
        ("", ""),
    ],
)
def test_an_address_is_told_without_what_is_nobody_elses_business(
    address: str, public: str
) -> None:
    assert public_uri(address) == public
