"""What an asset shows in Dagster.

Its artifacts by path and digest, its Markdown, its outcomes as a table, its numbers as numbers.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence

import dagster as dg

from atom_release.gate.decision.decision import CriterionResult
from atom_release.gate.documents.rows import rows_of
from atom_release.git.remote import web_page
from atom_release.records import canonical
from atom_release.release.pictures import titled
from atom_release.release.serve_artifacts import address_of
from atom_release.release.work import Work

_MARKDOWN_LIMIT = 100_000


def metadata_of(
    work: Work,
    names: Iterable[str],
    artifacts: Mapping[str, bytes],
    results: Sequence[CriterionResult],
) -> dict[str, dg.MetadataValue]:
    """Return the metadata of one report asset."""
    shown: dict[str, dg.MetadataValue] = {"commit": commit_of(work)}
    for name in names:
        if name not in artifacts:
            continue
        shown[name] = _link(work, name)
        shown[f"{name} sha256"] = dg.MetadataValue.text(canonical.digest(artifacts[name]))
        if name.endswith(".md"):
            shown["report"] = dg.MetadataValue.md(artifacts[name].decode()[:_MARKDOWN_LIMIT])
        if name.endswith(".svg"):
            shown[f"picture: {titled(name)}"] = dg.MetadataValue.md(
                f"![{name}](data:image/svg+xml;base64,{b64encode(artifacts[name]).decode()})"
            )
        if name.endswith(".json") and not name.endswith(".dsse.json"):
            document = json.loads(artifacts[name])
            shown |= _numbers(document) | _ledger(document) | _matrix(document)
    for row in rows_of(results):
        shown[f"{row.name} outcome"] = dg.MetadataValue.text(row.sentence)
    return shown


def commit_of(work: Work, commit: str = "") -> dg.MetadataValue:
    """Return a commit, by default the judged one: its page on the web, else its id."""
    commit = commit or work.subject.commit
    page = web_page(work.subject.tree.repository, commit)
    return dg.MetadataValue.url(page) if page else dg.MetadataValue.text(commit)


def _link(work: Work, name: str) -> dg.MetadataValue:
    """Return where an artifact of this run stays; the copy in OUT is the next run's too."""
    address = address_of(work, name)
    if address is not None:
        return dg.MetadataValue.url(address)
    kept = name in work.run.seen([name])
    place = str(work.run.folder / name) if kept else f"{work.settings.out}/{name}"
    return dg.MetadataValue.path(place)


def _numbers(document: object) -> dict[str, dg.MetadataValue]:
    """Return what Dagster can plot over runs.

    How much evidence, how much of it answered, and the measured p95.
    """
    evidence = document.get("evidence", []) if isinstance(document, dict) else []
    if not evidence:
        return {}
    shown: dict[str, dg.MetadataValue] = {
        "evidence": dg.MetadataValue.int(len(evidence)),
        "answered yes": dg.MetadataValue.int(sum(piece["answer"] == "yes" for piece in evidence)),
        "questions": _table(("question", "subject", "answer", "assurance", "reason"), evidence),
    }
    for piece in evidence:
        for endpoint in (
            piece["facts"].get("endpoints", []) if piece["question"] == "latency" else []
        ):
            if isinstance(endpoint, dict) and endpoint.get("p95") is not None:
                shown[f"p95 ms {piece['subject']} {endpoint.get('name')}"] = dg.MetadataValue.float(
                    float(endpoint["p95"])
                )
    return shown


def _ledger(document: object) -> dict[str, dg.MetadataValue]:
    """Return the ledger as one table, and how many claims of all reports came to each verdict."""
    if not isinstance(document, dict) or not document.get("ledger"):
        return {}
    rows = [
        {"service": service, **row, "evidence": ", ".join(row["evidence"])}
        for service, entries in document["ledger"].items()
        for row in entries
    ]
    shown: dict[str, dg.MetadataValue] = {
        "ledger": _table(
            ("service", "kind", "said", "found", "verdict", "where", "reason", "evidence"), rows
        )
    }
    for name in next(iter(document["counts"].values())):
        shown[f"claims {name}"] = dg.MetadataValue.int(
            sum(counts[name] for counts in document["counts"].values())
        )
    return shown


def _matrix(document: object) -> dict[str, dg.MetadataValue]:
    """Return the matrix of the policies as one table.

    What was asked of each service, and why what was not.
    """
    if not isinstance(document, dict) or not document.get("matrix"):
        return {}
    return {
        "matrix": _table(
            ("policy", "leg", "service", "outcome", "assurance", "control", "reason", "remedy"),
            document["matrix"],
        )
    }


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> dg.TableMetadataValue:
    """Return these columns of the rows."""
    return table_of(columns, ([row[column] for column in columns] for row in rows))


def table_of(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> dg.TableMetadataValue:
    """Return a table that Dagster shows open, each cell as text."""
    records = [dg.TableRecord(dict(zip(columns, map(str, row), strict=True))) for row in rows]
    return dg.MetadataValue.table(
        records, schema=dg.TableSchema([dg.TableColumn(column) for column in columns])
    )
