"""The draft: a first `release.yaml` of what was found.

What was found stands as fields; what was only guessed, or cannot be said in a manifest, stands as a
comment that a person can take into use, or as a start that is marked as a guess: nothing guessed is
held against the release. What there is nothing to
ask of is left out with the reason, so that no criterion of a draft is refused by the draft itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any

import yaml

from atom_release.drafting import asked, starts
from atom_release.drafting.findings import Runner, Service, Survey
from atom_release.drafting.version import Version
from atom_release.gate.printable import printable

SCHEMA = "release.schema.json"
_HEAD = (
    f"# yaml-language-server: $schema={SCHEMA}",
    f"# `atom-release schema > {SCHEMA}` writes that file, for editors that complete and check.",
    "# A draft: what was found stands as fields, guesses as comments or marked `guessed`. Edit it,",
    "# commit it.",
)
_ACTS = (
    "# A run prints what it would do until this says `on`.",
    "acts: off",
)
_WEAK = "control: weak  # its code can only be emptied; this accepts what that shows"
_MOST_LISTED = 5


@dataclass(frozen=True)
class Release:
    """What a draft says of the release itself."""

    name: str
    version: Version
    branch: str
    base: str
    phase: str = "A"
    remote: str = "origin"
    ids: Mapping[str, str] = field(default_factory=dict)  # service's name -> its id


def write(survey: Survey, release: Release) -> str:
    """Return the text of the draft."""
    lines = [*_HEAD, "manifest: atom-release/v1", "release:", *_release(release), *_ACTS]
    if release.remote != "origin":
        lines += _dumped({"infrastructure": {"remote": release.remote}})
    lines += ["services:"]
    order = starts.find_order(survey, release.ids)
    for service in survey.services:
        service_id = release.ids[service.name]
        lines += _service(service, service_id, order.get(service_id, []))
    lines += [
        *_documents(survey),
        "# What is not asked yet, each with its reason. Take a line away as soon as the manifest",
        "# names what there is to ask: everything that is not listed here is asked.",
        *_dumped({"left_out": asked.left_out(survey, release.ids)}, flow=False),
        *_migrations(survey),
        *_also_seen(survey),
    ]
    return "\n".join(lines) + "\n"


def _release(release: Release) -> Iterator[str]:
    stated = {"phase": release.phase, "name": release.name}
    yield from _dumped(stated, 2)
    yield f"  # {_line(release.version.after)}"
    named = {
        "version": release.version.version,
        "tag": release.version.tag,
        "branch": release.branch,
        "base": release.base,
    }
    yield from _dumped(named, 2)


def _service(service: Service, service_id: str, after: Sequence[str]) -> Iterator[str]:
    for place in service.seen[:2]:
        yield f"  # {_line(_origin(service, str(place)))}"
    if service.guess:
        yield f"  # guessed: {_line(service.guess)}"
    fields: dict[str, Any] = {
        "id": service_id,
        "name": service.name,
        "source": list(service.source),
    }
    first, *rest = _dumped(fields, 4)
    yield f"  - {first.strip()}"
    yield from rest
    if service.report is not None:
        yield from _dumped({"report": service.report.path}, 4)
    elif service.reports:
        yield f"    # {_line(f'{len(service.reports)} reports may be its own; name the one:')}"
        for report in service.reports[:_MOST_LISTED]:
            yield f"    # {_line(f'report: {report.path}')}"
    yield from _suite(service)
    yield from _start(service, after)


def _origin(service: Service, place: str) -> str:
    return f"{service.language or 'no language known'}, seen in {place}"


def _suite(service: Service) -> Iterator[str]:
    chosen = asked.suite_of(service)
    if chosen is not None:
        suite = chosen.value
        stated = asked.fields_of(service, suite)
        why = f"guessed: {chosen.guess}" if chosen.guess else f"{suite.runner}, {chosen.where}"
        yield f"    # {_line(f'{suite.files} test files: {why}')}"
        if suite.world:
            by = f"; prepared as {suite.world.prepared_by} says" if suite.world.prepared_by else ""
            image = f" ({suite.world.image})" if suite.world.image else ""
            yield f"    # {_line(f'what it needs beside it: {suite.world.where}{image}{by}')}"
        named = [each for each in suite.made if each.name in stated.get("guessed_variables", ())]
        yield from (f"    # {_line(text)}" for text in asked.why_made(named))
        yield from _dumped({"suite": stated}, 4)
        if suite.runner.by_toolchain and suite.runner is not Runner.GO:
            yield f"      # {_WEAK}"
    for seen in service.suites:
        if seen is not chosen:
            yield f"    # {_line(asked.other_suite(seen))}"
            stated_command = asked.command_suite(seen)
            if stated_command is not None and chosen is None:
                yield from (f"    # {line}" for line in _dumped({"suite": stated_command}))


def _start(service: Service, after: Sequence[str]) -> Iterator[str]:
    """Yield what starts and asks the service: fields that are marked as guesses, or comments."""
    stated: dict[str, Any] = {}
    if service.command is not None:
        stated["start"] = starts.start_of(service)
    stated |= starts.shown(service)
    asks = starts.is_asked(service)
    if asks:
        if after:
            stated["start"]["after"] = [*after]
        stated["start"]["guessed"] = True
        yield "    # How it starts, as far as the files say; take `guessed` away once it is right:"
        yield from _told_fields(service, stated)
        stated = {}
        if routes := starts.routes_of(service):
            yield f"    # {_line(asked.why(service, 'routes'))}"
            yield from _dumped({"routes": routes}, 4, flow=False)
    plain = [endpoint.value.path for endpoint in service.endpoints if endpoint.value.is_plain]
    if plain:
        named = dict.fromkeys(plain)
        stated["endpoints"] = [
            {"name": path.strip("/") or "root", "path": path} for path in list(named)[:_MOST_LISTED]
        ]
    if not stated:
        return
    if service.port_of_another:
        other = service.port_of_another
        yield f"    # {_line(f'its port is that of {other}, which is started: only one can be')}"
    verb = "ask" if asks else "start and ask"
    yield f"    # What would {verb} it, as far as the files say; uncomment what is right:"
    for name, value in stated.items():
        yield f"    # {_line(asked.why(service, name))}"
        yield from (f"    # {line}" for line in _dumped({name: value}))


def _told_fields(service: Service, stated: Mapping[str, Any]) -> Iterator[str]:
    """Yield fields, each below where it was seen, with why each made value is what it is."""
    made = stated["start"].get("guessed_variables", ())
    for name, value in stated.items():
        yield f"    # {_line(asked.why(service, name))}"
        if name == "start":
            reasons = asked.why_made(each for each in service.made if each.name in made)
            yield from (f"    # {_line(text)}" for text in reasons)
        yield from _dumped({name: value}, 4)


def _documents(survey: Survey) -> Iterator[str]:
    """Yield the documents of the release as a whole, which are held against one another."""
    if survey.documents:
        yield "# They give answers about several services or policies: held against one another."
        yield from _dumped({"documents": [*survey.documents]}, flow=False)


def _migrations(survey: Survey) -> Iterator[str]:
    """Yield how the release's own tool migrates: a field where anything is started, or comments."""
    stated = starts.migrations_of(survey)
    if stated is not None and any(map(starts.is_asked, survey.services)):
        yield "# How the rehearsed database is migrated, before any service starts:"
        yield from _dumped({"migrations": stated})
    elif stated is not None:
        yield "# How the rehearsed database would be migrated, before any service starts:"
        yield from (f"# {line}" for line in _dumped({"migrations": stated}))


def _also_seen(survey: Survey) -> Iterator[str]:
    """Yield what was found and no field of a manifest says yet."""
    lines = list(asked.also_seen(survey))
    if lines:
        yield "# Also found:"
        yield from (f"#   {_line(line)}" for line in lines)


def _dumped(data: Mapping[str, Any], by: int = 0, *, flow: bool = True) -> list[str]:
    """Return fields as lines of YAML, what has no parts of its own on the line of its name."""
    text = "".join(
        yaml.safe_dump(
            {name: value},
            sort_keys=False,
            allow_unicode=True,
            width=10_000,
            default_flow_style=None if flow and isinstance(value, dict | list) else False,
        )
        for name, value in data.items()
    )
    return indent(text.rstrip("\n"), " " * by).splitlines()


def _line(text: str) -> str:
    """Return text as it can stand in one comment."""
    return " ".join(printable(text).split())
