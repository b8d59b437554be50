"""What `init` found, on one screen of 80 columns, or as one JSON document."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.cli.output import print_json
from atom_release.drafting import asked, environment, starts
from atom_release.gate.first_few import first_few
from atom_release.gate.printable import printable

if TYPE_CHECKING:
    from atom_release.drafting.findings import Service, Survey
    from atom_release.drafting.next_phase import NextPhase
    from atom_release.release.draft_manifest import Draft

_WIDTH = 80
_MOST = 8
_COLUMNS = (17, 11, 30)
_LAST_COLUMN = _WIDTH - sum(_COLUMNS)
_LEFT_OUT_SHOWN = 16


def show_draft(written: Path, draft: Draft, *, as_json: bool) -> None:
    """Show what was found, guessed, not found and left out, and the next command."""
    if as_json:
        release = draft.release
        print_json(
            {
                "written": str(written),
                "release": {
                    "version": release.version.version,
                    "tag": release.version.tag,
                    "branch": release.branch,
                    "base": release.base,
                },
                "ids": dict(release.ids),
                "left_out": asked.left_out(draft.survey, release.ids),
                **asdict(draft.survey),
            }
        )
        return
    sys.stdout.write("\n".join(screen(written.name, draft)) + "\n")


def show_next(written: Path, following: NextPhase, *, as_json: bool) -> None:
    """Show what the next phase is called, what it leaves out for now, and the next command."""
    names = following.names
    if as_json:
        print_json(
            {
                "written": str(written),
                "release": dict(names.fields),
                "ids": dict(names.ids),
                "absent": list(following.absent),
                "left_out": dict(following.left_out),
            }
        )
        return
    fields, ids = names.fields, names.ids
    renamed = [f"{former} -> {moved}" for former, moved in ids.items() if former != moved]
    left_out = [f"{name}: {reason}" for name, reason in following.left_out.items()]
    lines = [
        f"{written.name}: phase {names.phase}, version {fields['version']}, tag {fields['tag']}",
        *_paragraph("branch", fields["branch"]),
        *_paragraph("previous", fields["previous"]),
        *_paragraph("ids", ", ".join(renamed) or "unchanged"),
        *_paragraph("not there", ", ".join(following.absent)),
        *_paragraph("left out", "; ".join(left_out)),
        *_paragraph(
            "next", f"name the phase in {written.name}, commit it, then: atom-release audit"
        ),
    ]
    sys.stdout.write("\n".join(printable(line) for line in lines) + "\n")


def screen(written: str, draft: Draft) -> list[str]:
    """Return the lines of the screen, none longer than 80 characters."""
    survey, release = draft.survey, draft.release
    services, tag = len(survey.services), release.version.tag
    head = f"{written}: {_number(services, 'service')}, tag {tag}"
    lines = [
        *textwrap.wrap(printable(f"{head} ({release.version.after})"), _WIDTH),
        "",
        _row("service", "language", "tests", "started as in"),
        *(_service(service) for service in survey.services[:_MOST]),
    ]
    if services > _MOST:
        lines.append(f"and {services - _MOST} more")
    lines.append("")
    for title, text in (
        ("found", "; ".join(_found(survey))),
        ("guessed", "; ".join(_guessed(survey))),
        ("not found", ", ".join(_not_found(survey))),
        ("left out", _left_out(draft)),
        ("next", f"read {written}, then: atom-release audit --repo . --out /tmp/audit"),
    ):
        lines += _paragraph(title, text)
    return [printable(line)[:_WIDTH].rstrip() for line in lines]


def _row(*cells: str) -> str:
    fixed = [
        textwrap.shorten(cell, width - 1, placeholder="..").ljust(width)
        for cell, width in zip(cells, _COLUMNS, strict=False)
    ]
    return "".join(fixed) + cells[-1]


def _number(count: int, name: str) -> str:
    """Return a number of things with their name."""
    return f"{count} {name}{'' if count == 1 else 's'}"


def _end_of(place: str) -> str:
    """Return as much of a path's end as the last column holds."""
    return place if len(place) <= _LAST_COLUMN else f"..{place[2 - _LAST_COLUMN :]}"


def _service(service: Service) -> str:
    chosen = asked.suite_of(service)
    suites = [
        f"{seen.value.runner}, {_number(seen.value.files, 'file')}"
        f"{'' if seen is chosen else ' (not asked)'}"
        for seen in sorted(service.suites, key=lambda seen: seen is not chosen)
    ]
    start = _end_of(str(service.command.where)) if service.command else "-"
    return _row(service.name, service.language, suites[0] if suites else "none", start)


def _found(survey: Survey) -> Iterator[str]:
    for seen in survey.migrations[:3]:
        yield f"{_number(seen.value.steps, 'migration')} by {seen.value.tool}"
    listed = sum(
        not endpoint.guess for service in survey.services for endpoint in service.endpoints
    )
    if listed:
        yield f"{_number(listed, 'endpoint')} in OpenAPI files"
    if survey.systems:
        yield f"systems {', '.join(system.name for system in survey.systems[:5])}"
    secrets = [seen for seen in survey.variables if environment.is_secret(seen.value)]
    if survey.variables:
        yield f"{_number(len(survey.variables), 'variable')}, {len(secrets)} of them secret by name"
    matched = [service.report for service in survey.services if service.report]
    if matched:
        yield f"{_number(len(matched), 'service report')}"
    unclear = [service for service in survey.services if service.reports]
    for service in unclear[:3]:
        yield f"{_number(len(service.reports), 'report')} that may be {service.name}'s: name one"


def _guessed(survey: Survey) -> Iterator[str]:
    routes = sum(
        bool(endpoint.guess) for service in survey.services for endpoint in service.endpoints
    )
    if routes:
        asks = any(starts.is_asked(service) for service in survey.services)
        then = "; asked, and none is held against it" if asks else ""
        yield f"{_number(routes, 'endpoint')}, from the calls that declare them{then}"
    made = {
        each.name
        for service in survey.services
        for each in (
            *(service.made if starts.is_asked(service) else ()),
            *(each for seen in service.suites for each in seen.value.made),
        )
    }
    if made:
        yield f"values for {_number(len(made), 'variable')} that only code names"
    named = [
        service.name for service in survey.services if service.command and service.command.guess
    ]
    if named:
        yield f"the start of {', '.join(named[:3])}{' and others' if len(named) > 3 else ''}"  # noqa: PLR2004
    for service in survey.services:
        if service.guess:
            yield f"{service.name}: {service.guess}"


def _not_found(survey: Survey) -> Iterator[str]:
    services = survey.services
    for name, there in (
        ("service reports", any(service.report or service.reports for service in services)),
        ("tests", any(service.suites for service in services)),
        ("migrations", survey.migrations),
        ("health paths", any(service.health for service in services)),
        ("metrics paths", any(service.metrics for service in services)),
    ):
        if not there:
            yield name


def _left_out(draft: Draft) -> str:
    names = list(asked.left_out(draft.survey, draft.release.ids))
    return f"{first_few(names, _LEFT_OUT_SHOWN)}: each reason is in the file"


def _paragraph(title: str, text: str) -> list[str]:
    return (
        textwrap.wrap(
            printable(text),
            _WIDTH,
            initial_indent=f"{title:<11}",
            subsequent_indent=" " * 11,
            max_lines=3,
            placeholder=" ..",
        )
        if text
        else []
    )
