"""The command line as a person or a program meets it.

What it prints, where, and its exit status.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atom_release.git import Git
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.asking import asking
from atom_release_tests.fixtures.calling import Caller, options
from atom_release_tests.fixtures.tiny import Tiny


def test_run_tags_on_green_and_says_so_once_more(release: Tiny, home: Path, call: Caller) -> None:
    """GREEN is exit 0 with the tag in the document.

    The second run says that there is nothing left to do.
    """
    done = call("run", *options(release), "--json", home=home)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["decision"] == "GREEN"
    assert document["tag"]["name"] == "v1-phaseX"
    assert document["tag"]["judged"] == document["commit"] == release.git("rev-parse", "HEAD")
    assert release.git("rev-parse", "v1-phaseX^{commit}^1") == document["commit"]
    assert set(document) >= {"decision", "release", "commit", "criteria", "tag", "artifacts"}
    rows = json.loads(call("health", "--json", home=home).stdout)
    health = {row["criterion"]: row for row in rows}
    assert (health["AC1"]["outcomes"], health["AC1"]["notes"]) == ({"PASS": 1}, "not failed yet")
    assert health["AC1"]["seconds"] is not None
    assert (health["P-1"]["left out"], health["P-1"]["notes"]) == (1, "never asked")
    again = call("run", *options(release), home=home)
    assert (again.returncode, "already released" in again.stdout) == (0, True)


@pytest.mark.slow
def test_audit_acts_on_nothing(release: Tiny, home: Path, call: Caller) -> None:
    """An audit of a green release leaves no tag."""
    done = call("audit", *options(release), "--json", home=home)
    assert (done.returncode, json.loads(done.stdout)["tag"], release.tags()) == (0, None, {})


@pytest.mark.slow
def test_a_dry_run_says_what_it_would_do(release: Tiny, home: Path, call: Caller) -> None:
    """Nothing is tagged, and the tag that would be is named."""
    done = call("run", *options(release), "--dry-run", home=home)
    assert (done.returncode, release.tags()) == (0, {})
    assert "dry run: would tag" in done.stdout


def test_red_is_one_and_is_explained(release: Tiny, home: Path, call: Caller) -> None:
    """RED is exit 1; `explain` names the criterion, what was found, and what would change it."""
    release.git("rm", "-q", "reports/X.1.md")
    release.git("commit", "-q", "-m", "lose the report")
    done = call("run", *options(release), "--json", home=home)
    assert (done.returncode, json.loads(done.stdout)["decision"], release.tags()) == (1, "RED", {})
    explained = json.loads(call("explain", *options(release), "--json", home=home).stdout)[
        "explanations"
    ]
    assert [(entry["criterion"], entry["where"]) for entry in explained] == [("AC1", "report/X.1")]
    assert "reports/X.1.md" in explained[0]["change"]


@pytest.mark.slow
def test_blocked_is_three(home: Path, tmp_path: Path, call: Caller) -> None:
    """Absent infrastructure that is not noted is neither green nor red."""
    blocked = (
        tiny.MANIFEST.replace(tiny.ASKED, asking("AC1", "AC5", "AC6"))
        + "criteria: {AC6: {blocked: refuse}}\n"
    )
    release = tiny.make(tmp_path / "blocked", manifest=blocked)
    done = call("audit", *options(release), "--json", home=home)
    assert (done.returncode, json.loads(done.stdout)["decision"]) == (3, "BLOCKED")


@pytest.mark.slow
def test_an_act_that_fails_is_four(release: Tiny, home: Path, call: Caller) -> None:
    """Decided GREEN, but the remote refuses: exit 4, and nothing is half done."""
    hook = release.origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho protected\nexit 1\n")
    hook.chmod(0o755)
    done = call("run", *options(release), "--json", home=home)
    assert (done.returncode, json.loads(done.stdout)["decision"], release.tags()) == (
        4,
        "GREEN",
        {},
    )
    hook.unlink()
    assert call("run", *options(release), home=home).returncode == 0
    assert len(release.tags()) == 2


@pytest.mark.slow
def test_verify_believes_a_bundle_and_not_a_changed_one(
    release: Tiny, home: Path, tmp_path: Path, call: Caller
) -> None:
    """The bundle verifies with the key alone, and with the repository its tag does.

    One flipped byte and it does not.
    """
    assert call("run", *options(release), home=home).returncode == 0
    bundle = Path(release.settings.out) / "releases" / "v1" / "PhaseX_AuditBundle.zip"
    key = home / "keys" / "gate.pem.pub"
    done = call(
        "verify",
        str(bundle),
        "--key",
        str(key),
        "--repo",
        str(release.repository),
        "--json",
        home=home,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verified"] is True
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    changed = tmp_path / "changed.zip"
    changed.write_bytes(bytes(content))
    assert call("verify", str(changed), "--key", str(key), home=home).returncode == 1


MISUSE = {
    "no such revision": ("--rev", "nowhere"),
    "an option as a revision": ("--rev", "--upload-pack=x"),
    "a manifest that is not there": ("--manifest", "nowhere.yaml"),
    "a scenario of a repository": ("--scenario", "green"),
    "an output folder that is a file": ("--out", "/dev/null"),
}


@pytest.mark.parametrize("case", MISUSE)
def test_misuse_is_two_and_one_sentence(case: str, release: Tiny, home: Path, call: Caller) -> None:
    """What the caller got wrong is said in a line with its remedy, and nothing is written."""
    document = call("audit", *options(release), *MISUSE[case], "--json", home=home)
    assert set(json.loads(document.stdout)) == {"error", "remedy"}
    done = call("audit", *options(release), *MISUSE[case], home=home)
    assert (document.returncode, done.returncode, done.stdout) == (2, 2, ""), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert not Path(release.settings.out).exists()


MANIFESTS = {
    "not yaml": "release: [",
    "unknown key": tiny.MANIFEST.replace("ACTS", "off") + "surprise: 1\n",
    "path out of the repository": tiny.MANIFEST.replace("ACTS", "off").replace("[src]", "[../src]"),
    "unknown criterion": tiny.MANIFEST.replace("ACTS", "off").replace(
        tiny.ASKED, "left_out: {AC99: there is none}"
    ),
    "no release": "services: []\n",
    "a former field": tiny.MANIFEST.replace("ACTS", "off") + "expected: [AC1]\n",
    "a key that a commit names": (
        tiny.MANIFEST.replace("ACTS", "off") + "signing_key: file2:/etc/key.pem\n"
    ),
}


@pytest.mark.parametrize("case", MANIFESTS)
def test_a_bad_manifest_is_misuse(case: str, home: Path, tmp_path: Path, call: Caller) -> None:
    """Every way a manifest can be wrong names the place and ends before anything is asked."""
    release = tiny.make(tmp_path / "bad", manifest=MANIFESTS[case])
    done = call("audit", *options(release), home=home)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "release.yaml" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_repository_without_a_manifest_names_init(
    tmp_path: Path, home: Path, call: Caller
) -> None:
    """`run` wants a committed manifest and says how; `audit` judges by the draft meanwhile."""
    release = tiny.make(tmp_path / "none")
    release.git("rm", "-q", "release.yaml")
    release.git("commit", "-q", "-m", "no manifest")
    done = call("run", *options(release), home=home)
    assert (done.returncode, "atom-release init" in done.stderr) == (2, True)
    judged = call("audit", *options(release), "--json", home=home)
    assert judged.returncode in {0, 1, 3}, judged.stderr
    assert "FAIL" not in {
        criterion["outcome"] for criterion in json.loads(judged.stdout)["criteria"]
    }
    assert call("init", "--repo", str(release.repository), home=home).returncode == 0
    done = call("run", *options(release), home=home)
    assert (done.returncode, "git add release.yaml" in done.stderr) == (2, True)
    assert call("init", str(release.repository), home=home).returncode == 2


@pytest.mark.slow
def test_a_bare_repository_and_a_dirty_tree_are_judged(
    release: Tiny, home: Path, call: Caller
) -> None:
    """Neither a missing work tree nor an uncommitted change is in the way; the change is noted."""
    bare = call(
        "audit",
        "--repo",
        str(release.origin),
        "--rev",
        "main",
        "--out",
        release.settings.out,
        "--json",
        home=home,
    )
    assert bare.returncode in {0, 3}, bare.stderr
    (release.repository / "src" / "one.py").write_text("changed\n")
    dirty = call("audit", *options(release), home=home)
    assert dirty.returncode == 0, dirty.stderr
    snapshot = json.loads((Path(release.settings.out) / "PhaseX_Snapshot.json").read_text())
    assert any(
        "uncommitted" in note or "differs" in note or "dirty" in note for note in snapshot["notes"]
    ), snapshot["notes"]


@pytest.mark.slow
def test_a_partial_clone_is_misuse_until_it_holds_the_reports(
    release: Tiny, home: Path, tmp_path: Path, call: Caller
) -> None:
    """The manifest is there and the report is not: nothing was judged, so nothing is RED."""
    release.git("config", "uploadpack.allowFilter", "true")
    address, partial = f"file://{release.repository}", tmp_path / "partial"
    lazily = ("clone", "-q", "--no-checkout", "--filter=blob:none")
    release.git(*lazily, address, str(partial), at=tmp_path)
    release.git("checkout", "-q", "HEAD", "--", "release.yaml", at=partial)
    given = ["--repo", str(partial), *options(release)[2:]]
    done = call("audit", *given, home=home)
    assert (done.returncode, done.stdout) == (2, "")
    assert "1 of 1 service reports are not in this clone: reports/X.1.md" in done.stderr
    assert "git fetch --refetch --no-filter origin" in done.stderr
    release.git("fetch", "-q", "--refetch", "--no-filter", "origin", at=partial)
    assert call("audit", *given, home=home).returncode == 0


def test_scenarios_and_reference(home: Path, tmp_path: Path, call: Caller) -> None:
    """The list says what each scenario must turn; the reference release is a clean work tree."""
    listed = {
        scenario["name"]: scenario
        for scenario in json.loads(call("scenarios", "--json", home=home).stdout)
    }
    assert listed["service-down"]["expects"] == {"T5": "FAIL", "P-4": "FAIL", "P-6": "FAIL"}
    done = json.loads(call("reference", str(tmp_path / "made"), "--json", home=home).stdout)
    assert Git(Path(done["repository"])).line("status", "--porcelain") == ""
    assert (
        call("reference", str(tmp_path / "other"), "--scenario", "no-such", home=home).returncode
        == 2
    )


def test_schema_and_keygen(home: Path, call: Caller) -> None:
    """The schema is JSON; a new key can be read by its owner only."""
    assert json.loads(call("schema", home=home).stdout)["title"] == "Manifest"
    assert json.loads(call("schema", "--claims", home=home).stdout)["title"] == "GivenClaims"
    key = Path(json.loads(call("keygen", "--json", home=home).stdout)["key"])
    assert key.stat().st_mode & 0o777 == 0o600


def test_claims_gives_one_record_a_report(release: Tiny, home: Path, call: Caller) -> None:
    """Reports are read without a manifest; an unreadable path is misuse."""
    report = release.repository / "reports" / "X.1.md"
    (record,) = json.loads(call("claims", str(report), "--json", home=home).stdout)
    assert (record["task_id"], record["status"]) == ("X.1", "PASS")
    assert call("claims", str(report.with_name("nowhere.md")), "--json", home=home).returncode == 2
    shown = call("claims", str(report), home=home).stdout
    assert f"{report}:{record['claims'][0]['line']}" in shown
    assert "```release-claims" in call("claims", str(report), "--draft", home=home).stdout
