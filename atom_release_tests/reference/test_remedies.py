"""What a remedy says is done, to the letter, on the scenario that it was said of: the leg turns.

Each scenario of the example release is built, its question asked, and the leg judged by the rules
alone. Then the edit or command of the leg's own remedy is carried out and committed, and the same is
asked again. Remedies that are no edit and no command are declared as by hand, and are not followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from atom_release.gate.catalogue import remedies
from atom_release.gate.catalogue.leg_specs import LegSpec
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.rules import legs
from atom_release.gate.rules.case import Case
from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Outcome
from atom_release.lab.look import Look
from atom_release.probes import (
    claims,
    default_secrets,
    personal_data,
    remote,
    safety_mode,
    secrets,
    tag,
)
from atom_release.reference.build import build
from atom_release.source.commit import open_tree
from atom_release.source.manifest_file import manifest_at, parse_manifest
from atom_release_tests.fixtures.grown import git
from atom_release_tests.fixtures.planted import NOW

_KEY = b"k" * 32


def _nobodys(_commit: str) -> bool:
    """Return that no commit is the gate's own."""
    return False


@dataclass(frozen=True)
class Followed:
    """One scenario: the question that it turns, and the remedy carried out in its repository."""

    scenario: str
    question: str
    ask: Callable[[Look], Evidence]
    follow: Callable[[Path, Leg], None]


def _remove_named_files(repository: Path, leg: Leg) -> None:
    """Remove every file that the finding names."""
    for path in set(re.findall(r"([\w./-]+):\d+", leg.reason)):
        git(repository, "rm", "-q", path)


def _set_manual(repository: Path, leg: Leg) -> None:
    assert "safety.mode to manual" in leg.remedy
    for path in set(re.findall(r"[\w./-]+\.ya?ml", leg.reason)):
        file = repository / path
        file.write_text(re.sub(r"(mode:\s*)\w+", r"\1manual", file.read_text()))


def _remove_default(repository: Path, leg: Leg) -> None:
    for path, line in re.findall(r"([\w./-]+):(\d+)", leg.reason):
        file = repository / path
        rows = file.read_text().splitlines(keepends=True)
        rows[int(line) - 1] = re.sub(r",\s*(['\"]).*?\1\s*\)", ")", rows[int(line) - 1])
        file.write_text("".join(rows))


def _write_report(repository: Path, leg: Leg) -> None:
    """Commit one report at the path that the manifest names, with status PASS."""
    pattern = leg.reason.rpartition(" ")[2]
    report = repository / pattern.replace("*", "new")
    report.write_text("# C.4 analytics\n\nStatus: PASS\n\n8 of 8 tests passed.\n")
    git(repository, "add", str(report))


def _bring_it_in(repository: Path, leg: Leg) -> None:
    """Run the two commands of the remedy."""
    commands = leg.remedy.partition(": ")[2].partition(";")[0].split(" && ")
    for command in commands:
        git(repository, *command.split()[1:])


def _ask_report(look: Look) -> Evidence:
    (service,) = (service for service in look.manifest.services if service.id == "C.4")
    return claims.collect(look, service)[0]


def _rename(field: str) -> Callable[[Path, Leg], None]:
    def follow(repository: Path, leg: Leg) -> None:
        assert f"another release.{field}" in leg.remedy
        manifest = repository / "release.yaml"
        manifest.write_text(
            re.sub(
                rf"^(  {field}: .*)$", r"\1-2", manifest.read_text(), count=1, flags=re.MULTILINE
            )
        )

    return follow


CASES = (
    Followed(
        "secret-committed",
        "secrets",
        lambda look: secrets.probe_secrets(look, _KEY),
        _remove_named_files,
    ),
    Followed(
        "secret-export-ignored",
        "secrets",
        lambda look: secrets.probe_secrets(look, _KEY),
        _remove_named_files,
    ),
    Followed(
        "pii-in-fixture",
        "personal-data",
        lambda look: personal_data.probe_personal_data(look, _KEY),
        _remove_named_files,
    ),
    Followed(
        "workflow-automatic",
        "safety-mode",
        lambda look: safety_mode.probe_safety_mode(look)[0],
        _set_manual,
    ),
    Followed(
        "default-key-in-code",
        "default-secrets",
        lambda look: default_secrets.probe_default_secrets(look, _KEY),
        _remove_default,
    ),
    Followed("tag-conflict", "tag", lambda look: tag.probe_tag(look, own=_nobodys), _rename("tag")),
    Followed(
        "branch-diverged",
        "remote",
        lambda look: remote.probe_remote(look, own=_nobodys),
        _rename("branch"),
    ),
    Followed(
        "branch-diverged",
        "remote",
        lambda look: remote.probe_remote(look, own=_nobodys),
        _bring_it_in,
    ),
    Followed("report-missing", "report", _ask_report, _write_report),
)


def judged(case: Followed, repository: Path, scratch: Path) -> Leg:
    """Ask the question of the newest commit, and judge its leg by the rules alone."""
    tree = open_tree(repository, "HEAD")
    content, _ = manifest_at(tree, None)
    manifest = parse_manifest(content, "release.yaml")
    evidence = case.ask(Look(manifest, tree, scratch, lambda: NOW))
    spec = LegSpec("P-2", evidence.question, evidence.subject)
    return legs.judge(spec, Case(manifest, tree.commit, tree.tree, NOW, {"e" * 64: evidence}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.scenario}-{case.follow.__name__}")
def test_a_remedy_that_is_followed_turns_its_leg(case: Followed, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    repository = build(tmp_path / "built", case.scenario).repository
    before = judged(case, repository, scratch)
    assert before.outcome is Outcome.FAIL, before
    assert remedies.how(before.question, before.remedy) != remedies.BY_HAND
    case.follow(repository, before)
    git(repository, "commit", "-q", "-a", "--allow-empty", "-m", "Do as the remedy says")
    after = judged(case, repository, scratch)
    assert after.outcome is Outcome.PASS, after


def test_every_question_whose_remedy_is_an_edit_is_followed_here() -> None:
    assert {case.question for case in CASES} == remedies.EDITS


def test_a_command_is_told_by_its_first_word_and_all_else_is_by_hand() -> None:
    for text in ("ALTER VIEW a SET (security_invoker = true);", "export A=<an address>"):
        assert remedies.how("isolation", text) == remedies.COMMAND
    assert remedies.how("latency", "Make the named endpoint faster.") == remedies.BY_HAND
    assert remedies.how("secrets", "Remove it.") == remedies.EDIT
