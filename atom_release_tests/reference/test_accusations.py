"""Who is accused, and who is not.

Reports labelled by hand, and the reference's own with one number changed, against one real run on
green.

Everything but the reports is evidence of that run: suites, scores, policies, migrations. The
reports stand in commits of their own, so that git tells when they came and what changed since.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from atom_release.gate.claims.record import ClaimKind
from atom_release.gate.decision.claims_summary import accounts
from atom_release.gate.vocabulary import ClaimVerdict
from atom_release.graph.running import RunResult
from atom_release.lab.look import Look
from atom_release.probes.claims import collect
from atom_release.reader.report import read_report
from atom_release.reference.build import build
from atom_release.release import stored_decision
from atom_release.release.subject import open_subject
from atom_release.settings import Settings
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.grown import commit, git
from atom_release_tests.fixtures.labelled import REPORTS, TRAPS, Labelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from atom_release.gate.claims.ledger import LedgerRow
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.records.record import Record

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("green")]
SERVICES = ("C.1", "C.2", "C.3", "C.4", "C.5")
_TOLD_ONCE = {ClaimKind.ENDPOINT, ClaimKind.DELIVERABLE, ClaimKind.TABLE, ClaimKind.VIEW}
ALL = (*REPORTS, *TRAPS)
_CAME = int(
    datetime(2026, 11, 18, 17, tzinfo=UTC).timestamp()
)  # an hour after the last commit of the reference


@dataclass(frozen=True)
class Bench:
    """One run on green, and a copy of its repository to commit reports to."""

    record: Record
    repository: Path

    def rows(self, service_id: str, path: str, rev: str = "HEAD") -> tuple[LedgerRow, ...]:
        """Judge the report at that path, as if it were the service's.

        By the evidence of the run.
        """
        manifest = self.record.manifest
        service = manifest.service(service_id).model_copy(update={"report": path})
        services = tuple(
            service if other.id == service_id else other for other in manifest.services
        )
        held = manifest.model_copy(update={"services": services})
        look = Look(
            held,
            open_tree(self.repository, rev),
            self.repository.parent / "scratch",
            lambda: datetime.now(UTC),
        )
        kept = {
            digest: piece
            for digest, piece in self.record.evidence.items()
            if piece.leg not in {("claims", service_id), ("report", service_id)}
        }
        fresh = {f"new-{number}": piece for number, piece in enumerate(collect(look, service))}
        return next(
            account.rows
            for account in accounts(held, {**kept, **fresh}, self.record.decision.criteria)
            if account.service == service_id
        )

    def figures(self, service_id: str) -> dict[str, float]:
        """Return what the run found.

        The number of tests of a service, and the scores of the one that predicts, in percent.
        """
        suite, scored = (
            _facts(self.record.evidence, "suite", service_id),
            _facts(self.record.evidence, "accuracy", "C.1"),
        )
        return {
            "n": suite["counts"]["total"],
            **{
                short: 100 * scored[name]
                for short, name in (("acc", "accuracy"), ("prec", "precision"), ("rec", "recall"))
            },
        }


def _facts(evidence: Mapping[str, Evidence], question: str, subject: str) -> dict[str, Any]:
    return dict(
        next(piece.facts for piece in evidence.values() if piece.leg == (question, subject))
    )


@pytest.fixture(scope="module")
def bench(green: tuple[RunResult, Path], tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Commit every labelled report to a copy of what was judged, then touch every service."""
    _, judged = green
    settings = Settings(scenario="green", out=str(judged / "reports"), home=judged / "home")
    place = tmp_path_factory.mktemp("accusations")
    place.chmod(0o755)
    made = Bench(
        stored_decision.newest_record(open_subject(settings, create=False)),
        build(place / "copy").repository,
    )
    commit(
        made.repository,
        {where(report): report.content(made.figures(report.service)) for report in ALL},
        "reports",
        when=_CAME,
    )
    for service_id in SERVICES:
        commit(
            made.repository,
            {path: text.encode() for path, text in changed(made, service_id).items()},
            f"{service_id} changed",
            when=came(made, service_id),
        )
    git(made.repository, "tag", "reported")
    sources = {
        path: (made.repository / path).read_bytes() + b"\n# touched\n" for path in _sources(made)
    }
    commit(made.repository, sources, "touch every service", when=_CAME + 60)
    return made


def where(report: Labelled) -> str:
    return f"told/{report.service}/{report.name}"


def _sources(bench: Bench) -> list[str]:
    folders = [
        bench.repository / path
        for service in bench.record.manifest.services
        for path in service.source
    ]
    return sorted(
        {
            str(path.relative_to(bench.repository))
            for folder in folders
            for path in folder.rglob("*.py")
        }
    )


def original(bench: Bench, service_id: str) -> Path:
    """Return the service's own report."""
    pattern = bench.record.manifest.service(service_id).report
    assert pattern is not None
    (path,) = bench.repository.glob(pattern)
    return path


def came(bench: Bench, service_id: str) -> int:
    """Return when the service's own report was committed."""
    return int(
        git(
            bench.repository,
            "log",
            "-1",
            "--format=%ct",
            "--",
            str(original(bench, service_id).relative_to(bench.repository)),
        )
    )


def changed(bench: Bench, service_id: str) -> dict[str, str]:
    """Return the service's own report once as it is and once for each number or status of a claim that holds, with that one changed."""
    text = original(bench, service_id).read_text()
    lines = text.split("\n")
    made = {f"changed/{service_id}/as-it-is.md": text}
    for number in sorted(
        {
            row_line(row)
            for row in bench.rows(
                service_id, str(original(bench, service_id).relative_to(bench.repository))
            )
        }
    ):
        for place, other in enumerate(_others(lines[number - 1])):
            made[f"changed/{service_id}/{number}-{place}.md"] = "\n".join(
                [*lines[: number - 1], other, *lines[number:]]
            )
    return made


def _others(line: str) -> Iterator[str]:
    """Return the line with one thing changed.

    Its status, the year of its date, the name of its file or path, or each of its counts and
    scores.
    """
    status = (
        re.search(r"✅ (?:PASS|Complete)|PASS ✅|✅", line)
        if not re.match(r"- ✅|\| \*\*Total", line)
        else None
    )
    date, named = (
        re.search(r"20\d\d(?=-\d\d-\d\d)", line),
        re.search(r"`(?:\w+ )?[\w/.-]*?(\w+)(?:\.\w+)?`", line),
    )
    if status:
        yield _with(line, status.span(), "❌" if status[0] == "✅" else "❌ FAIL")
    elif date:
        yield _with(line, date.span(), str(int(date[0]) - 1))
    elif named:
        yield _with(line, named.span(1), f"{named[1]}_gone")
    else:
        for figure in re.finditer(r"(?<![\d.])\d+(?:\.\d+)?(?!\.?\d*s\b)", line):
            more = float(figure[0]) + (
                0.1
                if figure[0].startswith("0.")
                else -3
                if line[figure.end() :].startswith("/")
                else 8
            )
            yield _with(line, figure.span(), f"{more:.{len(figure[0].partition('.')[2])}f}")


def _with(line: str, span: tuple[int, int], new: str) -> str:
    return line[: span[0]] + new + line[span[1] :]


def row_line(row: LedgerRow) -> int:
    return int(row.where.rpartition(":")[2])


def _by_claim(rows: tuple[LedgerRow, ...]) -> dict[tuple[str, ...], ClaimVerdict]:
    """Return the verdict of each claim.

    What is told once wherever it is named goes by its name, all else by its place.
    """
    places = Counter[tuple[str, ...]]()
    verdicts: dict[tuple[str, ...], ClaimVerdict] = {}
    for row in rows:
        key = (
            (row.kind.value, row.said)
            if row.kind in _TOLD_ONCE
            else (row.kind.value, row.where.rpartition(":")[2])
        )
        places[key] += 1
        verdicts[*key, str(places[key])] = row.verdict
    return verdicts


def accused(rows: tuple[LedgerRow, ...]) -> set[int]:
    return {row_line(row) for row in rows if row.verdict is ClaimVerdict.CONTRADICTED}


def test_the_false_is_accused_and_nothing_else_is(bench: Bench) -> None:
    """Precision must be whole; recall at least 95 %."""
    rows = {where(report): bench.rows(report.service, where(report), "reported") for report in ALL}
    accusations = {(path, line) for path, judged in rows.items() for line in accused(judged)}
    false = {
        (where(report), line)
        for report in ALL
        for line, label in report.labels().items()
        if label != "at odds"
    }
    right = len(accusations & false)
    print(  # noqa: T201 - a figure, shown by -rP
        f"{len(ALL)} reports, {sum(map(len, rows.values()))} claims, {len(false)} false: precision"
        f" {right}/{len(accusations)}, recall {right}/{len(false)}"
    )
    assert sorted(accusations - false) == []
    assert right >= 0.95 * len(false), sorted(false - accusations)


def test_what_was_said_of_other_code_is_superseded(bench: Bench) -> None:
    """Once every service was touched.

    Only what is false whatever became of the code stands against its report.
    """
    accusations = {
        (where(report), line)
        for report in ALL
        for line in accused(bench.rows(report.service, where(report)))
    }
    assert accusations == {
        (where(report), line)
        for report in ALL
        for line, label in report.labels().items()
        if label != "false"
    }


@pytest.mark.parametrize("service_id", SERVICES)
def test_one_number_or_status_changed_flips_that_claim_alone(bench: Bench, service_id: str) -> None:
    """Over the reference's own report.

    Each claim that is verified, changed alone, is the only one whose verdict moves.
    """
    before = bench.rows(service_id, f"changed/{service_id}/as-it-is.md", "reported")
    tried = set()
    for place in sorted(
        Path(path)
        for path in git(
            bench.repository, "ls-tree", "--name-only", "reported", f"changed/{service_id}/"
        ).splitlines()
    ):
        if place.stem == "as-it-is":
            continue
        number = int(place.stem.partition("-")[0])
        after = bench.rows(service_id, str(place), "reported")
        held = [
            row
            for row in before
            if row_line(row) == number and row.verdict is ClaimVerdict.VERIFIED
        ]
        was, now = _by_claim(before), _by_claim(after)
        moved = {
            key: verdict
            for key, verdict in now.items()
            if was.get(key, ClaimVerdict.VERIFIED) is not verdict
        }
        if held and not moved:  # stated twice, and no claim any more: the report is at odds
            text = git(bench.repository, "show", f"reported:{place.as_posix()}")
            findings = read_report(place.name, text.encode()).findings
            assert any(f"line {number}" in finding for finding in findings), (place, findings)
            tried |= {(row.kind, number) for row in held}
            continue
        assert len(moved) == bool(held), (place, moved)
        assert len(was.keys() - now.keys()) <= len(moved), place
        tried |= {(row.kind, number) for row in held}
    verified = {(row.kind, row_line(row)) for row in before if row.verdict is ClaimVerdict.VERIFIED}
    print(f"{service_id}: {len(tried)} of {len(before)} claims changed and flipped alone")  # noqa: T201 - a figure
    assert tried == verified
