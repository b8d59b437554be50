"""Tables without frames: a line a row where all fit, else what is long goes on below."""

from __future__ import annotations

from atom_release.cli.output import table_lines
from atom_release.cli.output_ledger import account_lines
from atom_release.gate.claims.ledger import LedgerRow
from atom_release.gate.decision.claims_summary import Account
from atom_release.gate.vocabulary import ClaimVerdict

WIDTH = 80
LONG = "a sentence of several words that goes on and on, " * 4


def test_rows_that_fit_are_a_line_each_in_columns() -> None:
    rows = [{"name": "a", "seconds": 1.5, "notes": None}, {"name": "long", "seconds": 12}]
    rows[1]["notes"] = {"PASS": 1}
    assert table_lines(rows, WIDTH) == [
        "name  seconds  notes",
        "a     1.5",
        "long  12       PASS 1",
    ]
    assert table_lines([], WIDTH) == []


def test_a_long_column_goes_on_below_itself_with_room_for_words() -> None:
    lines = table_lines([{"name": "orders", "what": LONG, "n": 3}], WIDTH)
    assert max(map(len, lines)) <= WIDTH
    assert lines[0] == "name    n  what"
    assert lines[1].startswith("orders  3  a sentence of several words")
    assert all(line.startswith(" " * 11) for line in lines[2:])
    assert " ".join(" ".join(lines[1:]).split()).endswith(" ".join(LONG.split()))


def test_several_long_cells_stand_below_their_row_behind_their_names() -> None:
    lines = table_lines([{"name": "P-2", "before": LONG, "after": "", "why": LONG}], WIDTH)
    assert max(map(len, lines)) <= WIDTH
    assert lines[1] == "P-2"
    assert [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "] == [
        "before",
        "why",
    ]


def test_where_every_cell_is_long_the_first_begins_the_row() -> None:
    name = "a-name-of-more-than-fifteen-letters"
    lines = table_lines([{"name": name, "expects": LONG, "what": LONG}], WIDTH)
    assert lines[1] == name
    assert lines[2].startswith("  expects  a sentence")


def test_a_row_that_fits_is_one_line_beside_others_that_do_not() -> None:
    rows = [
        {"name": "python", "have": "3.11.7", "where": "/usr/bin/python3.11"},
        {"name": "sandbox", "have": LONG, "where": LONG},
        {"name": "go", "have": "1.19", "where": "/usr/lib/go-1.19/bin/go"},
    ]
    lines = table_lines(rows, WIDTH)
    assert max(map(len, lines)) <= WIDTH
    assert "python   3.11.7  /usr/bin/python3.11" in lines
    assert "go       1.19  /usr/lib/go-1.19/bin/go" in lines
    assert "sandbox" in lines


def test_no_cell_can_begin_a_line_or_move_the_cursor() -> None:
    text = "\n".join(table_lines([{"name": "a\n::error::x", "b": "\x1b[2J"}], WIDTH))
    assert "\n::" not in text
    assert "\x1b" not in text


def test_the_ledger_tells_contradictions_first_with_place_and_reason() -> None:
    rows = [
        LedgerRow(
            kind="tests",
            said=f"{number} passed",
            found="8 passed",
            verdict=verdict,
            where=f"reports/C.2.md:{number}",
            decides=True,
            reason=LONG,
        )
        for number, verdict in enumerate(
            (ClaimVerdict.VERIFIED, ClaimVerdict.UNVERIFIED, ClaimVerdict.CONTRADICTED)
        )
    ]
    account = Account(service="C.2", rows=tuple(rows), findings=("7 is not 8",), lines=9)
    lines = list(account_lines(account, WIDTH))
    assert max(len(line) for _, line in lines) <= WIDTH
    assert [verdict for verdict, _ in lines if verdict] == [
        ClaimVerdict.CONTRADICTED,
        ClaimVerdict.UNVERIFIED,
        ClaimVerdict.VERIFIED,
    ]
    text = "\n".join(line for _, line in lines)
    assert "CONTRADICTED  reports/C.2.md:2 says 2 passed, found 8 passed: a sentence" in text
    assert "contradicts itself: 7 is not 8" in text
