"""`make bench`.

Where the seconds of an audit go, and what the policies cost on a repository of 5,000 files and 500
tables.

The large one is the reference release with files and tables of other services laid beside its own,
held to P-1 to P-6. Beside the seconds stand the figures that say whether the looking was any good:
false accusations of the real reports, and wrong and right schemas told apart. Run alone with other
sizes: `python -m atom_release_tests.benchmarks.audit 1000 100`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from atom_release.gate.facts.evidence import Evidence
from atom_release.git import Git
from atom_release.graph.running import RunResult
from atom_release.lab.look import Look
from atom_release.reference.build import build
from atom_release.release.ask import Boundary, Question
from atom_release.settings import Settings
from atom_release_tests.fixtures import tenancy_release
from atom_release_tests.fixtures.asking import asking
from atom_release_tests.fixtures.judged import judge
from atom_release_tests.fixtures.planted import SHARED

_FILES, _TABLES = 5_000, 500
_TABLES_A_FILE = 10
_SCHEMAS = Path(__file__).parents[1] / "fixtures" / "tenancy_schemas"
_POLICIES = asking(
    *(f"P-{number}" for number in range(1, 7)), services=[f"C.{number}" for number in range(1, 6)]
)

_CODE = '''"""Orders of shop {number}: what came in, what was paid."""

import os

TOKEN_URL = "https://auth.example.org/token"
LIMIT = {number}


def paid(orders, since):
    """Return the orders that were paid."""
    return [order for order in orders if order["paid"] and order["at"] >= since and order["amount"] < LIMIT]


def secret():
    """Return the key, or refuse."""
    return os.environ["SHOP_{number}_KEY"]


class Ledger:
    """A ledger of shop {number}."""

    def __init__(self, rows):
        """Keep the rows."""
        self.rows = list(rows)

    def total(self, currency):
        """Sum up what was paid in a currency."""
        return sum(row["amount"] for row in self.rows if row["currency"] == currency)
'''
_KINDS = (
    ("py", _CODE),
    (
        "md",
        "# Shop {number}\n\nAnswers `GET /shops/{number}` within 200 ms; see build 17635{number:05}"
        " and commit 0a1b2c3d.\n" + "It keeps what it must. " * 40,
    ),
    (
        "yaml",
        (
            "name: shop-{number}\nreplicas: 3\nenv:\n  TOKEN_SECRET:"
            " ${{SHOP_{number}_SECRET}}\nsafety:\n  mode: manual\n"
        ),
    ),
    (
        "json",
        '{{"shop": {number}, "open": true, "hours": [9, 17], "digest": "' + "ab12" * 16 + '"}}\n',
    ),
    ("csv", "order,amount,at\n" + "{number},12.50,1763550000\n" * 60),
)
_TABLE = """CREATE TABLE shop_{number} (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL REFERENCES tenants(id),
{reference}  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  kind text NOT NULL DEFAULT 'a' CHECK (kind IN ('a', 'b', 'c')),
  amount numeric(10,2) NOT NULL DEFAULT 0 CHECK (amount >= 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
);
ALTER TABLE shop_{number} ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop_{number} FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_{number}_tenant ON shop_{number}
  USING (tenant_id::text = nullif(current_setting('app.tenant_id', true), ''))
  WITH CHECK (tenant_id::text = nullif(current_setting('app.tenant_id', true), ''));
GRANT SELECT, INSERT, UPDATE, DELETE ON shop_{number} TO atom_app;
"""


def _large(repository: Path, files: int, tables: int) -> None:
    """Lay more services' files and tables beside the reference release's own, and commit them."""
    git = Git(repository)
    laid = len(git.output("ls-files").splitlines())
    for number in range(0, tables, _TABLES_A_FILE):
        some = range(number, min(number + _TABLES_A_FILE, tables))
        text = "".join(
            _TABLE.format(
                number=level,
                reference=f"  parent_id uuid REFERENCES shop_{level - 1}(id),\n"
                if level % 10
                else "",
            )
            for level in some
        )
        text = text if number else f"CREATE TABLE tenants (id uuid PRIMARY KEY);\n{text}"
        (
            repository / f"infra/db/migrations/{100 + number // _TABLES_A_FILE:03}_shops.sql"
        ).write_text(text)
        laid += 1
    for number in range(max(0, files - laid)):
        kind, text = _KINDS[number % len(_KINDS)]
        path = repository / "shops" / f"region{number % 50:02}" / f"shop_{number}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(number=number))
    manifest = repository / "release.yaml"
    manifest.write_text(manifest.read_text().replace("acts: on\n", _POLICIES))
    git.output("add", "--all")
    git.output(
        "-c",
        "user.name=Bench",
        "-c",
        "user.email=bench@example.org",
        "commit",
        "--quiet",
        "--message",
        "More services",
    )


@contextmanager
def _timed(spent: Counter[str]) -> Iterator[None]:
    """Count the seconds of every question by its name."""
    asks = Boundary._ask

    def ask(self: Boundary, question: Question) -> list[Evidence]:
        began = time.perf_counter()
        try:
            return asks(self, question)
        finally:
            step, rehearsed = (
                self.step.partition("/")[0],
                getattr(question.probe, "__name__", "") == "put",
            )
            name = "the rehearsal, and all that it is asked" if rehearsed else question.legs[-1][0]
            spent[f"{step}: {name}"] += time.perf_counter() - began  # type: ignore[assignment]

    Boundary._ask = ask  # type: ignore[method-assign]
    try:
        yield
    finally:
        Boundary._ask = asks  # type: ignore[method-assign]


def _audited(place: Path, **options: object) -> tuple[float, Counter[str], RunResult]:
    spent: Counter[str] = Counter()
    settings = Settings(out=str(place / "out"), home=place / "home").with_options(**options)
    began = time.perf_counter()
    with _timed(spent):
        result = judge(settings, acts=False)
    return time.perf_counter() - began, spent, result


def _seconds(title: str, whole: float, spent: Counter[str]) -> Table:
    table = Table("question", "seconds", title=f"{title}: {whole:.1f} s")
    for name, seconds in spent.most_common(16):
        table.add_row(name, f"{seconds:.1f}")
    return table


def _accused(place: Path) -> str:
    """Put the real reports to the scanners, as a tree of their own."""
    from atom_release.probes.default_secrets import probe_default_secrets
    from atom_release.probes.personal_data import probe_personal_data
    from atom_release.probes.secrets import probe_secrets

    if not SHARED.is_dir():
        return "not measured: the real reports are not beside this project"
    place.mkdir()
    files = {path.name: path.read_bytes() for path in sorted(SHARED.iterdir())}
    look: Look = tenancy_release.look(place, files)
    facts = [
        probe(look, b"k" * 32).facts["counts"]
        for probe in (probe_secrets, probe_default_secrets, probe_personal_data)
    ]
    counts = [counts_of_probe for counts_of_probe in facts if isinstance(counts_of_probe, dict)]
    return (
        f"{sum(int(str(count['findings'])) for count in counts)} deciding,"
        f" {sum(int(str(count['warnings'])) for count in counts)} warnings in {len(files)} files"
    )


def _told_apart(place: Path) -> tuple[str, str]:
    """Put the wrong and the right schemas to the tenancy probe."""
    from atom_release.lab.rehearsal import postgres

    right = wrong = alarms = 0
    place.mkdir()
    (place / "server").mkdir()
    (place / "server").chmod(0o755)
    with tenancy_release.started(place / "server", postgres.servers()[0]) as server:
        for schema in sorted(_SCHEMAS.glob("*/*.sql")):
            text = schema.read_text()
            (place / schema.stem).mkdir()
            _, isolation = tenancy_release.ask_tenancy(server, place / schema.stem, schema=text)
            if schema.parent.name == "right":
                alarms += isolation.answer != "yes"
            else:
                wrong += 1
                right += tenancy_release.faults(isolation) == set(
                    text.partition("\n")[0].removeprefix("-- faults: ").split(", ")
                )
    return (
        f"{right} of {wrong} found by the name of their fault",
        f"{alarms} alarms on {len(list(_SCHEMAS.glob('right/*.sql')))}",
    )


def main(files: int = _FILES, tables: int = _TABLES) -> None:
    """Measure, and print."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        (place / "reference").mkdir()
        whole, spent, result = _audited(place / "reference")
        console.print(
            _seconds(
                f"the reference release, every criterion, {result.decision.verdict}", whole, spent
            )
        )
        built = build(place / "large" / "release")
        _large(built.repository, files, tables)
        whole, spent, result = _audited(place / "large", repository=built.repository)
        console.print(
            _seconds(
                f"{files} files and {tables} tables, P-1 to P-6, {result.decision.verdict}",
                whole,
                spent,
            )
        )
        for criterion in result.decision.criteria:
            console.print(
                f"{criterion.id} {criterion.outcome}: {criterion.reason}"[:200], markup=False
            )
        figures = Table("figure", "measured")
        figures.add_row(
            "false accusations of the real reports (P-1, P-2)", _accused(place / "reports")
        )
        wrong, right = _told_apart(place / "schemas")
        figures.add_row("wrong schemas", wrong)
        figures.add_row("right schemas", right)
        console.print(figures)


if __name__ == "__main__":
    main(*(int(json.loads(argument)) for argument in sys.argv[1:]))
