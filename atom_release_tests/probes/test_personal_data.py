"""Personal data is found in text and in databases row by row.

Numbers that only look like it are not accused.
"""

from __future__ import annotations

import gzip
import io
import random
import sqlite3
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from stdnum.de import idnr
from stdnum.nl import bsn

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes.personal_data import databases, probe_personal_data, recognizers
from atom_release_tests.fixtures.look_alikes import LookAlikes
from atom_release_tests.fixtures.planted import SHARED, look_at, lose_blob, places

CARD, IBAN = recognizers.made_up_card(), recognizers.made_up_iban()
GROUPED = " ".join(CARD[start : start + 4] for start in range(0, 16, 4))
BSN = next(str(number) for number in range(283_000_000, 284_000_000) if bsn.is_valid(str(number)))
TAX_ID = next(
    str(number) for number in range(47_036_892_800, 47_036_893_800) if idnr.is_valid(str(number))
)
PEOPLE = [f"ada{number}.lovelace@planted-mail.net" for number in range(6)]


def _database(path: Path, column: str, values: list[object], *more: str) -> bytes:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE customers (id INTEGER PRIMARY KEY, {column})")
        connection.executemany(
            f"INSERT INTO customers ({column}) VALUES (?)",  # noqa: S608 - of our own
            [(value,) for value in values],
        )
        for statement in more:
            connection.execute(statement)
    return path.read_bytes()


PLANTED: dict[str, tuple[str, str, int, str]] = {  # path, content, line, value
    "card in a report": ("reports/c1.md", f"# Report\n\nTest card: {CARD}\n", 3, CARD),
    "card in groups": ("notes.txt", f"paid with {GROUPED}.\n", 1, GROUPED),
    "card with hyphens": ("notes.txt", f"x\n{GROUPED.replace(' ', '-')}\n", 2, CARD[:8]),
    "card in a CSV column": (
        "fixtures/orders.csv",
        f"id,amount,card_number\n1,5,4111111111111111\n2,7,{CARD}\n",
        3,
        CARD,
    ),
    "card behind a quoted comma": (
        "fixtures/o.csv",
        f'name;"a;b";card\n"X; Y";2;{CARD}\n',
        2,
        CARD,
    ),
    "card in JSON": ("tests/fixtures/p.json", f'[\n {{"cardNumber": "{CARD}"}}\n]\n', 2, CARD),
    "card in a log": ("logs/app.log", f"2031-01-01 charge card={CARD} ok\n", 1, CARD),
    "IBAN": ("export/accounts.tsv", f"id\taccount\n1\t{IBAN}\n", 2, IBAN),
    "IBAN in groups": (
        "notes.md",
        "to " + " ".join(IBAN[start : start + 4] for start in range(0, 22, 4)) + " now\n",
        1,
        IBAN[4:8] + " ",
    ),
    "card with no-break spaces": ("notes.txt", GROUPED.replace(" ", "\u00a0"), 1, CARD[:8]),
    "card with zero-width spaces": ("notes.txt", GROUPED.replace(" ", "\u200b"), 1, CARD[:8]),
    "card with soft hyphens": ("notes.txt", GROUPED.replace(" ", "\u00ad"), 1, CARD[:8]),
    "card with underscores": ("app.py", f"CARD = {GROUPED.replace(' ', '_')}\n", 1, CARD[:8]),
    "card with two blanks": ("notes.txt", f"card {GROUPED.replace(' ', '  ')}\n", 1, CARD[:8]),
    "IBAN in wide letters": (
        "notes.md",
        "to " + "".join(chr(ord(letter) + 0xFEE0) for letter in IBAN) + "\n",
        1,
        IBAN[4:],
    ),
    "IBAN behind its name": ("notes.md", f"to IBAN{IBAN} now\n", 1, IBAN[4:]),
    "IBAN with underscores": (
        "notes.md",
        "to " + "_".join(IBAN[start : start + 4] for start in range(0, 22, 4)) + "\n",
        1,
        IBAN[4:],
    ),
    "German tax id with no-break spaces": (
        "data/p.txt",
        f"Steuer-ID: {TAX_ID[:2]}\u00a0{TAX_ID[2:5]}\u00a0{TAX_ID[5:8]}\u00a0{TAX_ID[8:]}\n",
        1,
        TAX_ID,
    ),
    "card with thin spaces": ("notes.txt", GROUPED.replace(" ", "\u2009"), 1, CARD[:8]),
    "card with dots": ("export/c.csv", f"n,card\n1,{GROUPED.replace(' ', '.')}\n", 2, CARD[:8]),
    "card as a float": ("export/c.csv", f"n,card\n1,{CARD}.0\n", 2, CARD),
    "IBAN in small letters": ("notes.md", f"to {IBAN.lower()}\n", 1, IBAN[4:]),
    "IBAN with no-break spaces": (
        "notes.md",
        "to " + "\u202f".join(IBAN[start : start + 4] for start in range(0, 22, 4)) + "\n",
        1,
        IBAN[4:],
    ),
    "Spanish DNI": ("data/p.csv", "nombre,dni\nX,54362315K\n", 2, "54362315"),
    "Dutch BSN": ("data/p.json", f'{{"bsn": "{BSN}"}}\n', 1, BSN),
    "German tax id": ("data/p.txt", f"Steuer-ID: {TAX_ID}\n", 1, TAX_ID),
    "Polish PESEL": ("data/p.yaml", "pesel: '44051401359'\n", 1, "44051401359"),
    "Italian codice fiscale": ("data/p.txt", "RCCMNL83S18D969H\n", 1, "RCCMNL83S18D969H"),
    "many addresses in an export": (
        "export/users.csv",
        "id,email\n" + "".join(f"1,{person}\n" for person in PEOPLE),
        2,
        PEOPLE[0],
    ),
    "UTF-16": ("export/cards.csv", "", 2, CARD),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_personal_data_is_found_where_it_stands(tmp_path: Path, name: str) -> None:
    path, text, line, value = PLANTED[name]
    content = f"card\n{CARD}\n".encode("utf-16-le") if name == "UTF-16" else text.encode()
    evidence = probe_personal_data(look_at(tmp_path, {path: content, "README.md": "nothing\n"}))
    assert evidence.answer is Answer.NO
    assert (path, line) in places(evidence)
    assert value not in evidence.model_dump_json()


def _numbers(digits: int, count: int = 2000) -> str:
    chosen = random.Random(7)  # noqa: S311 - the same look-alikes each time
    return "\n".join(str(chosen.randrange(10 ** (digits - 1), 10**digits)) for _ in range(count))


LOOK_ALIKES: dict[str, str] = {
    "timestamps": "\n".join(
        f'{{"at": {int(time.time() * 10**power)}, "took": 0.{4539578763621480 + power}}}'
        for power in (0, 3, 6, 9)
    ),
    "published test cards": (
        "card: 4242 4242 4242 4242, visa 4111111111111111, amex 378282246310005, card"
        " 5555-5555-5555-4444\n"
    ),
    "published IBANs": "iban: DE89 3704 0044 0532 0130 00, GB82WEST12345698765432\n",
    "a hash": (
        "3f786850e387550fdab836ed7e6dc881de23001b 4539148803436467abcdef card"
        " 4539148803436467abcdef0123\n"
    ),
    "a UUID": "payment 45391488-0343-4467-8111-111111111111\n",
    "a version and an address": "v4539.1488.0343.6467 card 10.0.0.1 payment 192.168.100.200\n",
    "numbers of nine digits": _numbers(9),
    "numbers far from the word": (
        "The bsn is not stored here, nor is the dni or the"
        f" pesel.\n{'-' * 200}\n{_numbers(9)}\n{_numbers(11)}\n"
    ),
    "numbers of eleven digits": _numbers(11),
    "numbers of sixteen digits": _numbers(16),
    "a card number with a wrong digit": f"card: {CARD[:-1]}{(int(CARD[-1]) + 1) % 10}\n",
    "an IBAN with wrong digits": f"iban {IBAN[:2]}{(int(IBAN[2:4]) + 1) % 100:02d}{IBAN[4:]}\n",
    "a national id with a wrong letter": "dni: 54362315A\n",
    "addresses for examples": "\n".join(
        f"user{number}@example.com, u{number}@tenant-{number}.test, noreply@github.com,"
        " git@github.com:x/y"
        for number in range(9)
    ),
    "decorators": "\n".join(
        f"@app.route('/x{number}')\nnpm i pkg@1.{number}.0\nx = a @b.c\n" for number in range(9)
    ),
}


SUFFIXES = ["md", "json", "csv", "log", "py"]
ALIKE = LookAlikes("data", LOOK_ALIKES, SUFFIXES)


@pytest.fixture(scope="module")
def look_alikes(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """What the probe says of one tree that holds them all: each file is judged by itself."""
    return probe_personal_data(look_at(tmp_path_factory.mktemp("alike"), ALIKE.files()))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_look_alike_is_not_accused(look_alikes: Evidence, name: str, suffix: str) -> None:
    path = ALIKE.path(name, suffix)
    assert [place for place in places(look_alikes) if place[0] == path] == []


def test_a_tree_of_look_alikes_is_clean(look_alikes: Evidence) -> None:
    assert look_alikes.facts["findings"] == []
    assert look_alikes.facts["files"] == len(LOOK_ALIKES) * len(SUFFIXES)
    assert look_alikes.answer is Answer.YES


def test_the_name_of_another_column_says_nothing_of_a_number(tmp_path: Path) -> None:
    rows = "".join(f"{number},{position}\n" for position, number in enumerate(_numbers(9).split()))
    assert (
        probe_personal_data(look_at(tmp_path, {"a.csv": f"id,bsn\n{rows}"})).facts["findings"] == []
    )
    assert (
        probe_personal_data(look_at(tmp_path / "own", {"a.csv": f"bsn,id\n{rows}"})).facts[
            "findings"
        ]
        != []
    )


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", "Call +49 30 90182 7744 or write to ada.lovelace@planted-mail.net\n"),
        ("export/users.csv", "id,email\n1,ada.lovelace@planted-mail.net\n"),
        ("src/app.py", "".join(f"# {person}\n" for person in PEOPLE)),
        ("data/ids.txt", f"{CARD}\n"),
        ("data/p.txt", "SSN 536-90-4399\n"),
    ],
    ids=[
        "page",
        "two columns",
        "source",
        "bare number",
        "no checksum",
    ],  # values are drawn anew in each process
)
def test_weak_signs_warn_and_do_not_decide(tmp_path: Path, path: str, text: str) -> None:
    evidence = probe_personal_data(look_at(tmp_path, {path: text}))
    assert evidence.answer is Answer.YES
    assert places(evidence, "warnings")
    assert "planted-mail" not in evidence.model_dump_json()


@pytest.mark.parametrize(
    "path", ["LICENSE", "AUTHORS.md", "package.json", "pyproject.toml", ".mailmap", "yarn.lock"]
)
def test_authors_may_say_who_they_are(tmp_path: Path, path: str) -> None:
    evidence = probe_personal_data(look_at(tmp_path, {path: "\n".join(PEOPLE)}))
    assert (evidence.facts["findings"], evidence.facts["warnings"]) == ([], [])


def test_a_database_is_read_row_by_row(tmp_path: Path) -> None:
    values: list[object] = [None, "4111111111111111", 7, 1.5, b"\0\1", CARD]
    evidence = probe_personal_data(
        look_at(tmp_path, {"data/app.bin": _database(tmp_path / "x.db", "card", values)})
    )
    assert evidence.answer is Answer.NO
    assert places(evidence) == {("data/app.bin", 6)}
    assert (evidence.facts["rows"], evidence.facts["databases"]) == (6, ["data/app.bin"])
    assert CARD not in evidence.model_dump_json()


def test_many_people_in_a_column_decide(tmp_path: Path) -> None:
    evidence = probe_personal_data(
        look_at(tmp_path, {"app.db": _database(tmp_path / "x.db", "contact", list(PEOPLE))})
    )
    assert len(places(evidence)) == 6


@pytest.mark.parametrize(
    "path", ["tests/fixtures/users.json", "test/data/people.csv", "src/__tests__/seed.sql"]
)
def test_addresses_in_the_data_of_tests_accuse_nobody_and_pass_nothing(
    tmp_path: Path, path: str
) -> None:
    """Libraries make people up at domains that exist; a dump of people looks the same."""
    text = "".join(f"('{person}'),\n" for person in PEOPLE)
    evidence = probe_personal_data(look_at(tmp_path, {path: text, "README.md": "nothing\n"}))
    assert evidence.answer is Answer.UNKNOWN, evidence.reason
    assert path in evidence.reason
    assert "example.com" in evidence.reason
    assert not places(evidence)


def test_addresses_in_a_database_of_tests_leave_the_answer_open(tmp_path: Path) -> None:
    content = _database(tmp_path / "x.db", "contact", list(PEOPLE))
    evidence = probe_personal_data(look_at(tmp_path, {"tests/fixtures/app.db": content}))
    assert evidence.answer is Answer.UNKNOWN, evidence.reason


_SOCIAL = tuple(f"{area}-4{area % 10}-{7000 + 13 * area % 1000}" for area in range(211, 217))


@pytest.mark.parametrize("form", ["csv", "json", "sql"])
def test_many_ids_without_a_check_digit_in_an_export_decide(tmp_path: Path, form: str) -> None:
    """One alone may be any number of its form; a column of them is a register."""
    lines = {
        "csv": "name,ssn\n" + "".join(f"X,{number}\n" for number in _SOCIAL),
        "json": "[\n" + ",\n".join(f'{{"ssn": "{number}"}}' for number in _SOCIAL) + "]\n",
        "sql": "INSERT INTO p (ssn) VALUES\n"
        + ",\n".join(f"('{number}') -- ssn" for number in _SOCIAL)
        + ";\n",
    }
    evidence = probe_personal_data(look_at(tmp_path, {f"data/people.{form}": lines[form]}))
    assert evidence.answer is Answer.NO, evidence.reason
    assert len(places(evidence)) == len(_SOCIAL)


@pytest.mark.parametrize(
    ("path", "count"), [("data/people.csv", 4), ("tests/data/people.csv", 6), ("svc/ssn.py", 6)]
)
def test_few_of_them_or_a_test_s_only_warn(tmp_path: Path, path: str, count: int) -> None:
    text = "name,ssn\n" + "".join(f"X,{number}\n" for number in _SOCIAL[:count])
    evidence = probe_personal_data(look_at(tmp_path, {path: text}))
    assert evidence.answer is Answer.YES, evidence.reason


def test_a_number_stored_as_a_number_is_read(tmp_path: Path) -> None:
    assert places(
        probe_personal_data(
            look_at(tmp_path, {"app.db": _database(tmp_path / "x.db", "card_number", [int(CARD)])})
        )
    ) == {("app.db", 1)}


def test_a_made_up_database_is_not_accused(tmp_path: Path) -> None:
    content = _database(
        tmp_path / "x.db",
        "email",
        [f"user{number}@example.com" for number in range(50)],
        "CREATE VIEW v AS SELECT * FROM nowhere",
    )
    evidence = probe_personal_data(look_at(tmp_path, {"app.sqlite3": content}))
    assert (evidence.answer, evidence.facts["rows"]) == (Answer.YES, 50)


def test_rows_that_stand_only_in_the_log_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("CREATE TABLE cards (number TEXT)")
        connection.execute("INSERT INTO cards VALUES (?)", (CARD,))
        connection.commit()
        files = {"x.db": path.read_bytes(), "x.db-wal": path.with_name("x.db-wal").read_bytes()}
    assert places(probe_personal_data(look_at(tmp_path, files))) == {("x.db", 1)}


def _corrupt(content: bytes) -> bytes:
    return content[:4096] + b"\xff" * (len(content) - 4096)


@pytest.mark.parametrize(
    "spoil",
    [
        _corrupt,
        lambda content: content[: len(content) // 2 + 7],
        lambda content: b"\xa7\0" + content[2:],
    ],
)
def test_a_database_that_cannot_be_read_leaves_the_question_open(
    tmp_path: Path, spoil: object
) -> None:
    assert callable(spoil)
    content = spoil(_database(tmp_path / "x.db", "note", ["nothing to see " * 20] * 400))
    evidence = probe_personal_data(
        look_at(tmp_path, {"data/broken.db": content, "README.md": "x\n"})
    )
    assert evidence.answer is Answer.UNKNOWN
    assert "data/broken.db" in evidence.reason


def test_a_database_with_odd_names_is_read(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute('CREATE TABLE "a""b; DROP TABLE x" ("card ""no""" TEXT)')
        connection.execute('INSERT INTO "a""b; DROP TABLE x" VALUES (?)', (CARD,))
    assert places(
        probe_personal_data(look_at(tmp_path, {"x.db": (tmp_path / "x.db").read_bytes()}))
    ) == {("x.db", 1)}


def test_nothing_is_left_in_the_scratch(tmp_path: Path) -> None:
    look = look_at(tmp_path, {"x.db": _database(tmp_path / "x.db", "card", [CARD])})
    probe_personal_data(look)
    assert list(look.scratch.iterdir()) == []


def test_the_evidence_says_what_was_read_and_what_was_not(tmp_path: Path) -> None:
    evidence = probe_personal_data(
        look_at(tmp_path, {"a.txt": "1234", "export.xlsx": b"PK\0\1", "b.png": b"\0\1"})
    )
    assert (evidence.facts["files"], evidence.facts["blobs_in_tree"], evidence.facts["bytes"]) == (
        3,
        3,
        10,
    )
    assert evidence.facts["not_opened"] == ["export.xlsx"]
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


def test_what_lies_in_an_archive_or_a_spreadsheet_is_read(tmp_path: Path) -> None:
    table = io.BytesIO()
    with zipfile.ZipFile(table, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/sharedStrings.xml", f"<sst><si><t>card number</t></si><si><t>{CARD}</t></si></sst>"
        )
    content = {
        "data/customers.xlsx": table.getvalue(),
        "data/customers.csv.gz": gzip.compress(f"id,card_number\n1,{CARD}\n".encode()),
    }
    evidence = probe_personal_data(look_at(tmp_path, content))
    assert evidence.answer is Answer.NO
    assert {path.partition("!/")[0] for path, _ in places(evidence)} == set(content)
    assert evidence.facts["not_opened"] == []


def test_a_missing_blob_leaves_the_question_open(tmp_path: Path) -> None:
    assert (
        probe_personal_data(
            lose_blob(look_at(tmp_path, {"a.txt": "a", "b.txt": "b"}), "a.txt")
        ).answer
        is Answer.UNKNOWN
    )


def test_a_blind_recognizer_has_a_dead_control(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognizers, "_is_valid", lambda _module, _number: False)
    assert _state(probe_personal_data(look_at(tmp_path, {"a.txt": "a"}))) is ControlState.DEAD


def test_a_reader_that_skips_databases_has_a_dead_control(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "read_columns", lambda *_: [])
    assert _state(probe_personal_data(look_at(tmp_path, {"a.txt": "a"}))) is ControlState.DEAD


def _state(evidence: Evidence) -> ControlState | None:
    return evidence.control.state if evidence.control else None


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder is not here")
def test_the_reports_seen_in_the_field_are_not_accused(tmp_path: Path) -> None:
    evidence = probe_personal_data(
        look_at(tmp_path, {path.name: path.read_bytes() for path in SHARED.iterdir()})
    )
    assert evidence.facts["findings"] == []


def test_a_column_of_ids_is_no_column_of_cards(tmp_path: Path) -> None:
    """Every tenth of such ids has a card's check digit; in a column of cards all have."""
    ids = [str(4 * 10**15 + 7_919_000_003 * number) for number in range(100)]
    cards = [recognizers.made_up_card() for _ in range(10)]
    for heading, numbers, answer in (
        ("credit_card_ref", ids, Answer.YES),
        ("credit_card", cards, Answer.NO),
    ):
        table = f"{heading},amount\n" + "".join(f"{number},1\n" for number in numbers)
        look = look_at(tmp_path / heading, {"data/rows.csv": table})
        assert probe_personal_data(look).answer is answer


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("tests/unit/cards.test.ts", Answer.YES),
        ("node_modules/cards/index.js", Answer.YES),
        ("src/cards.ts", Answer.NO),
    ],
)
def test_a_card_in_a_test_of_cards_warns(tmp_path: Path, path: str, answer: Answer) -> None:
    evidence = probe_personal_data(look_at(tmp_path, {path: f"// a card\nisCard('{CARD}')\n"}))
    assert (evidence.answer, evidence.facts["counts"]) == (
        answer,
        {"findings": int(answer is Answer.NO), "warnings": int(answer is Answer.YES)},
    )
