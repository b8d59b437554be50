"""Run the tests of Go, Rust or the JVM, and write what the toolchain says of them as JUnit.

Runs beside the subject, in its sandbox, and imports nothing of the gate.
Called as `toolchain.py RUNNER JUNIT COMMAND...`. A test of Go that panics ends the others of its
package: those are run again without it, so that each test has an outcome of its own.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_RUNNING = re.compile(r"^\s+Running (?:unittests )?(\S+)|^\s+Doc-tests (\S+)")
_TEST = re.compile(r"^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)\b")
_FAILURE = re.compile(r"^---- (.+?) std(?:out|err) ----$")
_ACTIONS = {"pass": "passed", "fail": "failed", "skip": "skipped"}
_ALREADY_TOLD = ("=== ", "--- ", "note: ", "thread '")
_MOST_TEXT = 20_000
_PATIENCE = 60  # seconds for the tests that are left in a package, each time
_RESULTS = re.compile(r"(?:surefire-reports|failsafe-reports|test-results)(?:/|$)")


class Case(NamedTuple):
    """One test: where it is, its name, what it came to, and what it words."""

    place: str
    name: str
    outcome: str
    text: str = ""


def of_go(lines: list[str]) -> Iterator[Case]:
    """Yield the tests of `go test -json`."""
    words: dict[tuple[str, str], str] = {}
    for event in _events(lines):
        if not event.get("Test"):
            continue
        key = (str(event.get("Package", "")), str(event["Test"]))
        if event.get("Action") == "output":
            words[key] = (words.get(key, "") + str(event.get("Output", "")))[:_MOST_TEXT]
        outcome = _ACTIONS.get(str(event.get("Action")))
        if outcome:
            yield Case(*key, outcome, words.get(key, ""))


def ended_by_panic(lines: list[str]) -> list[str]:
    """Return the packages in which a test of Go panicked: it ends all others of its package."""
    ended: dict[str, None] = {}
    for event in _events(lines):
        output, package = str(event.get("Output", "")), str(event.get("Package", ""))
        if package and output.startswith(("panic: ", "fatal error: ")):
            ended[package] = None
    return list(ended)


def run_rest(package: str, arguments: list[str], lines: list[str]) -> list[str]:
    """Return the events of the tests of a package that a panic kept from running.

    Each further panic ends those after it, so they are run until none is left.
    """
    go, built = ["go"], Path("/tmp") / "rest.test"  # noqa: S108 - private there
    place = _said([*go, "list", "-f", "{{.Dir}}", package]).strip()
    build = [*go, "test", "-c", "-o", str(built), *arguments, package]
    if not place or subprocess.run(build, check=False, capture_output=True).returncode != 0:
        return []
    listed = _said([str(built), "-test.list", "."], place).split("\n")
    left = [name for name in listed if name.isidentifier()]
    events = list(lines)
    more: list[str] = []
    while left := [name for name in left if name not in _ended(events, package)]:
        words = [str(built), "-test.v=true", f"-test.run=^({'|'.join(left)})$"]
        output = _said([*go, "tool", "test2json", "-p", package, *words], place).splitlines()
        if not _ended(output, package) & {*left}:
            left = left[1:]  # it ends the program without a word of its own
        more += output
        events = output
    return more


def _ended(lines: list[str], package: str) -> set[str]:
    """Return the tests at the top of a package that came to an end."""
    return {
        str(event.get("Test", "")).partition("/")[0]
        for event in _events(lines)
        if event.get("Package") == package
        and event.get("Action") in _ACTIONS
        and "/" not in str(event.get("Test", ""))
    }


def _events(lines: list[str]) -> Iterator[dict[str, object]]:
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def _said(words: list[str], place: str = ".") -> str:
    """Return what a program says; it is ended where it says nothing for too long."""
    try:
        done = subprocess.run(
            words,
            cwd=place,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b"").decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "replace")


def of_cargo(lines: list[str]) -> Iterator[Case]:
    """Yield the tests of `cargo test`, each below the target that it is compiled into."""
    place, words = "", _said_by_failing(lines)
    for line in lines:
        running = _RUNNING.match(line)
        if running:
            place = running[1] or f"doc of {running[2]}"
        test = _TEST.match(line)
        if test:
            outcome = {"ok": "passed", "FAILED": "failed"}.get(test[2], "skipped")
            yield Case(place, test[1], outcome, words.get(test[1], ""))


def _said_by_failing(lines: list[str]) -> dict[str, str]:
    words: dict[str, str] = {}
    name = ""
    for line in lines:
        begins = _FAILURE.match(line)
        if begins:
            name = begins[1]
        elif line.startswith(("failures:", "test result:")):
            name = ""
        elif name:
            words[name] = (words.get(name, "") + line + "\n")[:_MOST_TEXT]
    return words


def write(cases: Iterator[Case], junit: Path) -> None:
    """Write tests as JUnit, and nothing where there are none."""
    suite = ET.Element("testsuite")
    for case in cases:
        element = ET.SubElement(suite, "testcase", classname=case.place, name=case.name)
        if case.outcome == "failed":
            lines = [line.strip() for line in case.text.splitlines() if line.strip()]
            failure = ET.SubElement(element, "failure", message=_readable(_first(lines)))
            failure.text = _readable(case.text)
        elif case.outcome == "skipped":
            ET.SubElement(element, "skipped")
    if len(suite):
        ET.ElementTree(suite).write(junit, "utf-8", xml_declaration=True)


def _first(lines: list[str]) -> str:
    telling = [line for line in lines if not line.startswith(_ALREADY_TOLD)]
    return next(iter(telling), "it failed")[:500]


def _readable(text: str) -> str:
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd]", "?", text)


def results() -> dict[Path, tuple[int, int]]:
    """Return the JUnit files of Maven or Gradle here, with what tells them from later ones."""
    here = {}
    for folder, _, names in os.walk("."):
        if not _RESULTS.search(folder):
            continue
        for name in sorted(names):
            path = Path(folder, name)
            if name.startswith("TEST-") and name.endswith(".xml"):
                here[path] = (path.stat().st_mtime_ns, path.stat().st_ino)
    return here


def gather(before: dict[Path, tuple[int, int]], junit: Path) -> None:
    """Bring together the JUnit files that were written since; a committed one says nothing."""
    both = ET.Element("testsuites")
    for path, seen in results().items():
        if before.get(path) != seen:
            both.append(ET.parse(path).getroot())  # noqa: S314 - in the sandbox, as the subject
    if len(both):
        ET.ElementTree(both).write(junit, "utf-8", xml_declaration=True)


def main(runner: str, junit: str, *command: str) -> int:
    """Run the command, show what it says, write its tests; return its exit status."""
    before = results()
    lines = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as running:
        for line in running.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line.rstrip("\n"))
    if runner == "go":
        arguments = list(command[4:])  # behind go test -json ./...
        for package in ended_by_panic(lines):
            rest = run_rest(package, arguments, lines)
            sys.stdout.write("".join(f"{line}\n" for line in rest))
            lines += rest
    if runner in {"go", "cargo"}:
        write({"go": of_go, "cargo": of_cargo}[runner](lines), Path(junit))
    else:
        gather(before, Path(junit))
    return running.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
