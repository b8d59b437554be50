"""Reports about the reference's services as many teams would write them, each line that asserts something false labelled so by hand.

`{n}` is the number of tests that the service's suite has, `{acc}`, `{prec}` and `{rec}` are the scores of C.1 in percent, each with an offset
where one is written: the false figures are false by it. A line's label stands at its end and is not part of the report:

    ⟵ false     false of the judged code: to be contradicted where the code is as it was when the report came
    ⟵ untrue    false whatever became of the code: a file that is not there, a date that history refutes
    ⟵ at odds   against the report's own number, which stands for as long as nothing shows that it is false itself

Every other line is true, or asserts nothing of this service that could be derived: to contradict it is a false accusation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LABEL = re.compile(r"[ \t]*⟵ (false|untrue|at odds)$", re.MULTILINE)
_FIGURE = re.compile(r"\{(n|acc|prec|rec)([+-][\d.]+)?(/100)?\}")


@dataclass(frozen=True)
class Labelled:
    """One report: which service it speaks of, the file it stands in, its text with labels, and how the text is written to the file."""

    service: str
    name: str
    text: str
    encoding: str = "utf-8"
    end: str = "\n"

    def content(self, figures: Mapping[str, float]) -> bytes:
        """Give the file's bytes: figures in place, labels taken out."""
        return _LABEL.sub("", _filled(self.text, figures)).replace("\n", self.end).encode(self.encoding)

    def labels(self) -> dict[int, str]:
        """Give the label of each labelled line, by its number."""
        found = ((number, _LABEL.search(line)) for number, line in enumerate(self.text.split("\n"), 1))
        return {number: match[1] for number, match in found if match}


def _filled(text: str, figures: Mapping[str, float]) -> str:
    def one(match: re.Match[str]) -> str:
        value = figures[match[1]] + float(match[2] or 0)
        if match[1] == "n":
            return str(round(value))
        return f"{value / 100:.3f}" if match[3] else f"{value:.1f}"

    return _FIGURE.sub(one, text)


REPORTS = (
    Labelled("C.1", "header_in_words.md", """# C.1 Predictive Intelligence Engine

**Task:** C.1
**Status:** ✅ PASS
**Test Results:** {n+5} PASSED, 0 FAILED ⟵ false

## Files Created

- `services/predictive-engine/server.py` - the service
- `services/predictive-engine/trainer.py` - training ⟵ untrue
- `data/labelled.csv` - labelled load figures
- `data/holdout.csv` - held out ⟵ untrue
"""),
    Labelled("C.1", "scores_table.md", """# C.1 Predictive Intelligence Engine

**Status:** ✅ PASS

## Test Results

```
{n} passed in 0.61s
```

## Model Performance

| Metric | Value |
|--------|-------|
| Accuracy | {acc+7.5}% | ⟵ false
| Precision | {prec+12/100} | ⟵ false
| Recall | {rec+9/100} | ⟵ false
| Baseline accuracy | 51.0% |
| Training accuracy | 99.2% |
| Cross-validation accuracy | 97.0% |
"""),
    Labelled("C.1", "scores_prose.md", """# C.1 Predictive Intelligence Engine

**Status:** ✅ PASS

## Results

- **Accuracy:** {acc}%
- **Precision:** {prec-14}% ⟵ false
- **Recall:** {rec}%
- Target accuracy: >= 95%
- The previous model had an accuracy of 71.0%.

## Next Steps

- raise accuracy to 97%
- add `services/predictive-engine/explain.py`
"""),
    Labelled("C.1", "scores_low.md", """# C.1 Predictive Intelligence Engine

- Status: PASS
- Tests: {n}/{n} passing

## Model

- Accuracy: {acc-12}% ⟵ false
- Recall: {rec-15/100} ⟵ false

Budget: p95 < 800 ms. Measured <50ms average.
"""),
    Labelled("C.1", "machine.json", """{
  "task": "C.1",
  "status": "PASS",
  "tests": {
    "passed": {n+2}, ⟵ false
    "failed": 0
  },
  "accuracy": {acc+8/100}, ⟵ false
  "files": [
    "services/predictive-engine/predictive_model.py",
    "services/predictive-engine/metrics.py" ⟵ untrue
  ]
}
"""),
    Labelled("C.1", "machine_true.json", """{
  "task_id": "C.1",
  "status": "PASS",
  "tests": {"passed": {n}, "failed": 0},
  "targets": {"accuracy": 0.99, "p95_ms": 50},
  "example_response": {"prediction": 1, "accuracy": 0.5, "tests": {"passed": 1}}
}
"""),
    Labelled("C.2", "total_row.md", """# Phase C.2 - Performance Profiler Implementation Report

**Task:** C.2 Performance Profiler
**Status:** ✅ PASS

## Test Results

| Test Category | Tests | Status |
|---------------|-------|--------|
| **Statistics** | 3 | ✅ PASS |
| **Service** | {n+1} | ✅ PASS |
| **Total** | **{n+4}** | **✅ PASS** | ⟵ false

## Policy Compliance

| Policy | Status | Implementation |
|--------|--------|----------------|
| **P-1 Data Privacy** | ✅ PASS | Samples hold no content |
| **P-2 Secrets & Signing** | ❌ FAIL | A default key is left in the code | ⟵ false
| **P-3 Execution Safety** | ✅ PASS | At most 50 requests a profile |
"""),
    Labelled("C.2", "pasted_pytest.md", """# C.2 Performance Profiler

**Status:** PASS

## Tests

```
$ pytest services/perf-profiler
============================= test session starts ==============================
collected {n-3} items
============================== {n-3} passed in 0.55s =============================== ⟵ false
```

Before the fix it was `2 failed, 3 passed`.
"""),
    Labelled("C.2", "older_runs.md", """# C.2 Performance Profiler

**Status:** PASS
**Tests:** {n} passed, 0 failed

## History

- Iteration 1: 3 passed, 5 failed
- Iteration 2: 6 passed, 2 failed

All of phase C together: 46 passed.

## Known Issues

- `services/perf-profiler/legacy.py` was removed.
- `infra/grafana/dashboards.json` is missing and will follow in phase D.
"""),
    Labelled("C.2", "key_deliverables.md", """# Phase C.2 - Performance Profiler

**Status:** ✅ PASS

### Key Deliverables
- ✅ SQL Migration: `004_create_perf_metrics.sql`
- ✅ Profiler: `services/perf-profiler/profiling.py`
- ✅ Dashboard: `services/perf-profiler/dashboard.html` ⟵ untrue
- ✅ Rollback: `004_drop_perf_metrics.sql` ⟵ untrue
- ✅ Test Suite: `services/perf-profiler/tests/test_profiler.py`

## Tests

{n+1}/{n+1} tests passing ⟵ false
"""),
    Labelled("C.2", "usage.md", """# C.2 Performance Profiler

**Status:** ✅ PASS

## Usage

```bash
python services/perf-profiler/run_me.py --config config/local.yaml
curl http://localhost:8002/summary.json
```

Set `app.tenant_id` first; see `https://example.org/docs/setup.md`. The p95 was 12 ms on a laptop.

## Deliverables

| File | Purpose |
|------|---------|
| `services/perf-profiler/server.py` | the service |
| `services/perf-profiler/worker.py` | the worker | ⟵ untrue
"""),
    Labelled("C.2", "utf16.md", """# C.2 Performance Profiler

**Task:** C.2
**Status:** ✅ PASS
**Tests:** {n+3} passed, 0 failed ⟵ false

## Deliverables

- `services/perf-profiler/profiling.py`
- `services/perf-profiler/sampling.py` ⟵ untrue
""", encoding="utf-16-le"),
    Labelled("C.3", "crlf_backslashes.md", """# Phase C.3 - Multi-Tenant Schema & RBAC

**Task:** C.3
**Status**: ✅ Complete
**Date:** 2026-11-17

## Test Results

{n-1}/{n-1} tests passing ⟵ false

## Files

- `services\\authz\\rbac.py`
- `services\\authz\\server.py`
- `services\\authz\\policies.py` ⟵ untrue
""", end="\r\n"),
    Labelled("C.3", "policies_as_headings.md", """# C.3 Multi-Tenant Schema & RBAC

**Status:** ✅ Complete

## Policy Compliance Status

### P1 - Data Privacy ✅
Display names are shown to their tenant only.

### P3 - Execution Safety ❌ ⟵ false
Anybody writes.

### P5 - Multi-Tenancy (Ready)
Row-level security is prepared.

### P6 - Performance ✅
Budget: p95 < 800 ms.

## Notes

P-2 FAIL was what an earlier audit said.
"""),
    Labelled("C.3", "old_date.md", """# C.3 Multi-Tenant Schema & RBAC

**Date:** 2026-03-02 ⟵ untrue
**Status:** ✅ PASS
**Tests:** {n} passed

## Timeline

- 2026-01-10: design
- 2026-02-20: first version
"""),
    Labelled("C.3", "unittest.md", """# C.3 Multi-Tenant Schema & RBAC

**Status:** ✅ PASS

## Tests

```
Ran {n+6} tests in 0.301s ⟵ false

OK
```
"""),
    Labelled("C.3", "failed_policies.md", """# C.3 Multi-Tenant Schema & RBAC

**Status:** ✅ PASS
**Tests:** {n} PASSED, 0 FAILED

## Policy Compliance

- **P-1 Data Privacy:** ✅ PASS - ok
- **P-3 Execution Safety:** ❌ FAIL - anybody writes ⟵ false
- **P-5 Multi-Tenancy:** ❌ FAIL - a view leaks ⟵ false
- **P-6 Performance Budget:** ⏳ PENDING
"""),
    Labelled("C.4", "front_matter.md", """---
task: C.4
status: PASS
date: 2025-10-01 ⟵ untrue
---
# Analytics & Reports

## Tests

{n+9} PASSED, 0 FAILED ⟵ false
"""),
    Labelled("C.4", "contradicts_itself.md", """# C.4 Analytics & Reports

- **Task:** C.4 Analytics & Reports
- **Status:** PASS ✅ (BLOCKED external dependencies) ⟵ at odds

## Tests

{n-3} PASSED, 3 FAILED ⟵ false

## Files Created

- `services/analytics/server.py`
- `services/analytics/exports.py` ⟵ untrue
"""),
    Labelled("C.4", "jest.md", """# C.4 Analytics & Reports

**Status:** PASS

## Tests

```
Tests:       {n+11} passed, {n+11} total ⟵ false
Time:        1.2 s
```
"""),
    Labelled("C.4", "status_at_the_end.md", """# Phase C.4 - Analytics & Reports Implementation Report

## Summary

Aggregates and CSV exports. An analyst reads 3 of 4 figures at once; coverage is 92%.

## Deliverables

- `services/analytics/figures.py`
- `services/analytics/redaction.py`
- `services/analytics/charts.py` ⟵ untrue
- `infra/db/migrations/006_create_analytics_views.sql`
- `infra/db/migrations/008_create_exports.sql` ⟵ untrue

## Test Results

| Count | Tests |
|---|---|
| Passed | {n-2} | ⟵ false
| Failed | 2 | ⟵ false
| Total | {n} |

---

**Status:** ✅ PASS ⟵ at odds
"""),
    Labelled("C.4", "another_service.md", """# C.4 Analytics & Reports

**Status:** PASS
**Tests:** {n} PASSED, 0 FAILED

## Dependencies

C.3 passed 99 tests; C.1 has an accuracy of 42.0%. The load test answered in 900 ms at first.

## Files Removed

- `services/analytics/old_export.py`
- `services/analytics/legacy_views.sql`
"""),
    Labelled("C.5", "ticks.md", """# C.5 Model Pipeline

**Status:** ✅ PASS

## Test Results

**Total:** {n+4} tests, all passing ⟵ false

## Deliverables

| File | Purpose |
|------|---------|
| `services/model-pipeline/training.py` | training |
| `services/model-pipeline/deploy.py` | deployment | ⟵ untrue
| `services/model-pipeline/registry.py` | approval |
| `data/validation.csv` | validation data | ⟵ untrue
"""),
    Labelled("C.5", "skipped.md", """# C.5 Model Pipeline

**Status:** ✅ PASS

## Test Results

```
{n-4} passed, 7 skipped in 0.74s ⟵ false
```

## Planned Files

- `services/model-pipeline/rollback.py`
"""),
    Labelled("C.5", "template.md", """# C.5 Model Pipeline

**Status:** PASS
**Tests:** {n} passed, 0 failed

## Acceptance Criteria

- [ ] at least 20 passed, 0 failed
- [ ] accuracy above 99%
- [x] p95 < 800 ms

## Example Report

> **Status:** FAIL
> **Tests:** 1 passed, 8 failed
"""),
    Labelled("C.5", "cargo_and_paths.md", """# C.5 Model Pipeline

**Status:** ✅ PASS

## Tests

```
test result: ok. {n+1} passed; 0 failed; 0 ignored; 0 measured ⟵ false
```

## Files

- `services/model-pipeline/server.py` (in place)
- `./services/model-pipeline/training.py`
- `services/model-pipeline/` - the whole service
- `services/model-pipeline/approvals/` - approvals ⟵ untrue
- `services/model-pipeline/tests/test_approvals.py` - its suite ⟵ untrue
"""),
    Labelled("C.5", "byte_order_mark.md", """# C.5 Model Pipeline

**Status:** ✅ PASS
**Date:** 2024-11-18 ⟵ untrue

## Tests

{n+7} passed, 0 failed ⟵ false

## Policy Compliance

| Policy | Status |
|---|---|
| P-1 | ❌ FAIL | ⟵ false
| P-2 | ✅ PASS |
| P-4 | ✅ PASS |
""", encoding="utf-8-sig"),
    Labelled("C.1", "fields_apart.md", """# C.1 Predictive Intelligence Engine

**Status:** ✅ PASS

## Test Summary

- **Passed:** {n+2} ⟵ false
- **Failed:** 0

## Metrics

The model reaches an accuracy of {acc+9}% on the test set. ⟵ false

## Artifacts

- [x] [the model](services/predictive-engine/predictive_model.py)
- [x] [the notebook](services/predictive-engine/explore.ipynb) ⟵ untrue
"""),
    Labelled("C.1", "machine_nested.json", """{
  "report": {
    "task": "C.1",
    "status": "PASS"
  },
  "tests": {
    "total": {n+1}, ⟵ false
    "passed": {n+1} ⟵ false
  },
  "metrics": {
    "accuracy": {acc-15/100}, ⟵ false
    "recall": {rec/100}
  }
}
"""),
    Labelled("C.2", "all_of_them.md", """# C.2 Performance Profiler

**Status:** PASS

## Testing

All {n+4} tests pass. ⟵ false

## Files Created

```
services/perf-profiler/server.py
services/perf-profiler/flame.py ⟵ untrue
```
"""),
    Labelled("C.3", "verdicts_in_words.md", """# C.3 Multi-Tenant Schema & RBAC

Status: passed

## Policy Compliance

- P-1 Data Privacy: compliant
- P-2 Secrets: not compliant ⟵ false
- P-5 Multi-Tenancy: violated ⟵ false
- P-6 Performance: met

## Tests

{n+5} tests passed, 0 failed ⟵ false
"""),
    Labelled("C.4", "table_of_counts.md", """# C.4 Analytics & Reports

| Field | Value |
|---|---|
| Task | C.4 |
| Status | ✅ PASS |
| Date | 2026-07-04 | ⟵ untrue

## Test Results

| Suite | Passed | Failed |
|---|---|---|
| redaction | 5 | 0 |
| figures | {n-4} | 0 |
| **Total** | **{n+1}** | **0** | ⟵ false
"""),
    Labelled("C.5", "utf16_table.md", """# C.5 Model Pipeline

**Status:** ✅ PASS

## Test Results

| Metric | Value |
|---|---|
| Total tests | {n+6} | ⟵ false
| Passed | {n+6} | ⟵ false
| Failed | 0 |

## Deliverables

1. `services/model-pipeline/training.py`
2. `services/model-pipeline/evaluate.py` ⟵ untrue
""", encoding="utf-16", end="\r\n"),
)  # fmt: skip

# What a hasty reader would accuse: every line without a label is innocent.
TRAPS = (
    Labelled("C.4", "lead_ins.md", """# C.4 Analytics & Reports

**Status:** PASS

## Files

Added:

- `services/analytics/figures.py`
- `services/analytics/rollup.py` ⟵ untrue

Removed:

- `services/analytics/old_export.py`
- `services/analytics/legacy.sql`

**Deprecated:**

- `services/analytics/v1.py`

**Not committed (generated at build):**
- `services/analytics/coverage.xml`
"""),
    Labelled("C.4", "git_status.md", """# C.4 Analytics & Reports

**Status:** PASS

## Files Changed

- A `services/analytics/figures.py`
- D `services/analytics/export_v1.py`
- R `services/analytics/redact.py` → `services/analytics/redaction.py`
- ~~`services/analytics/pdf.py`~~
- `services/analytics/export_v0.py` was deleted

| File | Change |
|------|--------|
| `services/analytics/server.py` | modified |
| `services/analytics/queue.py` | deleted |
| `services/analytics/cache.py` | dropped in favour of the view |
| `services/analytics/views.py` | new | ⟵ untrue

```
M services/analytics/figures.py
D services/analytics/export_v2.py
```
"""),
    Labelled("C.4", "not_paths.md", """# C.4 Analytics & Reports

**Status:** PASS

## Deliverables

- `GET /export.csv`
- `atom/analytics:1.0`
- `atom.analytics.server`
- `services/*/server.py`
- `services/analytics/{figures,charts}.py`
- `/etc/atom/analytics.yaml`
- `~/.atom/config.yaml`
- `https://example.org/reports/summary.html`
- `reports/export_YYYY-MM-DD.csv`
- `path/to/your/config.yaml`
- `<name>.py`
- `$HOME/export.csv`
- `app.tenant_id`
- `analytics.example.org`
- `node.js`
- `v3.0.0`
- `and/or`
"""),
    Labelled("C.4", "other_suites.md", """# C.4 Analytics & Reports

**Status:** PASS

## Test Results

- Unit tests: {n} passed, 0 failed
- Integration tests: 4 passed
- E2E tests: 3/3 passing
- Smoke tests: 5 passed, 0 failed

## Load Test

10000 requests passed, 12 failed.

## Manual Testing

6 scenarios passed, 1 failed.
"""),
    Labelled("C.4", "before_and_after.md", """# C.4 Analytics & Reports

**Status:** PASS
**Tests (v2.9):** 9 passed

## Test Results

| | Before | After |
|---|---|---|
| Passed | 5 | {n} |
| Failed | 4 | 0 |

Tests before: 5 passed, 4 failed. Tests after: {n} passed, 0 failed.
"""),
    Labelled("C.4", "only_some.md", """# C.4 Analytics & Reports

**Status:** PASS

## Test Results

| Suite | Passed | Failed |
|---|---|---|
| redaction | 5 | 0 |
| figures | 4 | 0 |

```
$ pytest -k redaction
5 passed, 7 deselected in 0.2s
```

In the nightly run of the whole monorepo:

```
==== 46 passed, 2 skipped in 12.1s ====
```
"""),
    Labelled("C.1", "other_scores.md", """# C.1 Predictive Intelligence Engine

**Status:** PASS
**Tests:** {n} passed

## Model Performance

- Balanced accuracy: 61.0%
- Top-3 accuracy: 99.9%
- Accuracy (class 1): 71.0%
- Accuracy on last year's data: 95.0%
- Accuracy (training): 99.9%
- Accuracy at threshold 0.7: 70.0%
- Precision: 2 decimal digits
- Recall@5: 99.0%
- Expected accuracy: 97%
- Random baseline accuracy: 50%
- Human accuracy: 99%
- Minimum accuracy: 60%
- Accuracy improved by 12.0%
- Accuracy loss after quantization: 0.4%

| Model | Accuracy |
|---|---|
| logistic (this one) | {acc}% |
| gradient boosting | 70.0% |
| random forest | 99.0% |
"""),
    Labelled("C.1", "score_table_by_split.md", """# C.1 Predictive Intelligence Engine

**Status:** PASS

## Results

| Split | Accuracy | Recall |
|---|---|---|
| train | 99.0% | 99.0% |
| validation | 70.0% | 60.0% |
| test | {acc}% | {rec}% |
"""),
    Labelled("C.3", "other_dates.md", """# C.3 Multi-Tenant Schema & RBAC

**Start Date:** 2026-01-05
**Due Date:** 2027-02-01
**Valid Until:** 2027-12-31
**Data From:** 2025-01-01
**Next Review:** 2027-06-01
**Status:** PASS
"""),
    Labelled("C.3", "policies_in_passing.md", """# C.3 Multi-Tenant Schema & RBAC

**Status:** PASS

## Policy Compliance

| Policy | Before | After |
|---|---|---|
| P-1 | ❌ FAIL | ✅ PASS |
| P-2 | FAIL | PASS |

- P-3: was FAIL, now PASS
- P-4: FAIL if /metrics is constant
- P-5: ❌ → ✅
- P-6 must not FAIL
"""),
    Labelled("C.3", "policies_required.md", """# C.3 Multi-Tenant Schema & RBAC

**Status:** PASS

## Compliance

| Policy | Required | Consequence | Status |
|---|---|---|---|
| P-1 | yes | FAIL blocks the release | PASS |
| P-2 | yes | FAIL blocks the release | ✅ |
| P-5 | yes | FAIL | PASS |
"""),
    Labelled("C.5", "asides.md", """# C.5 Model Pipeline

**Status:** PASS
**Tests:** {n} passed (2 failed on Windows)

## Test Results

{n} passed; 1 failed before the fix of last week.

A mutation run killed 88 of 90 mutants: 88 passed, 2 failed.
"""),
    Labelled("C.5", "steps.md", """# C.5 Model Pipeline

**Status:** PASS

## Test Results

| Step | Status |
|---|---|
| lint | 3 passed |
| types | 40 passed |
| unit | {n} passed |

Retries: 2. Coverage: 12 of 14 modules.
"""),
    Labelled("C.2", "claims_of_others.md", """# C.2 Performance Profiler

**Status:** PASS
**Reviewed:** `services/perf-profiler/profiling.py`

## Test Results

{n} passed

The upstream project reports 1203 passed, 4 failed.

## Files

| File | Purpose | Replaces |
|---|---|---|
| `services/perf-profiler/profiling.py` | the profiler | `services/perf-profiler/timing.py` |
| `services/perf-profiler/server.py` | reads `config/profiler.yaml` | `profiler.ini` |
"""),
)  # fmt: skip
