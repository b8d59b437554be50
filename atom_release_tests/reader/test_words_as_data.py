"""What was read by English words alone, said in other languages, and what only looks like it."""

from __future__ import annotations

import pytest

from atom_release.gate.claims.record import ClaimKind, ReportStatus
from atom_release.reader import read_report
from atom_release.reader.document_rows import is_of_then


def _findings(sentence: str, tests: str = "41 passed, 1 failed") -> tuple[str, ...]:
    text = f"# Router\n\n**Tests:** {tests}\n\n## Notes\n\n{sentence}\n"
    return tuple(read_report("report.md", text.encode()).findings)


@pytest.mark.parametrize(
    "sentence",
    ["All tests pass.", "All 42 tests pass.", "Alle Tests bestanden.", "Усі тести пройдено."],
)
def test_that_every_test_passes_contradicts_a_failure(sentence: str) -> None:
    assert len(_findings(sentence)) == 1
    assert not _findings(sentence, tests="42 passed, 0 failed")


@pytest.mark.parametrize(
    "sentence",
    [
        "Not all tests pass: the clock is off.",
        "All tests pass except the slow ones.",
        "Nicht alle Tests bestanden.",
        "No todos los tests pasaron.",
        "Не всі тести пройдено.",
    ],
)
def test_what_denies_that_every_test_passes_contradicts_nothing(sentence: str) -> None:
    assert _findings(sentence) == ()


@pytest.mark.parametrize(
    ("line", "rate"),
    [
        ("- Error rate: 0.02%", 0.02),
        ("- Fehlerrate: 0,02 %", 0.02),
        ("- Tasa de error: 0,5 %", 0.5),
        ("- Hata oranı: 0.1 %", 0.1),
        ("- エラー率: 0.3%", 0.3),
    ],
)
def test_an_error_rate_is_read_in_every_language(line: str, rate: float) -> None:
    claims = read_report("report.md", f"# Router\n\n## Performance\n\n{line}\n".encode()).claims
    assert [claim.value for claim in claims if claim.kind is ClaimKind.ERROR_RATE] == [rate]


@pytest.mark.parametrize(
    ("title", "raw"),
    [
        ("# Phase 3 Implementation Complete", "Complete"),
        ("# Week 2 DONE", "DONE"),
        ("# Implementierung abgeschlossen", "abgeschlossen"),
        ("# All services complete", "complete"),
    ],
)
def test_a_title_that_ends_in_work_that_is_done_states_it(title: str, raw: str) -> None:
    record = read_report("report.md", f"{title}\n\nText.\n".encode())
    assert (record.status, record.status_raw) == (ReportStatus.PASS, raw)


@pytest.mark.parametrize("title", ["# Model complete graph", "# How projects are completed"])
def test_a_title_that_only_has_the_words_states_nothing(title: str) -> None:
    record = read_report("report.md", f"{title}\n\nText.\n".encode())
    assert record.status is ReportStatus.MISSING


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("was 12", True),
        ("3/4, known", True),
        ("3/4, vorher 2/4", True),
        ("3/4, ранее 2/4", True),
        ("3/4 passed", False),
        ("3/4, note the log", False),
    ],
)
def test_a_row_of_another_time_is_known_by_its_words(text: str, *, then: bool) -> None:
    assert is_of_then(text) is then


def test_all_of_it_is_told_of_the_line_that_says_so() -> None:
    text = "# Router\n\nall all of all\n\nall\n\n## Summary\n\nAll steps were implemented.\n"
    record = read_report("report.md", text.encode())
    assert (record.status, record.status_raw) == (ReportStatus.PASS, "All steps were implemented.")
    assert [claim.line for claim in record.claims if claim.kind is ClaimKind.STATUS] == [9]
