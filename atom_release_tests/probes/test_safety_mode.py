"""Every workflow package that states a safety mode must state `manual`."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes.safety_mode import probe_safety_mode
from atom_release_tests.fixtures.planted import look_at, places


def _probe(folder: Path, files: dict[str, str]) -> Evidence:
    (evidence,) = probe_safety_mode(look_at(folder, files))
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    return evidence


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("flows/a/package.yaml", "name: a\nsafety:\n  mode: auto\n", 2),
        ("flows/a/package.yml", "safety: {mode: automatic, by: nobody}\n", 1),
        ("flows/a/package.json", '{\n "spec": [{"safety": {"mode": "auto"}}]}\n', 2),
        ("flows/two.yaml", "safety: {mode: manual}\n---\nsafety: {mode: off}\n", 1),
    ],
)
def test_a_package_that_runs_by_itself_is_found(
    tmp_path: Path, path: str, text: str, line: int
) -> None:
    evidence = _probe(tmp_path, {path: text, "other.yaml": "safety: {mode: manual}\n"})
    assert evidence.answer is Answer.NO
    assert places(evidence) == {(path, line)}


def test_packages_that_wait_for_a_person_pass(tmp_path: Path) -> None:
    evidence = _probe(
        tmp_path,
        {"a.yaml": "safety:\n  mode: manual\n", "b.json": '{"safety": {"mode": "Manual"}}'},
    )
    assert (evidence.answer, evidence.facts["packages"]) == (Answer.YES, 2)
    assert "not_applicable" not in evidence.facts


@pytest.mark.parametrize(
    "text",
    [
        "safety: true\n",
        "safety:\n  level: high\n",
        "x: safety\n",
        "properties:\n  safety:\n    mode: {enum: [auto]}\n",
    ],
)
def test_without_a_package_the_question_does_not_apply(tmp_path: Path, text: str) -> None:
    evidence = _probe(tmp_path, {"a.yaml": text})
    assert evidence.answer is Answer.YES
    assert evidence.facts["not_applicable"]


def test_a_manifest_that_cannot_be_read_leaves_the_question_open(tmp_path: Path) -> None:
    evidence = _probe(
        tmp_path, {"a.yaml": "safety: {mode: manual\n", "b.yaml": "safety: {mode: manual}\n"}
    )
    assert evidence.answer is Answer.UNKNOWN
    assert "a.yaml" in evidence.reason


def test_a_package_that_runs_by_itself_decides_although_another_cannot_be_read(
    tmp_path: Path,
) -> None:
    assert (
        _probe(
            tmp_path, {"a.yaml": "safety: {mode: manual\n", "b.yaml": "safety: {mode: auto}\n"}
        ).answer
        is Answer.NO
    )


def test_tests_warn(tmp_path: Path) -> None:
    evidence = _probe(tmp_path, {"tests/a.yaml": "safety: {mode: auto}\n"})
    assert evidence.answer is Answer.YES
    assert places(evidence, "warnings") == {("tests/a.yaml", 1)}


def test_aliases_that_multiply_are_visited_once(tmp_path: Path) -> None:
    """Nine levels of nine references each are 400 million nodes if they are followed one by one."""
    levels = ["l0: &l0 {safety: {mode: auto}}"] + [
        f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)
    ]
    assert _probe(tmp_path, {"a.yaml": "\n".join(levels)}).answer is Answer.NO


def test_yaml_that_would_make_objects_is_not_obeyed(tmp_path: Path) -> None:
    evidence = _probe(
        tmp_path,
        {
            "a.yaml": (
                "safety: !!python/object/apply:os.system ['touch "
                + str(tmp_path / "owned")
                + "']\n"
            )
        },
    )
    assert evidence.answer is Answer.UNKNOWN
    assert not (tmp_path / "owned").exists()
