"""A history that two machines share in a real PostgreSQL: one line of lines, and nobody else's."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import pytest

from atom_release.errors import Misuse, StoreError
from atom_release.gate.decision.decide import decide
from atom_release.gate.decision.decision import Decision
from atom_release.records import database_lines, signing_keys
from atom_release.records.database import Database, database_at
from atom_release.records.database_lines import DatabaseShelf
from atom_release.records.database_schema import check_prepared
from atom_release.records.history import History
from atom_release.records.pages import SignedPages
from atom_release.records.seen_lines import SeenShelf
from atom_release.records.signing_keys import KeyPair
from atom_release.records.team_key import name_first, name_instead, named_key
from atom_release_tests.fixtures import shared_state
from atom_release_tests.fixtures.cases import NOW, case_of
from atom_release_tests.fixtures.failures import OCCASION, failed
from atom_release_tests.fixtures.shared_state import Team


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with shared_state.started(tmp_path_factory.mktemp("team")) as team:
        yield team


@pytest.fixture
def team(started: Team) -> Team:
    started.empty()
    return started


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    return signing_keys.ensure_key(tmp_path_factory.mktemp("key") / "gate.pem")


def history(team: Team, key: KeyPair, home: Path, *believed: signing_keys.PublicKey) -> History:
    """Return the history as a machine with this home has it, over connections of its own."""
    shelf = SeenShelf(DatabaseShelf(team.database(), "history"), home / "seen")
    return History(shelf.lines(OCCASION.name), key, believed, shared=True)


def red() -> Decision:
    return decide(case_of(failed("health")))  # type: ignore[arg-type]


def test_what_one_machine_refused_sticks_on_the_other(
    team: Team, key: KeyPair, tmp_path: Path
) -> None:
    history(team, key, tmp_path / "a").add(red(), OCCASION, "first", NOW)
    there = history(team, key, tmp_path / "b")
    assert set(there.failures(OCCASION)) == {"P-4"}
    assert [decision["run"] for decision in there.decisions(OCCASION.commit)] == ["first"]


def test_lines_of_many_writers_at_once_are_one_chain(
    team: Team, key: KeyPair, tmp_path: Path
) -> None:
    decision = red()

    def write(machine: int) -> None:
        kept = history(team, key, tmp_path / str(machine))
        for number in range(4):
            kept.add(decision, OCCASION, f"run-{machine}-{number}", NOW)

    writers = [threading.Thread(target=write, args=(machine,)) for machine in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(history(team, key, tmp_path / "reader").decisions(OCCASION.commit)) == 16


def _three(team: Team, key: KeyPair, home: Path) -> History:
    kept = history(team, key, home)
    for run in ("first", "second", "third"):
        kept.add(red(), OCCASION, run, NOW)
    return kept


_TAMPER = """
UPDATE line SET envelope = overlay(envelope PLACING
    CASE WHEN substring(envelope FROM 40 FOR 1) = 'x' THEN 'y'::bytea ELSE 'x'::bytea END FROM 40)
WHERE number = 2
"""  # another letter, whichever stands there


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (_TAMPER, "Line 2 of the history is not signed"),
        ("DELETE FROM line WHERE number = 2", "Line 2 of the history does not follow"),
        ("DELETE FROM line WHERE number = 1", "Line 1 of the history does not follow"),
        (
            "INSERT INTO line SELECT name, 4, envelope FROM line WHERE number = 1",
            "Line 4 of the history does not follow",
        ),
    ],
    ids=["changed", "removed", "beginning-removed", "replayed"],
)
def test_a_row_that_somebody_changed_is_noticed_where_it_was_never_seen(
    statement: str, sentence: str, team: Team, key: KeyPair, tmp_path: Path
) -> None:
    _three(team, key, tmp_path / "a")
    assert set(history(team, key, tmp_path / "b").failures(OCCASION)) == {"P-4"}
    with team.owner() as owner:
        owner.execute(statement)
    with pytest.raises(StoreError, match=sentence):
        history(team, key, tmp_path / "c").failures(OCCASION)


@pytest.mark.parametrize(
    "statement",
    [
        _TAMPER,
        "DELETE FROM line WHERE number = 2",
        "UPDATE line SET number = 9 WHERE number = 1",
        "INSERT INTO line SELECT name, 0, envelope FROM line WHERE number = 3",
        "DELETE FROM line",
    ],
    ids=["changed", "removed", "moved", "put-before", "emptied"],
)
def test_what_a_process_has_read_is_not_read_again_and_a_change_of_it_is_noticed(
    statement: str,
    team: Team,
    key: KeyPair,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the same process, whose next question takes new rows alone."""
    taken: list[int] = []
    numbered = database_lines._numbered

    def counting(rows: Iterable[tuple[object, ...]]) -> list[tuple[int, bytes]]:
        listed = numbered(rows)
        taken.append(len(listed))
        return listed

    monkeypatch.setattr(database_lines, "_numbered", counting)
    kept = _three(team, key, tmp_path / "a")
    kept.failures(OCCASION)
    taken.clear()
    kept.failures(OCCASION)
    history(team, key, tmp_path / "b").add(red(), OCCASION, "fourth", NOW)
    assert len(kept.decisions(OCCASION.commit)) == 4
    assert max(taken) == 1
    with team.owner() as owner:
        owner.execute(statement)
    with pytest.raises(StoreError, match="has seen are gone or changed"):
        kept.failures(OCCASION)


def test_an_end_that_was_cut_off_is_noticed_by_who_saw_it(
    team: Team, key: KeyPair, tmp_path: Path
) -> None:
    """A machine that never saw the end cannot tell: the documents say so."""
    _three(team, key, tmp_path / "a").failures(OCCASION)
    with team.owner() as owner:
        owner.execute("DELETE FROM line WHERE number = 3")
    with pytest.raises(StoreError, match="has seen are gone or changed"):
        history(team, key, tmp_path / "a").failures(OCCASION)
    assert len(history(team, key, tmp_path / "b").decisions(OCCASION.commit)) == 2


def test_a_line_of_another_key_is_refused_unless_that_gate_is_believed(
    team: Team, key: KeyPair, tmp_path: Path
) -> None:
    """So a key is changed: the new one signs, and the former one is among the operator's gates."""
    history(team, key, tmp_path / "a").add(red(), OCCASION, "first", NOW)
    new = signing_keys.ensure_key(tmp_path / "new.pem")
    with pytest.raises(StoreError, match=f"signed by key '{key.public.keyid[:12]}'"):
        history(team, new, tmp_path / "b").failures(OCCASION)
    after = history(team, new, tmp_path / "b", key.public)
    after.add(red(), OCCASION, "second", NOW)
    assert [line["run"] for line in after.decisions(OCCASION.commit)] == ["first", "second"]


def test_a_page_is_the_last_that_was_written_and_none_of_another_name(
    team: Team, key: KeyPair, tmp_path: Path
) -> None:
    def pages(home: str) -> SignedPages:
        return SignedPages(
            SeenShelf(DatabaseShelf(team.database(), "journal"), tmp_path / home), key
        )

    assert pages("a").read("v1") is None
    for content in (b"one", b"two"):
        pages("a").write("v1", content)
    assert (pages("b").read("v1"), pages("b").read("v2")) == (b"two", None)
    with team.owner() as owner:
        owner.execute("UPDATE line SET name = 'journal/v2'")
    with pytest.raises(StoreError, match="written as another page"):
        pages("c").read("v2")


def test_a_database_that_is_away_for_a_while_is_waited_for(
    team: Team, key: KeyPair, tmp_path: Path
) -> None:
    kept = history(team, key, tmp_path / "a")
    kept.add(red(), OCCASION, "first", NOW)
    team.wire.cut()
    threading.Timer(1.0, team.wire.mend).start()
    kept.add(red(), OCCASION, "second", NOW)
    assert len(history(team, key, tmp_path / "b").decisions(OCCASION.commit)) == 2


def test_a_line_of_which_the_answer_was_lost_is_there_once(team: Team) -> None:
    lines = DatabaseShelf(team.database(), "history").lines("name")
    lines.append(b"one\n")
    again = DatabaseShelf(team.database(), "history").lines("name")
    again.append(b"one\n")  # the same line as the first, asked again
    assert again.read() == b"one\n"
    late = DatabaseShelf(team.database(), "history").lines("name")
    with pytest.raises(StoreError, match="at the same moment"):
        late.append(b"two\n")


def test_a_database_that_stays_away_is_named(team: Team) -> None:
    team.wire.cut()
    try:
        with pytest.raises(StoreError, match="does not answer") as caught:
            DatabaseShelf(team.database(patience=0.2), "history").lines("name").read()
    finally:
        team.wire.mend()
    assert f"127.0.0.1:{team.wire.port}/team" in caught.value.message


def test_the_gate_s_role_can_add_and_neither_change_nor_remove(team: Team) -> None:
    DatabaseShelf(team.database(), "history").lines("name").append(b"one\n")
    for statement in ("DELETE FROM line", "UPDATE line SET number = 2", "DROP TABLE line"):
        with (
            psycopg.connect(team.url, options="-c search_path=atom_release") as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)


def test_the_first_key_that_is_named_is_the_team_s(
    team: Team, key: KeyPair, tmp_path: Path
) -> None:
    other = signing_keys.ensure_key(tmp_path / "other.pem").public
    database = team.database()
    assert named_key(database) is None
    for public in (key.public, other):
        assert name_first(database, public).keyid == key.public.keyid
    name_instead(database, other)
    assert name_first(database, key.public).keyid == other.keyid


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://db/team", "no URL of a PostgreSQL"),
        ("postgresql://gate:word@db/team", "holds a password"),
        ("postgresql://gate@db/team?sslmode", "cannot be read"),
    ],
)
def test_a_url_that_is_none_or_holds_a_password_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(Misuse, match=sentence) as caught:
        database_at(url)
    assert "ATOM_RELEASE_STATE" in caught.value.remedy
    assert "word" not in str(caught.value).replace("password", "")


def test_a_database_without_the_tables_names_the_command_that_makes_them(team: Team) -> None:
    check_prepared(team.database())
    bare = Database(team.url.replace("/team?", "/postgres?"))
    with pytest.raises(Misuse, match="no tables of the gate") as caught:
        check_prepared(bare)
    assert "state --prepare" in caught.value.remedy
