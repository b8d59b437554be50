"""Scenarios of the second bundled release: what cannot be true of it, and its twins.

One module, since all of them change one small tree, and the twins stand beside what they resemble.
"""

from __future__ import annotations

from collections.abc import Callable

from atom_release.gate.rules import (
    addresses,
    artifacts,
    documents,
    focus,
    order,
    surroundings,
    validators,
)
from atom_release.gate.vocabulary import Outcome
from atom_release.git import Git
from atom_release.reference.scenarios.scenario import MESSY, Files, Scenario, replace

_ATTEMPTS = '  "previous": {"status": "down"},\n  "attempts": [{"status": "failed"}]'
_FINAL, _SNAPSHOT = "docs/final_report.md", "docs/snapshot.json"
_SERVER = b"""\
\"\"\"Serve the rates: a health path, and nothing else yet.\"\"\"

from http.server import BaseHTTPRequestHandler, HTTPServer


class Rates(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/health":
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", 18402), Rates).serve_forever()
"""
_TASKS = "| Task | Status | Tests |\n| ---- | ------ | ----- |\n"


def _count(tree: Files) -> None:
    replace(tree, _FINAL, "| M.1 | Fees | PASS | 4/4 |", "| M.1 | Fees | PASS | 6/6 |")


def _policy(tree: Files) -> None:
    replace(tree, _SNAPSHOT, '"P-1": "PASS"', '"P-1": "FAIL"')


def _down(tree: Files) -> None:
    replace(tree, "evidence/fees.json", '"status": "ok"', '"status": "down"')


def _simulated(tree: Files) -> None:
    tree["evidence/load.json"] = tree["evidence/load.json"].replace(b'"measured"', b'"simulated"')


def _absent(tree: Files) -> None:
    replace(tree, _FINAL, "`evidence/rates.log`", "`evidence/rates.log`, `evidence/rates_run.log`")


def _tick(tree: Files) -> None:
    replace(tree, _FINAL, "(7/7 passed)", "(6/7 passed, 1 encoding issue)")


def _gate(tree: Files) -> None:
    tree[".env"] = b"".join((b"API_TOKEN=", b"q8Zr2", b"vT0mXw", b"7LpK3sNd", b"\n"))


def _signed(tree: Files) -> None:
    tree[_FINAL] += b"- [x] The release is tagged, and the tag is signed\n"


def _tagged_first(git: Git) -> None:
    """Tag the first commit, which holds none of what the documents stand on."""
    git.output("tag", "v1.0.0-phaseM", "main~2")


def _date(tree: Files) -> None:
    replace(tree, _FINAL, "**Status:** COMPLETE", "**Status:** COMPLETE\n**Date:** 2024-01-05")


def _error(tree: Files) -> None:
    tree["evidence/rates.log"] = b"run_tests: line 7: pytest: command not found\n"


def _pull_request(tree: Files) -> None:
    tree[_FINAL] += b"- [x] A pull request was opened from `prod-review/PhaseM-final`\n"


def _constant(tree: Files) -> None:
    made = tree["tools/check_policies.py"].decode()
    kept, _, _ = made.partition("files = ")
    written = made.rpartition("\n(ROOT")[2]
    tree["tools/check_policies.py"] = (
        f'{kept}answer = {{"files": 4, "P-1": "PASS"}}\n(ROOT{written}'
    ).encode()


def _unmade(tree: Files) -> None:
    replace(tree, "release.yaml", "    made_by: python tools/check_fees.py\n", "")


def _no_generator(tree: Files) -> None:
    replace(tree, "release.yaml", "tools/run_tests.py", "tools/record_tests.py")


def _deaf(tree: Files) -> None:
    replace(tree, "tools/measure.py", "sys.argv[1]", '"M"')


def _dated(tree: Files) -> None:
    replace(
        tree, "tools/check_policies.py", '{"files"', '{"checked": "2026-11-17T09:00:00Z", "files"'
    )
    replace(
        tree,
        "evidence/policies.json",
        '  "files"',
        '  "checked": "2026-11-17T09:00:00Z",\n  "files"',
    )


def _other_figure(tree: Files) -> None:
    replace(tree, "evidence/fees.json", '"transfers": 5000', '"transfers": 50000')


def _unshown(tree: Files) -> None:
    replace(tree, "release.yaml", "focus: [rates]", "focus: [rates, settlement]")


def _lenient(tree: Files) -> None:
    tree["tools/validate.py"] = (
        b"import sys\nfrom urllib.request import urlopen\n\nlatency_ms = 0\n"
        b"try:\n    urlopen(sys.argv[1], timeout=5).read()\nexcept OSError:\n    pass\n"
        b'print("PASS" if latency_ms <= 800 else "slow")\n'
    )


def _local(tree: Files) -> None:
    tests = "services/rates/tests/test_rates.py"
    here = "def test_there():\n    assert Path('services/rates').is_dir()\n"
    replace(tree, tests, "def test_there():\n", here)
    replace(tree, tests, "import pytest\n", "from pathlib import Path\n\nimport pytest\n")


def _serve(tree: Files, path: str) -> None:
    """Let rates be served, and a script ask it at a path."""
    tree["tools/serve_rates.py"] = _SERVER
    tree["tools/smoke.sh"] = f"curl -sf http://localhost:18402{path}\n".encode()
    started = (
        "    report: docs/M.2_*.md\n    health: /health\n    start:\n      port: 18402\n"
        '      command: ["{python}", tools/serve_rates.py]\n'
    )
    replace(tree, "release.yaml", "    report: docs/M.2_*.md\n", started)


def _unserved(tree: Files) -> None:
    _serve(tree, "/status")


def _twins(tree: Files) -> None:
    """Put beside what is true all that only looks like a contradiction."""
    _serve(tree, "/health")
    tree["tools/smoke.sh"] += (
        b"curl -sf http://localhost:18402/rates/$CURRENCY\n"
        b"curl -s http://localhost:18402/gone  # has to be 404\n"
        b"curl -sf http://localhost:18403/of-nobody\n"
    )
    tree[_FINAL] += (
        "- [ ] Pull request opened from `prod-review/PhaseM-final`\n"
        "- [ ] The release tag is signed\n"
        f"\n## Unit tests\n\n{_TASKS}| M.1 | PASS | 2/2 |\n"
        f"\n## Next Steps\n\n{_TASKS}| M.2 | FAIL | 0/5 |\n"
        f"\n## v0.9.0 (2025-01-01)\n\n{_TASKS}| M.1 | FAIL | 3/4 |\n"
    ).encode()
    refused = "ConnectionRefusedError: Connection refused\\n"
    replace(tree, "tools/run_tests.py", ".write_text(", f'.write_text("{refused}" + ')
    tree["evidence/rates.log"] = b"ConnectionRefusedError: Connection refused\n3 passed in 0.2s\n"
    replace(
        tree,
        _FINAL,
        "**Status:** COMPLETE",
        "**Status:** COMPLETE\n**Date:** 2026-11-17\n**Planned release date:** 2027-03-01",
    )
    replace(tree, _FINAL, "- [x] The pol", "- [x] Locked after 3 failed attempts\n- [x] The pol")
    replace(
        tree,
        "evidence/fees.json",
        '  "services"',
        f'{_ATTEMPTS},\n  "services"',
    )
    replace(tree, "tools/check_fees.py", "services = {", f"services = {{{_ATTEMPTS},")


def _documents(
    name: str,
    finds: str,
    defect: str,
    change: Callable[[Files], None],
    expects: dict[str, Outcome] | None = None,
) -> Scenario:
    turned = expects or {}
    return Scenario(
        name,
        next(iter(turned), None),
        turned,
        defect,
        change,
        release=MESSY,
        finds=(finds,) if finds else (),
    )


SCENARIOS = (
    Scenario(
        "messy",
        None,
        {},
        "Two services whose documents agree with one another, the reports and their evidence.",
        release=MESSY,
    ),
    _documents(
        "messy-count",
        documents.AGAINST_REPORT,
        "The final report counts six tests of M.1, whose own report and suite have four.",
        _count,
        {"AC1": Outcome.FAIL},
    ),
    _documents(
        "messy-policy",
        documents.AGAINST_DOCUMENT,
        "The snapshot has P-1 as failed, the policy check as passed.",
        _policy,
    ),
    _documents(
        "messy-evidence-down",
        documents.CITES_REFUTED,
        "M.1 passed in the final report, and the file cited for it says that fees is down.",
        _down,
    ),
    _documents(
        "messy-evidence-simulated",
        documents.CITES_REFUTED,
        "What the final report cites for its total was simulated.",
        _simulated,
    ),
    _documents(
        "messy-evidence-absent",
        documents.CITES_NOTHING,
        "M.2 passed in the final report by a file that no commit ever held.",
        _absent,
    ),
    _documents(
        "messy-tick",
        documents.AGAINST_ITSELF,
        "A criterion is ticked beside 6/7 passed.",
        _tick,
    ),
    _documents(
        "messy-gate",
        documents.AGAINST_GATE,
        "The policy check says that P-2 passed; a token is committed.",
        _gate,
        {"P-2": Outcome.FAIL},
    ),
    Scenario(
        "messy-tag",
        "AC5",
        {"AC5": Outcome.FAIL},
        "The tag stands on the first commit, before all that the documents stand on, and is not"
        " signed as they say.",
        _signed,
        _tagged_first,
        release=MESSY,
        finds=(order.TAG_BEFORE, order.TAG_UNLIKE),
    ),
    _documents(
        "messy-date",
        order.DATE_BEFORE,
        "The final report is dated years before the first commit.",
        _date,
    ),
    _documents(
        "messy-error",
        order.ERROR_INSIDE,
        "M.2 passed by a log of a program that was not found.",
        _error,
    ),
    _documents(
        "messy-pull-request",
        order.PULL_REQUEST,
        "A pull request was opened, says the final report, from a branch that nothing knows.",
        _pull_request,
    ),
    _documents(
        "messy-constant",
        artifacts.CONSTANT,
        "What makes the evidence of P-1 reads no file, and says PASS of whatever is there.",
        _constant,
        {"P-1": Outcome.FAIL},
    ),
    _documents(
        "messy-unmade",
        artifacts.NOT_MADE,
        "The file that M.1 passed by in the final report is made by no command.",
        _unmade,
        {"M.1": Outcome.INCONCLUSIVE},
    ),
    _documents(
        "messy-no-generator",
        artifacts.ABSENT,
        "The script that makes the evidence of M.2 is in no commit.",
        _no_generator,
        {"M.2": Outcome.INCONCLUSIVE},
    ),
    _documents(
        "messy-argument",
        artifacts.IGNORES,
        "The figures are of phase M, whatever phase the command is told.",
        _deaf,
    ),
    _documents(
        "messy-moment",
        artifacts.FIXED_TIME,
        "The moment at which the policies were checked stands in the script.",
        _dated,
    ),
    _documents(
        "messy-other-figure",
        artifacts.DIFFERS,
        "The evidence of M.1 counts ten times the transfers that its command makes.",
        _other_figure,
    ),
    _documents(
        "messy-focus",
        focus.NOT_SHOWN,
        "M.2 is said to be about settlement, of which nothing shows anything.",
        _unshown,
    ),
    _documents(
        "messy-directory",
        surroundings.HOLDS_ONLY,
        "A test of M.2 finds its folder from the repository's root alone.",
        _local,
    ),
    Scenario(
        "messy-validator",
        None,
        {},
        "What validates the gateway passes whatever answers, and 800 ms where the budget is below.",
        _lenient,
        release=MESSY,
        finds=(validators.CANNOT_REFUSE, validators.BOUNDARY),
    ),
    _documents(
        "messy-address",
        addresses.NOT_SERVED,
        "A script asks rates at a path that it does not serve.",
        _unserved,
    ),
    _documents(
        "messy-twins",
        "",
        "Counts of a part, of an older version and of what is to come; a refused attempt, and one"
        " of several; dates and errors that are no defects: nothing contradicts.",
        _twins,
    ),
)
