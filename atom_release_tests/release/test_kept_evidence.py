"""A suite that passed on this very commit under the same conditions is not run again, and no other."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atom_release.errors import StoreError
from atom_release.gate.vocabulary import Answer
from atom_release.records import canonical
from atom_release.release import kept_evidence
from atom_release.release.kept_evidence import KEPT_FROM, find_kept_suite
from atom_release.release.service_questions import service_evidence
from atom_release.release.work import Work
from atom_release_tests.fixtures import praised
from atom_release_tests.fixtures.tiny import Tiny

FILES = {
    "reports/X.1.md": "# X.1 One\n\n**Status:** PASS\n\n**Tests:** 1/1 passed\n",
    "tests/test_calc.py": (
        "import sys\n"
        "sys.path.insert(0, 'src')\n"
        "import calc\n\n"
        "def test_double() -> None:\n"
        "    assert calc.double(4) == 8\n"
    ),
}


@dataclass(frozen=True)
class Asked:
    """A release, and the evidence document of its service that the run `first` made."""

    release: Tiny
    document: Mapping[str, Any]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    release = praised.release_of(tmp_path_factory.mktemp("kept"), FILES, praised.SUITE)
    return Asked(release, _ask(release, "first"))


@pytest.fixture(scope="module")
def release(judged: Asked) -> Tiny:
    return judged.release


def _work(release: Tiny, run: str, **changed: Any) -> Work:  # noqa: ANN401 - fields of the settings
    settings = replace(release.settings, **changed)
    return Work(settings, "service_evidence/X_1", run, datetime.now(UTC))


def _ask(release: Tiny, run: str) -> Mapping[str, Any]:
    """Ask the service in a run; return its evidence document, with its log."""
    work = _work(release, run)
    artifacts = service_evidence(work, work.manifest.services[0])
    work.write(artifacts)
    document, log = artifacts.values()
    return {**json.loads(document), "log": log}


def _is_kept(release: Tiny, run: str, **changed: Any) -> bool:  # noqa: ANN401 - fields of the settings
    work = _work(release, run, **changed)
    return find_kept_suite(work, work.manifest.services[0]) is not None


def _piece(document: Mapping[str, Any], question: str) -> Any:  # noqa: ANN401 - JSON
    return next(piece for piece in document["evidence"] if piece["question"] == question)


def test_the_next_run_keeps_it_and_says_from_where(
    judged: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also from a run that kept it itself; what is cheap is asked again."""
    first = judged.document
    monkeypatch.setattr("atom_release.probes.suite.probe.run_suite", None)
    for run in ("second", "third"):
        document = _ask(judged.release, run)
        assert _piece(document, "suite") == _piece(first, "suite")
        assert document[KEPT_FROM] == "first"
        assert b"1 passed" in document["log"]
        assert _piece(document, "claims")["observed_at"] > _piece(first, "claims")["observed_at"]
    assert KEPT_FROM not in first


def test_whoever_wants_it_fresh_gets_it_so(release: Tiny) -> None:
    assert _is_kept(release, "again")
    assert not _is_kept(release, "again", fresh=True)


@pytest.mark.parametrize("name", ["_own_code", "_packages", "_programs"])
def test_under_other_conditions_it_is_asked_again(
    release: Tiny, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(kept_evidence, name, lambda: "other")
    assert not _is_kept(release, "again")


def test_a_package_that_is_put_in_anew_is_another_condition(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = tmp_path / "runner-1.0.dist-info"
    place.mkdir()
    (place / "METADATA").write_text("Metadata-Version: 2.1\nName: runner\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    digests = []
    for moment in (1, 1, 2):
        os.utime(place, (moment, moment))
        digests.append(kept_evidence._packages.__wrapped__())
    assert digests[0] == digests[1] != digests[2]


def test_another_word_of_the_operator_is_another_condition(release: Tiny, tmp_path: Path) -> None:
    file = tmp_path / "operator.yaml"
    file.write_text("floor: [P-1]\n")
    assert not _is_kept(release, "again", operator=file)


def test_another_manifest_is_another_condition(release: Tiny, tmp_path: Path) -> None:
    file = tmp_path / "release.yaml"
    committed = (release.repository / "release.yaml").read_text()
    file.write_text(committed.replace("repeats: 1", "repeats: 3"))
    assert not _is_kept(release, "again", manifest=file)


def test_it_does_not_go_stale_before_the_tag(
    release: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime.now(UTC)
    monkeypatch.setattr(kept_evidence, "now", lambda: moment + timedelta(hours=11))
    assert _is_kept(release, "again")
    monkeypatch.setattr(kept_evidence, "now", lambda: moment + timedelta(hours=13))
    assert not _is_kept(release, "again")


STORED: dict[str, tuple[bool, dict[str, Any]]] = {
    "a yes with its control": (True, {}),
    "it failed": (False, {"answer": "no"}),
    "nobody knows": (False, {"answer": "unknown"}),
    "it errored": (False, {"errored": True}),
    "no control": (False, {"control": None}),
    "a weak control": (False, {"control": {"state": "weak", "changed": "all", "found": "red"}}),
    "a vacuous suite": (
        False,
        {"control": {"state": "vacuous", "changed": "all", "found": "green"}},
    ),
    "of another tree": (False, {"tree": "0" * 40}),
    "its report's commit could not be asked": (
        False,
        {"facts": {"at_report": {"problem": "not here"}}},
    ),
}


@pytest.mark.parametrize("name", STORED)
def test_only_a_yes_that_could_have_been_a_no_is_kept(
    release: Tiny, tmp_path: Path, name: str
) -> None:
    kept, changed = STORED[name]
    _store(release, tmp_path, changed)
    assert _is_kept(release, "again", out=str(tmp_path)) is kept


def _store(release: Tiny, out: Path, changed: Mapping[str, Any]) -> str:
    """Sign a run with the suite's evidence as it would be, but for what is changed.

    Return the artifact's name.
    """
    work = _work(release, "stored", out=str(out))
    piece = work.look.found("suite", "X.1", Answer.YES, "it passes").model_dump(mode="json")
    control = {"state": "alive", "changed": "all", "found": "red"}
    evidence = {**piece, "control": control, "facts": {"collected": 1}, **changed}
    document = {"conditions": kept_evidence.conditions_of(work), "evidence": [evidence]}
    service = work.manifest.services[0]
    name = work.names.evidence_artifact(service)
    work.write({name: canonical.artifact(document), work.names.log_artifact(service): b"log\n"})
    return name


def test_what_was_edited_is_no_evidence(release: Tiny, tmp_path: Path) -> None:
    name = _store(release, tmp_path, {})
    (file,) = (tmp_path / "runs").rglob(name)
    file.write_bytes(file.read_bytes().replace(b"it passes", b"it is OK!"))
    with pytest.raises(StoreError, match="not what was signed"):
        _is_kept(release, "again", out=str(tmp_path))
