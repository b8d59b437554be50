"""How a failed leg of each question is described from its facts: what is wrong, where, what to do.

One function a question, by its name in the catalogue. A question without one, or whose facts do not
show what failed, is described by what it found in the judged tree, else by its recorded sentence.
What a test run came to is `described_tests`'s, what a service answered `described_requests`'s, what
a report says `described_reports`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from shlex import quote
from typing import TYPE_CHECKING

from atom_release.gate.catalogue import remedies
from atom_release.gate.documents import described_reports, described_requests, described_tests
from atom_release.gate.documents.description import (
    Description,
    Grounds,
    JudgedLeg,
    recommended,
    recorded,
)
from atom_release.gate.documents.findings import findings
from atom_release.gate.facts.isolation import IsolationFacts
from atom_release.gate.facts.migrations import MigrationsFacts
from atom_release.gate.facts.secrets import SecretsFacts
from atom_release.gate.facts.system import NotStartedFacts, SystemFacts
from atom_release.gate.facts.tag import TagFacts
from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import Outcome

if TYPE_CHECKING:
    from atom_release.gate.rules.legs import Leg

_SHOWN_PLACES = 6
_NO_SUCH_TABLE = "42P01"  # PostgreSQL's state of a statement that names a relation there is not
_WHY = {"view": ", since it runs with the rights of its owner, whom no row policy binds"}
_TITLES = {
    "personal-data": "personal data is committed",
    "default-secrets": "a secret has a default in the tree",
    "safety-mode": "a workflow runs without an approval",
}
_NAMES = {"postgres": "PostgreSQL", "vault": "Vault", "prometheus": "Prometheus"}
_ADDRESSES = {"postgres": "postgresql://HOST/NAME", "vault": "https://HOST:8200"}
_OPENED = {"vault": ", and unseal it"}
_LOOKS = {
    "vault": 'curl -fsS "${variable}/v1/sys/health"',
    "prometheus": 'curl -fsS "${variable}/-/ready"',
    "postgres": 'psql "${variable}" -c "select 1"',
}
"""What shows whether a system answers at the address of its variable."""


def describe(leg: Leg, grounds: Grounds | None) -> Description:
    """Return what is told of a leg that is not PASS."""
    if grounds is None:
        return recorded(leg)
    pieces = [grounds.evidence[digest] for digest in leg.evidence if digest in grounds.evidence]
    for judged in (JudgedLeg(leg, piece, grounds) for piece in pieces):
        way = _blocked if leg.outcome is Outcome.BLOCKED else _WAYS.get(leg.question)
        fails = leg.outcome is Outcome.FAIL
        made = (fails and _not_started(judged)) or (way and way(judged))
        if made:
            return made
    return _found_in_tree(leg, grounds) or recorded(leg, grounds)


def _not_started(judged: JudgedLeg) -> Description | None:
    facts = NotStartedFacts.read(judged.evidence.facts)
    service = judged.service
    if facts is None or service is None:
        return None
    title = f"{judged.name} does not start"
    code = ", ".join(service.source)
    if facts.log_end:
        folder = "" if facts.directory == "." else f"cd {quote(facts.directory)} && "
        return Description(
            f"{title}: {facts.ended}; its log ends: {facts.log_end}",
            f"`{facts.command}` (start.command of {service.id} in release.yaml)",
            f"Correct in {code} what the log names, until the service stays up; commit.",
            command=f"{folder}{facts.command}",
            title=title,
            code=service.source,
        )
    return Description(
        f"{title}: its start.command is `{facts.command}`; {facts.ended}, and it logged nothing",
        f"release.yaml, start.command of {service.id}",
        f"Write there the command that starts {service.source[0]}{_other_start(judged)}; commit.",
        title=title,
        code=service.source,
    )


def _secrets(judged: JudgedLeg) -> Description | None:
    """Describe committed secrets: a file that holds nothing else is taken out by one command."""
    facts = SecretsFacts.read(judged.evidence.facts)
    if facts is None or not facts.findings:
        return None
    places = [f"{entry.path}:{entry.line}" for entry in facts.findings]
    paths = [*dict.fromkeys(entry.path for entry in facts.findings)]
    count = facts.counts.findings or len(places)
    beyond = count - min(len(places), _SHOWN_PLACES)
    more = f" (and {beyond} more)" if beyond else ""
    renew = (
        "Make a new secret and stop accepting the old one, which stays in the history"
        if count == 1
        else "Make new secrets and stop accepting the old ones, which stay in the history"
    )
    where = first_few(places, _SHOWN_PLACES)
    named = "; ".join(dict.fromkeys(entry.what for entry in facts.findings[:_SHOWN_PLACES]))
    title = "a secret is committed" if count == 1 else f"{count} secrets are committed"
    wrong = f"{title}: {named}{more} (no value is shown here)"
    if all(path.rpartition("/")[2].startswith(".env") for path in paths):
        return Description(
            wrong,
            where,
            f"{renew}; then take the file out of the tree:",
            then=_removal(paths),
            title=title,
        )
    edit = f"Edit {places[0]}: read it from the environment in place of the literal; commit."
    return Description(wrong, where, f"{edit} {renew}.", title=title, edit=places[0])


def _removal(paths: Sequence[str]) -> str:
    """Return the command that takes files out of the tree and keeps them out."""
    named = " ".join(map(quote, paths))
    ignored = f"printf '%s\\n' {named} >> .gitignore"
    commit = "git add .gitignore && git commit -m 'Remove secrets'"
    return f"git rm --cached {named} && {ignored} && {commit}"


def _other_start(judged: JudgedLeg) -> str:
    """Return how another service of the release is started, as a pattern to follow."""
    for service in judged.grounds.manifest.services:
        if service.start and service.id != judged.leg.subject:
            words = ["python" if word == "{python}" else word for word in service.start.command]
            return f" ({service.id} has `{' '.join(words)}`)"
    return ""


def _migrations(judged: JudgedLeg) -> Description | None:
    facts = MigrationsFacts.read(judged.evidence.facts)
    listed = facts.list_findings() if facts else ()
    if not listed:
        return None
    first = listed[0]
    where = f"{first.path}:{first.line}" if first.line else first.path
    more = f" (and {len(listed) - 1} more)" if listed[1:] else ""
    title = "a migration fails on an empty database"
    lacks = facts is not None and facts.not_applied[0].sqlstate == _NO_SUCH_TABLE
    tables = first_few(facts.tables, _SHOWN_PLACES) if facts and lacks else ""
    made = f"; no migration makes that table (they make {tables})" if tables else ""
    change = (
        "write the name of a table that is there" if tables else "correct the statement that it has"
    )
    return Description(
        f"{title}: {first.summary}{made}{more}",
        where,
        f"Edit {where}: {change}; commit.",
        "add a migration before it that makes the table, if that one is meant" if lacks else "",
        title=title,
        edit=where,
    )


def _isolation(judged: JudgedLeg) -> Description | None:
    facts = IsolationFacts.read(judged.evidence.facts)
    if facts is None or not facts.leaks:
        return None
    first, *rest = facts.leaks
    others = f" (and {len(rest)} more: {', '.join(leak.where for leak in rest)})" if rest else ""
    file = f"{first.path}:{first.line} ({first.where})" if first.path else first.where
    return Description(
        f"a tenant can reach another tenant's rows: {first.where} {first.what}"
        f"{_WHY.get(first.fault, '')}{others}; each tenant must see only its own",
        f"{file}, asked as {facts.role}",
        first.remedy,
        title="a tenant can reach another tenant's rows",
        edit=f"{first.path}:{first.line}" if first.path else "",
    )


def _tag(judged: JudgedLeg) -> Description | None:
    facts = TagFacts.read(judged.evidence.facts)
    if facts is None or not facts.holders:
        return None
    holder = facts.holders[0]
    return Description(
        f"the tag {facts.tag} is taken: {judged.leg.reason}",
        f"{holder.ref} {holder.where}, on commit {holder.commit[:12]}",
        f"Edit release.yaml: give `release.tag` a name that is free, instead of {facts.tag}.",
        title=f"the tag {facts.tag} is taken",
    )


def _blocked(judged: JudgedLeg) -> Description | None:
    """Describe a system that is not there: which variable says where it is, and how to look."""
    variable, question = _variable(judged), judged.leg.question
    if not variable:
        return None
    where = f"${variable}, the environment variable that release.yaml names for its address"
    setting = f"export {variable}={_ADDRESSES.get(question, 'https://HOST:PORT')}"
    look = _LOOKS.get(question, "").format(variable=variable)
    name = _NAMES.get(question, question)
    title = f"{name} cannot be reached"
    if not _is_set(judged):
        return Description(
            judged.leg.reason, where, setting, command=look, title=f"${variable} is unset"
        )
    return Description(
        f"{title}: {judged.leg.reason}, and its answer is needed",
        where,
        f"Start {name} at that address (`echo ${variable}` shows it){_OPENED.get(question, '')}.",
        f"{setting}, if {name} is elsewhere",
        command=look,
        title=title,
    )


def _is_set(judged: JudgedLeg) -> bool:
    facts = SystemFacts.read(judged.evidence.facts)
    return facts is not None and facts.how == "live"


def _variable(judged: JudgedLeg) -> str:
    systems = judged.grounds.manifest.infrastructure
    return str(getattr(systems, judged.leg.question, None) or "")


def _found_in_tree(leg: Leg, grounds: Grounds) -> Description | None:
    """Describe what stands at a place of the judged tree, if the facts list anything there."""
    listed = [entry for entry in findings(leg, grounds.evidence) if entry.decides and entry.path]
    if not listed or leg.outcome is not Outcome.FAIL:
        return None
    first = listed[0]
    places = [f"{entry.path}:{entry.line}" if entry.line else entry.path for entry in listed]
    summaries = list(dict.fromkeys(entry.summary for entry in listed))
    counted = f"{summaries[0]} ({len(listed)} places)" if len(listed) > 1 else summaries[0]
    wrong = counted if len(summaries) == 1 else "; ".join(summaries[:_SHOWN_PLACES])
    change, otherwise = recommended(first.remedy or leg.remedy)
    title = _TITLES.get(leg.question, "")
    if title and not remedies.is_command(change):
        files = ", ".join(dict.fromkeys(entry.path for entry in listed))
        change = f"Edit {files}: {change[:1].lower()}{change[1:].rstrip('.')}; commit."
    return Description(
        f"{title}: {wrong}" if title else wrong,
        first_few([*dict.fromkeys(places)], _SHOWN_PLACES),
        change,
        otherwise,
        title=title,
        edit=places[0] if first.line else "",
    )


_WAYS: Mapping[str, Callable[[JudgedLeg], Description | None]] = {
    "report": described_reports.report,
    "claims": described_reports.claims,
    "suite": described_tests.suite,
    "integration": described_tests.integration,
    "tokens": described_requests.tokens,
    "latency": described_requests.latency,
    "approval": described_requests.approval,
    "metrics": described_requests.metrics,
    "health": described_requests.health,
    "routes": described_requests.routes,
    "accuracy": described_requests.accuracy,
    "migrations": _migrations,
    "isolation": _isolation,
    "secrets": _secrets,
    "privacy": described_requests.privacy,
    "tag": _tag,
}
