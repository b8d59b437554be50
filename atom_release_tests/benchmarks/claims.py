"""`make bench`: reports read and reconciled, beside the Markdown parser alone on the same files.

Each side in a process of its own.

A report is one of those labelled by hand, filled up to about 8 kB with what reports have besides
claims: prose, lists, a diagram, code. Reconciled means: read, every claim judged, the ledger of
each report written out as Markdown. The last row is of reports that are claims from end to end. Run
alone with other sizes: `python -m atom_release_tests.benchmarks.claims 100 1000`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from atom_release_tests.fixtures import written
from atom_release_tests.fixtures.labelled import REPORTS, TRAPS

if TYPE_CHECKING:
    from collections.abc import Callable

_SIZES = (100, 1_000, 10_000)
_BYTES = 8_000
_TURNS = 3
_AT_MOST, _MEMORY_MB, _LINEAR = 1.5, 500, 1.25

_MEASURED = """
import json, resource, sys, time
from pathlib import Path
{imports}
began = time.perf_counter()
{work}
seconds = time.perf_counter() - began
print(json.dumps({{"seconds": seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, "claims": claims}}))
"""
_OURS = _MEASURED.format(
    imports=(
        "from atom_release.reader import read_files, read_report\nfrom atom_release.gate.documents import"
        " markdown\nfrom atom_release.gate.decision.claims_summary import Account\nfrom"
        " atom_release.gate.claims.ledger import judge_claims; from atom_release.gate.claims.service_facts import Known, Run, SuiteKnown\nknown ="
        " Known(suite=SuiteKnown(runs=(Run(passed=9, failed=0, skipped=0, total=9),) * 5,"
        " control_held=True, unchanged_since_report=True))\nread_report('warm.md', b'# C.1')"
    ),
    work=(
        "claims = 0\nwith Path(sys.argv[2]).open('w') as ledger:\n    for record in"
        " read_files([Path(sys.argv[1])]):\n        told = Account(service=record.path,"
        " rows=judge_claims(record, known), findings=record.findings, lines=record.lines)\n       "
        " ledger.write(f'##"
        " {told.service}\\n\\n{markdown.counted(told)}\\n\\n{markdown.ledger_table(told.rows)}\\n\\n')\n"
        "        claims += len(told.rows)"
    ),
)
_PARSER = _MEASURED.format(
    imports=(
        "from markdown_it import MarkdownIt\nparser ="
        " MarkdownIt('commonmark').enable('table')\nparser.parse('# C.1')"
    ),
    work=(
        "claims = 0\nfor path in sorted(Path(sys.argv[1]).iterdir()):\n   "
        " parser.parse(path.read_text())"
    ),
)


_FILLING = """
## Overview of part {number}

The service takes what the collectors send, keeps it for thirty days and answers from an index that is built in the background. Where the index
lags behind, an answer says as of when it holds. Nothing here needs a restart: configuration is read again when the file changes.

### How it works

1. A batch arrives and is checked against its schema.
2. What does not fit is put aside, with the reason, for the people on duty.
3. The rest is written in one transaction and announced to whoever listens.

```python
def arrive(batch, store, announce):
    good, odd = check(batch)
    with store.transaction() as entered:
        entered.extend(good)
    announce(len(good), odd=len(odd))
```

- **Isolation:** each caller sees its own rows only, through a view that asks with the reader's rights.
- **Recovery:** a batch that was cut off is taken up again from its last mark.
- **Limits:** a caller that sends too much is told to wait, and for how long.

```
collector --> check --> store --> index
                 |                  |
                 +--> put aside     +--> answers
```

| Setting | Meaning |
|---------|---------|
| `keep_days` | how long rows are kept |
| `lag_shown` | whether an answer says as of when it holds |
"""


def report(number: int) -> str:
    """Return a report with its filling."""
    chosen = (*REPORTS, *TRAPS)[number % len((*REPORTS, *TRAPS))]
    text = chosen.content({"n": 9, "acc": 89.0, "prec": 81.1, "rec": 88.2}).decode(chosen.encoding)
    if chosen.name.endswith(".json"):
        return f"# C.{number}\n\n**Status:** PASS\n\n```json\n{text}```\n" + filled(len(text))
    return text + filled(len(text))


def filled(size: int) -> str:
    """Return as much filling as brings a text of that size to about 8 kB."""
    return "".join(
        _FILLING.format(number=number)
        for number in range(max(0, _BYTES - size) // len(_FILLING) + 1)
    )


def dense(number: int) -> str:
    """Return a text of the families of the unit tests, one after the other."""
    texts = [dossier.text for dossier in written.ALL if dossier.path.endswith(".md")]
    text, at = f"# C.{number} Service {number}\n\n**Status:** PASS\n", number
    while len(text) < _BYTES:
        text += f"\n{texts[at % len(texts)]}"
        at += 1
    return text


def write(folder: Path, reports: int, make: Callable[[int], str]) -> int:
    """Write that many reports and give their bytes."""
    return sum((folder / f"{number:05}.md").write_text(make(number)) for number in range(reports))


def run(code: str, *arguments: Path) -> dict[str, float]:
    """Run one side on the folder in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def main() -> None:
    """Measure, and print one table; exit 1 where a figure misses its aim."""
    sizes = [int(word) for word in sys.argv[1:]] or list(_SIZES)
    table = Table(
        "reports",
        "MB",
        "claims",
        "ours",
        "parser alone",
        f"ratio (<= {_AT_MOST})",
        f"MB held (<= {_MEMORY_MB})",
        "ms each",
    )
    rows = [row(reports, report) for reports in sizes]
    for shown, _ in [*rows, row(sizes[0], dense, "dense: ")]:
        table.add_row(*shown)
    Console().print(table)
    each = [measured for _, (measured, _) in rows]
    growth = max(each) / min(each)
    Console().print(
        f"seconds a report differ by a factor of {growth:.2f} over these sizes (<= {_LINEAR}:"
        " linear)"
    )
    sys.exit(not (all(good for _, (_, good) in rows) and growth <= _LINEAR))


def row(
    reports: int, make: Callable[[int], str], kind: str = ""
) -> tuple[list[str], tuple[float, bool]]:
    """Return the table's row, the seconds a report, and whether it is within the aims."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "reports")
        folder.mkdir()
        size = write(folder, reports, make)
        turns = [
            (run(_OURS, folder, Path(place, "ledger.md")), run(_PARSER, folder))
            for _ in range(_TURNS)
        ]
    ours, theirs = (
        min(turn[side]["seconds"] for turn in turns) for side in (0, 1)
    )  # the least disturbed of each
    ratio = ours / theirs
    memory = max(turn[0]["memory"] for turn in turns)
    shown = [
        f"{kind}{reports}",
        f"{size / 1e6:.1f}",
        f"{turns[0][0]['claims']:.0f}",
        f"{ours:.1f} s",
        f"{theirs:.1f} s",
        f"{ratio:.2f}",
        f"{memory:.0f}",
    ]
    return [*shown, f"{1000 * ours / reports:.2f}"], (
        ours / reports,
        ratio <= _AT_MOST and memory <= _MEMORY_MB,
    )


if __name__ == "__main__":
    main()
