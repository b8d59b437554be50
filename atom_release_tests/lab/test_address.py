"""What is said of a service that is not there to be asked, and what to do."""

from __future__ import annotations

import shlex
from pathlib import Path

from atom_release.gate.vocabulary import Answer
from atom_release.lab.address import StartFailure, not_started
from atom_release_tests.fixtures.stage import Rehearsed, look_at, service_of


def test_a_command_to_run_by_hand_can_be_copied(tmp_path: Path) -> None:
    command = ["{python}", "-c", "raise SystemExit(1)"]
    service = service_of(start={"command": command, "directory": "services/door"})
    ended = Rehearsed(failures={service.id: StartFailure("it ended with status 1", "")})
    evidence = not_started(look_at(tmp_path, service), "health", service, ended)
    assert evidence is not None
    assert evidence.answer is Answer.NO
    assert evidence.reason.endswith("did not start: it ended with status 1; it logged nothing")
    copied = next(part for part in evidence.remedy.split("`") if part.startswith("python"))
    assert shlex.split(copied) == ["python", *command[1:]]
    assert "by hand in services/door" in evidence.remedy
    assert ".log" not in evidence.remedy


def test_a_log_is_named_where_there_is_one(tmp_path: Path) -> None:
    service = service_of(start={"command": ["run"]})
    ended = Rehearsed(failures={service.id: StartFailure("it ended with status 1", "no good")})
    evidence = not_started(look_at(tmp_path, service), "health", service, ended)
    assert evidence is not None
    assert f"`== {service.id}` in the .log files" in evidence.remedy


def test_what_was_not_to_be_asked_itself_is_not_held_against_it(tmp_path: Path) -> None:
    service = service_of(start={"command": ["run"]})
    ended = Rehearsed(failures={service.id: StartFailure("it ended with status 1")})
    look = look_at(tmp_path, service)
    evidence = not_started(look, "tokens", service, ended, direct=False)
    assert evidence is not None
    assert evidence.answer is Answer.UNKNOWN


def test_a_service_whose_toolchain_this_machine_lacks_is_absent(tmp_path: Path) -> None:
    """So are the questions that only need it, and what to do is said."""
    service = service_of(start={"command": ["run"]})
    why = StartFailure("Node.js 10 is wanted, and this machine has 20", absent="Install it.")
    look = look_at(tmp_path, service)
    for direct in (True, False):
        absent = Rehearsed(lacks={service.id: why})
        evidence = not_started(look, "health", service, absent, direct=direct)
        assert evidence is not None
        assert (evidence.answer, evidence.remedy) == (Answer.ABSENT, "Install it.")
        assert "Node.js 10 is wanted" in evidence.reason
