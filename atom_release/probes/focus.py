"""The question `focus`: does anything of the release show what a service is said to be about?

By words alone: what is shown is a leg that the manifest asks of the service, the name of a test, an
endpoint, or a claim of its report. What a document says in a column `Focus` counts as said, too.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.facts.focus import FocusFacts, FocusWord
from atom_release.gate.rules.focus import findings_of
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes.documents.reading import document_paths, subjects_of
from atom_release.probes.report import read_once, report_paths
from atom_release.reader.decoding import NotText, decode
from atom_release.reader.markdown import read_markdown
from atom_release.source.objects import MissingBlob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Manifest, Service
    from atom_release.lab.look import Look

QUESTION = "focus"
_LARGEST = 512 << 10
_SHORTEST_STEM = 4
_TEST = re.compile(
    r"\bdef (test\w*)|\bclass (Test\w+)|\b(?:it|test|describe)(?:\.\w+)*\(\s*[\"'`]([^\"'`\n]+)"
    r"|\bfunc (Test\w+)|\bfn (\w+)"
)
_PARTS = re.compile(r"\s*(?:[,;/&+]|\band\b)\s*", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+|\d+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ENDING = re.compile(r"(?:ations?|ments?|ings?|ions?|ities|ity|ies|ed|es|s|y|e)$")
_EMPTY = frozenset(
    {"the", "of", "for", "with", "to", "in", "on", "per", "via", "a", "an", "support", "feature"}
    | {"service", "services", "api", "new", "only", "based", "full", "tests", "test"}
)
_ALSO = {
    "rls": ("tenant", "isolation", "row"),
    "rbac": ("role", "permission", "authz"),
    "pii": ("person", "privacy", "redact", "anonym"),
    "auth": ("token", "login", "jwt", "role"),
    "db": ("database", "postgres", "sql"),
    "ml": ("model", "predict"),
    "perf": ("latency", "performance"),
    "observability": ("metric", "health"),
    "tenancy": ("tenant", "isolation"),
}
_OF_SERVICE = {
    "token_audit": "tokens auth jwt authentication authorization tenant rbac roles",
    "approval": "approval activation safety manual gate",
    "privacy": "privacy pii personal data redaction anonymization",
    "accuracy": "accuracy prediction model inference labels quality",
    "metrics": "metrics prometheus observability monitoring",
    "health": "health liveness readiness",
    "endpoints": "latency performance p95 budget throughput load",
    "secret_use": "secrets vault rotation keys",
}
_OF_RELEASE = {
    "tenancy": "tenancy tenant rls row level security isolation migrations multi",
    "signed": "signature signing signed artifacts integrity",
    "integration": "integration cross service end to end",
}


def probe_focus(look: Look, service: Service) -> Evidence:
    """Ask of each thing that the service is said to be about whether anything shows it."""
    shown = dict(_shown(look, service))
    words = [
        word.model_copy(update={"shown_by": _shown_by(word.text, shown)})
        for word in _said(look, service)
    ]
    facts = FocusFacts(service=service.id, words=words)
    facts = facts.model_copy(update={"contradictions": findings_of(facts)})
    lacking = [word.text for word in words if not word.shown_by]
    outcome = f"not shown: {', '.join(lacking)}" if lacking else "each is shown"
    return look.found(
        QUESTION,
        service.id,
        Answer.YES,
        f"{service.id} is said to be about {len(words)} things; {outcome}",
        control=NegativeControl(
            state=ControlState.ALIVE if not _shown_by(_CANARY, shown) else ControlState.DEAD,
            changed="a word of no language asked beside them",
            found="not shown",
        ),
        facts=facts.to_json(),
    )


_CANARY = "qzxwvkj"


def services_with_focus(look: Look) -> list[Service]:
    """Return the services of which the manifest or a document says what they are about."""
    in_documents = {subject for subject, _ in _columns(look)}
    services = look.manifest.services
    return [service for service in services if service.focus or service.id in in_documents]


def _said(look: Look, service: Service) -> Iterator[FocusWord]:
    seen = set[str]()
    for text in service.focus:
        seen.add(text.lower())
        yield FocusWord(text=text, path="release.yaml")
    for subject, word in _columns(look):
        if subject == service.id and word.text.lower() not in seen:
            seen.add(word.text.lower())
            yield word


def _columns(look: Look) -> Iterator[tuple[str, FocusWord]]:
    """Yield what columns `Focus` of the documents' tables say of which service."""
    subjects = subjects_of(look)
    for path in document_paths(look):
        if PurePosixPath(path).suffix.lower() != ".md":
            continue
        for table in read_markdown(_text(look, path)).tables:
            column = table.names.index("focus") if "focus" in table.names else -1
            for row in table.rows if column >= 0 else ():
                subject = next(filter(None, map(subjects.of, row.cells[:2])), "")
                cell = row.cells[column] if column < len(row.cells) else ""
                for part in filter(None, _PARTS.split(cell.strip(" .`*-—"))):
                    yield subject, FocusWord(text=part, path=path, line=row.line)


def _shown(look: Look, service: Service) -> Iterator[tuple[str, str]]:
    """Yield the words of each thing that shows something of the service, and what it is."""
    yield from _legs(look.manifest, service)
    for endpoint in service.endpoints:
        yield f"{endpoint.name} {endpoint.path}", f"endpoint {endpoint.name}"
    for path in _test_files(look, service):
        yield path, f"tests of {path}"
        for match in _TEST.finditer(_text(look, path)):
            name = next(filter(None, match.groups()))
            yield name, f"test {name}"
    for path in report_paths(look, service)[:1]:
        record = read_once(look, path, look.tree.read(path))
        for claim in record.claims:
            yield claim.text, f"claim {path}:{claim.line}"


def _legs(manifest: Manifest, service: Service) -> Iterator[tuple[str, str]]:
    for name, words in _OF_SERVICE.items():
        if getattr(service, name):
            yield words, f"leg {name}"
    for name, words in _OF_RELEASE.items():
        if getattr(manifest, name):
            yield words, f"leg {name}"


def _test_files(look: Look, service: Service) -> list[str]:
    named = [
        *(service.suite.paths if service.suite else ()),
        *(path for integration in look.manifest.integration for path in integration.paths),
    ]
    roots = [path.partition("::")[0] for path in named]
    return [
        path
        for path, entry in look.tree.entries.items()
        if entry.kind == "blob" and any(PurePosixPath(path).is_relative_to(root) for root in roots)
    ]


def _text(look: Look, path: str) -> str:
    try:
        raw = look.tree.read(path)
        return decode(raw) if len(raw) <= _LARGEST else ""
    except (MissingBlob, NotText):
        return ""


def _shown_by(text: str, shown: dict[str, str]) -> str:
    """Return what shows the first of a text's words, where something shows each of them."""
    places = [
        next((thing for words, thing in shown.items() if _has(words, word)), "")
        for word in _words(text)
        if word not in _EMPTY
    ]
    return (places or ["nothing but words that say nothing"])[0] if all(places) else ""


def _has(text: str, word: str) -> bool:
    wanted = (word, *_ALSO.get(word, ()))
    return any(_alike(own, other) for own in _words(text) for other in wanted)


def _alike(first: str, second: str) -> bool:
    """Return whether two words are one but for their endings."""
    left, right = _ENDING.sub("", first), _ENDING.sub("", second)
    if min(len(left), len(right)) < _SHORTEST_STEM:
        return first == second or left == right
    return left.startswith(right) or right.startswith(left)


def _words(text: str) -> Iterable[str]:
    return _WORD.findall(_HUMP.sub(" ", text).lower())
