"""Secrets in the history.

Found wherever they came in and went, said where, once each, never shown; what was not read is said.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.gate.consents.signed import Signature
from atom_release.gate.consents.waivers import Presented, Waiver
from atom_release.gate.decision.decide import decide
from atom_release.gate.decision.decision import CriterionResult
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.case import Case
from atom_release.gate.vocabulary import Answer, ControlState, Outcome
from atom_release.lab.look import Look
from atom_release.probes import secret_history
from atom_release.probes.secret_history import probe_secret_history, walk
from atom_release.probes.secret_history.walk import Bounds, Brought, Walk
from atom_release.reference.build import build
from atom_release.reference.scenarios.policies import DOTENV
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.asking import left_out
from atom_release_tests.fixtures.planted import MANIFEST, NOW

GIT = shutil.which("git") or "git"
SECRET = "pQ7xw2Vn8Lr4Tz9" + "Kc3"  # put together, so that this file holds none
LINE = f'password = "{SECRET}"\n'


class Repository:
    """A repository whose history a test writes."""

    def __init__(self, folder: Path) -> None:
        """Make it in a folder of its own."""
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit(a="a")

    def git(self, *words: str) -> str:
        """Run git there."""
        identity = [
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.org",
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "protocol.file.allow=always",
        ]
        return subprocess.run(
            [GIT, "-C", str(self.folder), *identity, *words],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def write(self, **files: str | None) -> None:
        """Change files (`__` stands for a folder's end, None removes one) and stage all."""
        for name, text in files.items():
            path = self.folder / name.replace("__", "/")
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        self.git("add", "--all", "--force")

    def commit(self, **files: str | None) -> None:
        """Commit these changes."""
        self.write(**files)
        self.git("commit", "--quiet", "--allow-empty", "--message", "m")

    def head(self) -> str:
        """Return the last commit."""
        return self.git("rev-parse", "HEAD")

    def look(self, manifest: Manifest = MANIFEST, repository: Path | None = None) -> Look:
        """Look at its last commit, or at that of a clone."""
        return Look(
            manifest,
            open_tree(repository or self.folder, "HEAD"),
            self.folder.parent / "scratch",
            lambda: NOW,
        )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def listed_findings(evidence: Evidence) -> list[dict[str, object]]:
    listed = evidence.facts.get("findings", evidence.facts.get("warnings"))
    assert isinstance(listed, list)
    return [dict(finding) for finding in listed if isinstance(finding, dict)]


def places(evidence: Evidence) -> list[tuple[object, object, object]]:
    return [
        (finding["commit"], finding["file"], finding["line"])
        for finding in listed_findings(evidence)
    ]


def probe(look: Look, **bounds: int) -> Evidence:
    return probe_secret_history(look, b"k" * 32, Bounds(**bounds) if bounds else Bounds())


def test_a_removed_secret_is_a_warning_with_its_place_and_never_its_value(
    repository: Repository,
) -> None:
    repository.commit(conf="x = 1\n" + LINE)
    brought = repository.head()
    repository.commit(conf="x = 1\n")
    evidence = probe(repository.look())
    assert evidence.answer is Answer.YES
    assert f"{brought[:12]}:conf:2" in evidence.reason
    assert evidence.reason.startswith("warning: 1 secrets in the history")
    assert places(evidence) == [(brought, "conf", 2)]
    assert re.fullmatch(r"[0-9a-f]{32}", str(listed_findings(evidence)[0]["fingerprint"]))
    assert SECRET not in evidence.model_dump_json()
    assert evidence.control is not None
    assert (evidence.control.state, evidence.facts["gaps"], evidence.facts["not_examined"]) == (
        ControlState.ALIVE,
        [],
        {},
    )


def test_a_secret_is_told_once_where_it_first_stood_however_often_it_came_again(
    repository: Repository,
) -> None:
    repository.commit(z=LINE)
    first = repository.head()
    for number in range(4):
        repository.commit(z=LINE + f"n = {number}\n", **{f"copy{number}": LINE + f"{number}\n"})
    repository.commit(z="", **dict.fromkeys((f"copy{number}" for number in range(4)), ""))
    evidence = probe(repository.look())
    assert places(evidence) == [(first, "z", 1)]
    assert (listed_findings(evidence)[0]["paths"], evidence.facts["blobs"]) == (5, 9)


def on_a_branch(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit(side=LINE)
    repository.commit(side=None)
    repository.git("checkout", "--quiet", "main")
    repository.commit(b="b")
    repository.git("merge", "--quiet", "--no-ff", "side", "--message", "m")


def by_a_merge_alone(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit(c="c")
    repository.git("checkout", "--quiet", "main")
    repository.commit(b="b")
    repository.git("merge", "--quiet", "--no-ff", "--no-commit", "side")
    repository.commit(side=LINE)
    repository.commit(side=None)


def by_a_root_of_its_own(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "--orphan", "side")
    repository.commit(side=LINE)
    repository.commit(side=None)
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--allow-unrelated-histories", "side", "--message", "m")


def under_an_odd_name(repository: Repository) -> None:
    repository.commit(**{"side \n\té:x": LINE})
    repository.commit(**{"side \n\té:x": None})


def behind_an_attribute(repository: Repository) -> None:
    repository.commit(side=LINE, **{".gitattributes": "side -diff export-ignore filter=none\n"})
    repository.commit(side=None)
    repository.git("config", "diff.orderFile", "nowhere")


@pytest.mark.parametrize(
    "way",
    [on_a_branch, by_a_merge_alone, by_a_root_of_its_own, under_an_odd_name, behind_an_attribute],
)
def test_it_is_found_however_it_came_and_went(
    repository: Repository, way: Callable[[Repository], None]
) -> None:
    way(repository)
    assert [str(finding["file"])[:4] for finding in listed_findings(probe(repository.look()))] == [
        "side"
    ]


def test_what_the_judged_commit_holds_itself_is_another_question(repository: Repository) -> None:
    repository.commit(conf=LINE)
    assert listed_findings(probe(repository.look())) == []


def test_what_a_line_of_several_versions_holds_is_found_by_the_rules_of_its_path(
    repository: Repository,
) -> None:
    """The same line in a test, which is exempt, and then elsewhere.

    And two keys under one header.
    """
    from atom_release.probes.secrets import canaries

    keys = [canaries()["canary/deploy.pem"].decode() for _ in range(2)]
    repository.commit(tests__conf=LINE, key="head\n" + keys[0])
    repository.commit(conf=LINE, key="head\n" + keys[1])
    repository.commit(conf="", tests__conf="", key="head\n")
    assert sorted(
        str(finding["file"]) for finding in listed_findings(probe(repository.look()))
    ) == [
        "conf",
        "key",
        "key",
    ]


def test_what_still_stands_in_the_judged_commit_is_not_told_twice(repository: Repository) -> None:
    repository.commit(conf=LINE + "1\n")
    repository.commit(conf=LINE + "2\n")
    evidence = probe(repository.look())
    assert (listed_findings(evidence), evidence.facts["blobs"]) == ([], 1)


def test_placeholders_examples_and_tests_are_exempt_there_too(repository: Repository) -> None:
    names = {
        "tests__conf": LINE,
        ".env.example": f"API_SECRET={SECRET}\n",
        "docs": 'password = "change-me-please"\n',
        "ref": "password: ${DB_PASSWORD}\n",
    }
    repository.commit(**names)
    repository.commit(**dict.fromkeys(names, ""))
    evidence = probe(repository.look())
    assert (listed_findings(evidence), evidence.facts["blobs"]) == ([], 4)


@pytest.mark.slow
def test_the_history_of_the_reference_release_has_none(tmp_path: Path) -> None:
    for scenario, expected in (("green", []), ("secret-in-history", [(".env", 1), (".env", 2)])):
        built = build(tmp_path / scenario, scenario)
        look = Look(
            MANIFEST, open_tree(built.repository, "HEAD"), tmp_path / "scratch", lambda: NOW
        )
        evidence = probe(look)
        assert [
            (finding["file"], finding["line"]) for finding in listed_findings(evidence)
        ] == expected
        assert (evidence.answer, evidence.reason.startswith("warning: ")) == (
            Answer.YES,
            bool(expected),
        )
        assert all(
            value not in evidence.model_dump_json()
            for value in re.findall(r"=(\S+)", DOTENV.decode())
        )


def test_a_shallow_clone_says_what_was_not_examined(repository: Repository, tmp_path: Path) -> None:
    repository.commit(conf=LINE)
    repository.commit(conf="")
    subprocess.run(
        [
            GIT,
            "clone",
            "--quiet",
            "--depth=1",
            f"file://{repository.folder}",
            str(tmp_path / "shallow"),
        ],
        check=True,
        capture_output=True,
    )
    strict = MANIFEST.model_copy(update={"secrets_in_history": "fail"})
    for manifest, answer in ((MANIFEST, Answer.YES), (strict, Answer.UNKNOWN)):
        evidence = probe(repository.look(manifest, tmp_path / "shallow"))
        assert (evidence.answer, evidence.facts["commits"]) == (answer, 1)
        assert "not examined: the clone is shallow" in evidence.reason
        assert evidence.reason.startswith("warning: ") is (answer is Answer.YES)
    assert "--unshallow" in evidence.remedy


def test_a_partial_clone_counts_what_it_lacks(repository: Repository, tmp_path: Path) -> None:
    repository.commit(conf=LINE)
    repository.commit(conf="")
    repository.git("config", "uploadpack.allowFilter", "true")
    source = f"file://{repository.folder}"
    subprocess.run(
        [GIT, "clone", "--quiet", "--filter=blob:none", source, str(tmp_path / "partial")],
        check=True,
        capture_output=True,
    )
    evidence = probe(repository.look(repository=tmp_path / "partial"))
    assert (evidence.facts["blobs"], evidence.facts["not_examined"]) == (
        0,
        {"not in this clone": 1},
    )


def test_what_is_large_or_too_much_is_counted_newest_first(repository: Repository) -> None:
    repository.commit(conf=LINE)
    repository.commit(conf="x" * 5000)
    repository.commit(conf="late\n" + LINE.replace("password", "secret").replace("7", "5"))
    repository.commit(conf="")
    large = probe(repository.look(), blob=1000)
    assert (len(listed_findings(large)), large.facts["not_examined"]) == (
        2,
        {"larger than 1000 bytes": 1},
    )
    few = probe(repository.look(), blobs=1)
    assert ([finding["line"] for finding in listed_findings(few)], few.facts["not_examined"]) == (
        [2],
        {"beyond what is read of a history": 2},
    )
    assert "not examined: 2 blobs beyond" in few.reason


def test_a_walk_that_sees_nothing_is_found_out(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control walks a history of its own by the same way."""

    def nothing(*_: object) -> dict[str, Brought]:
        return {}

    monkeypatch.setattr(walk, "_listed", nothing)
    control = probe(repository.look()).control
    assert control is not None
    assert (control.state, control.found) == (ControlState.DEAD, "found nothing in 0 commits")


def _case(evidence: Evidence, manifest: Manifest, *waivers: Presented) -> Case:
    return Case(
        manifest, evidence.commit, evidence.tree, NOW, {"0" * 64: evidence}, waivers=waivers
    )


def _result(evidence: Evidence, manifest: Manifest) -> CriterionResult:
    return decide(_case(evidence, manifest)).criteria[0]


@pytest.mark.slow
def test_where_it_fails_it_is_waived_by_fingerprints_that_hold_in_every_run(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same secrets are the same failure; one more is another."""
    from atom_release.gate.catalogue import leg_specs

    leg = leg_specs.LegSpec("P-2", secret_history.QUESTION, "history")
    monkeypatch.setitem(leg_specs._LEGS, "P-2", lambda _: iter([leg]))
    manifest = MANIFEST.model_copy(
        update={"secrets_in_history": "fail", "left_out": left_out("P-2")}
    )
    repository.commit(conf=LINE)
    repository.commit(conf="")
    first, again = (probe(repository.look(manifest)) for _ in range(2))
    assert (first.answer, "filter-repo" in first.remedy, "findings" in first.facts) == (
        Answer.NO,
        True,
        True,
    )
    fields = {
        "criterion": "P-2",
        "commit": first.commit,
        "reason": "revoked",
        "approver": "Ada",
        "ticket": "S-1",
    }
    until = {
        "not_before": datetime(2031, 1, 1, tzinfo=UTC),
        "expires": datetime(2032, 1, 1, tzinfo=UTC),
    }
    result = _result(first, manifest)
    waiver = Waiver.model_validate(
        {**fields, **until, "fingerprint": result.failure, "magnitudes": result.magnitudes}
    )
    presented = Presented(digest="d" * 64, waiver=waiver, signature=Signature.TRUSTED, signer="ada")
    assert decide(_case(again, manifest, presented)).criteria[0].outcome is Outcome.WAIVED
    repository.commit(conf=LINE.replace("7", "5"))
    repository.commit(conf="")
    more = probe(repository.look(manifest))
    assert len(listed_findings(more)) == 2
    assert (
        _result(more.model_copy(update={"commit": first.commit}), manifest).failure
        != waiver.fingerprint
    )
    assert (
        decide(_case(more, manifest, replace_commit(presented, more.commit))).criteria[0].outcome
        is Outcome.FAIL
    )


def replace_commit(presented: Presented, commit: str) -> Presented:
    assert presented.waiver is not None
    return presented.model_copy(
        update={"waiver": presented.waiver.model_copy(update={"commit": commit})}
    )


def test_a_walk_of_everything_is_whole() -> None:
    assert Walk().whole
    assert not replace(Walk(), gaps=("cut",)).whole
