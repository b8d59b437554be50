"""What a recorded decision would be at another moment or by another manifest.

And what two of them differ in.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.asking import asking
from atom_release_tests.fixtures.calling import Caller, options
from atom_release_tests.fixtures.tiny import Tiny


@pytest.fixture
def waived(tmp_path: Path, home: Path, call: Caller) -> Tiny:
    """A release that was RED, then GREEN by a waiver that ends in 2030."""
    tiny_release = tiny.make(
        tmp_path / "red", acts="off", manifest=tiny.MANIFEST + "freshness: 87000h\n"
    )
    tiny_release.git("rm", "-q", "reports/X.1.md")
    tiny_release.git("commit", "-q", "-m", "lose the report")
    assert call("audit", *options(tiny_release), home=home).returncode == 1
    options_given = (
        "--reason",
        "why",
        "--ticket",
        "REL-7",
        "--approver",
        "Ada",
        "--expires",
        "2030-01-01T00:00:00Z",
    )
    assert (
        call(
            "waive", "--criterion", "AC1", *options_given, *options(tiny_release), home=home
        ).returncode
        == 0
    )
    assert call("audit", *options(tiny_release), home=home).returncode == 0
    return tiny_release


@pytest.mark.slow
def test_verify_then_otherwise_and_diff(
    waived: Tiny,
    home: Path,
    call: Caller,
    tmp_path: Path,
) -> None:
    """The waiver holds to its last second; another manifest changes what it says it changes.

    The two runs differ in the waived criterion.
    """
    bundle = Path(waived.settings.out) / "releases" / "v1" / "PhaseX_AuditBundle.zip"
    key = ("--key", str(home / "keys" / "gate.pem.pub"))

    def verified(*more: str) -> tuple[int, dict[str, Any]]:
        done = call("verify", str(bundle), *key, *more, "--json", home=home)
        return done.returncode, json.loads(done.stdout)

    status, proof = verified("--as-of", "2029-12-31T23:59:59Z")
    assert (status, proof["decision"], proof["then"]["decision"], proof["then"]["changes"]) == (
        0,
        "GREEN",
        "GREEN",
        [],
    )
    status, proof = verified("--as-of", "2030-01-01T01:00:00+01:00")
    assert (status, proof["decision"], proof["then"]["decision"]) == (1, "GREEN", "RED")
    (change,) = proof["then"]["changes"]
    assert (change["criterion"], change["before"], change["after"]) == ("AC1", "WAIVED", "FAIL")
    other = tmp_path / "other.yaml"
    other.write_text(tiny.MANIFEST.replace("ACTS", "off").replace(tiny.ASKED, asking("AC5", "P-3")))
    status, proof = verified("--manifest", str(other))
    assert (status, proof["otherwise"]["decision"]) == (0, "RED")
    assert {change["criterion"]: change["after"] for change in proof["otherwise"]["changes"]} == {
        "AC1": None,
        "P-3": "INCONCLUSIVE",
    }
    assert call("verify", str(bundle), *key, "--as-of", "2030-01-01", home=home).returncode == 2

    runs = sorted(
        (Path(waived.settings.out) / "runs" / waived.git("rev-parse", "HEAD")).iterdir(),
        key=lambda path: path.stat().st_mtime_ns,
    )
    for more in ((), key):
        done = call("diff", *map(str, runs), *more, "--json", home=home)
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert (
            document["verified"],
            document["before"]["decision"],
            document["after"]["decision"],
        ) == (bool(more), "RED", "GREEN")
        outcomes = {
            change["criterion"]: (change["before"], change["after"])
            for change in document["changes"]
            if "outcome" in change["changed"]
        }
        assert outcomes == {"AC1": ("FAIL", "WAIVED")}
    same = json.loads(call("diff", str(runs[0]), str(runs[0]), "--json", home=home).stdout)
    assert same["changes"] == []
    assert "FAIL" in call("diff", *map(str, runs), home=home).stdout
