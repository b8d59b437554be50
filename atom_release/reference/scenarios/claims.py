"""Scenarios about what service reports claim and what their suites show."""

from __future__ import annotations

from importlib.resources import files as package_files

from atom_release.gate.vocabulary import Outcome
from atom_release.reference.scenarios.scenario import Files, Scenario, replace

_FAIL = Outcome.FAIL
_C2 = "reports/0C.2_perf_profiler.md"
_C3_TESTS = "services/authz/tests/test_rbac.py"

_FLAKY = """

def test_first_permission_is_read():
    first = next(iter({"users:read", "users:write", "roles:read", "roles:write"}))
    assert first != "users:write"
    rbac.permit({"role": "viewer"}, "users:read")
"""


def _overclaim(tree: Files) -> None:
    replace(tree, _C2, "| **Total** | **8** |", "| **Total** | **18** |")
    replace(tree, _C2, "| **Service** | 5 |", "| **Service** | 15 |")
    replace(tree, _C2, "8 passed in 0.55s", "18 passed in 0.55s")


def _flaky(tree: Files) -> None:
    tree[_C3_TESTS] += _FLAKY.encode()
    replace(tree, "reports/0C.3_multitenancy.md", "10/10 tests passing", "11/11 tests passing")
    replace(tree, "reports/0C.3_multitenancy.md", "10 passed in", "11 passed in")


def _missing(tree: Files) -> None:
    del tree["reports/0C.4_analytics.md"]


def _deliverable(tree: Files) -> None:
    replace(
        tree,
        "reports/0C.4_analytics.md",
        "`services/analytics/figures.py`",
        "`services/analytics/dashboards.py`",
    )


def _accuracy(tree: Files) -> None:
    replace(
        tree, "reports/0C.1_predictive_engine.md", "| Accuracy | 89.0% |", "| Accuracy | 97.5% |"
    )


def _contradicts(tree: Files) -> None:
    replace(tree, "reports/0C.4_analytics.md", "12 PASSED, 0 FAILED", "10 PASSED, 2 FAILED")


def _utf16(tree: Files) -> None:
    path = "reports/0C.3_multitenancy.md"
    tree[path] = tree[path].decode().encode("utf-16-le")


def _vacuous(tree: Files) -> None:
    tests = "\n".join(
        f"def test_{name}():\n    assert {name!r}\n\n"
        for name in (
            "percentile",
            "errors",
            "budget",
            "profile",
            "target",
            "path",
            "count",
            "metrics",
        )
    )
    tree["services/perf-profiler/tests/test_profiler.py"] = f'"""C.2."""\n\n\n{tests}'.encode()


def _hostile(tree: Files) -> None:
    tree["services/perf-profiler/tests/test_profiler.py"] = (
        package_files("atom_release.reference.scenarios").joinpath("hostile_suite.txt").read_bytes()
    )


def _plugin(tree: Files) -> None:
    replace(
        tree,
        "services/model-pipeline/tests/test_pipeline.py",
        "def test_training_learns_the_bundled_data():",
        "def test_training_learns_the_bundled_data(benchmark):",
    )


SCENARIOS = (
    Scenario(
        "suite-overclaimed",
        "C.2",
        {"C.2": _FAIL},
        "The report of C.2 claims 18 passed tests; its suite has 8.",
        _overclaim,
    ),
    Scenario(
        "suite-flaky",
        "C.3",
        {"C.3": _FAIL},
        "A test of C.3 depends on the order of a set: it fails under some hash seeds.",
        _flaky,
    ),
    Scenario(
        "suite-vacuous",
        "C.2",
        {"C.2": _FAIL},
        "The suite of C.2 passes, and no test of it needs the code.",
        _vacuous,
    ),
    Scenario(
        "suite-hostile",
        "C.2",
        {"C.2": Outcome.INCONCLUSIVE},
        "The suite of C.2 attacks the gate, forks without end and writes its own JUnit.",
        _hostile,
    ),
    Scenario(
        "report-missing",
        "C.4",
        {"C.4": _FAIL, "AC1": _FAIL},
        "The report of C.4 is not in the commit.",
        _missing,
    ),
    Scenario(
        "deliverable-missing",
        "C.4",
        {"C.4": _FAIL},
        "The report of C.4 names a file that the commit does not have.",
        _deliverable,
    ),
    Scenario(
        "accuracy-overclaimed",
        "C.1",
        {"C.1": _FAIL},
        "The report of C.1 claims an accuracy of 97.5 %; the served model reaches 89 %.",
        _accuracy,
    ),
    Scenario(
        "report-self-contradicts",
        "C.4",
        {"C.4": _FAIL},
        "The report of C.4 says PASS above ten passed and two failed tests.",
        _contradicts,
    ),
    Scenario(
        "report-utf16",
        None,
        {},
        "The report of C.3 is UTF-16 without a byte order mark: it is read all the same.",
        _utf16,
    ),
    Scenario(
        "plugin-missing",
        "C.5",
        {"C.5": Outcome.INCONCLUSIVE},
        "A test of C.5 wants a fixture of a plugin that is not there.",
        _plugin,
    ),
)
