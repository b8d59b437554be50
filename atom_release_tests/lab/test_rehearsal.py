"""The rehearsal on real PostgreSQL, OpenBao and services."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Request
from atom_release.lab.rehearsal import (
    DATABASE,
    OWNER,
    Lacking,
    Rehearsal,
    close_all,
    current,
    postgres,
)
from atom_release.lab.rehearsal.ports import free_ports
from atom_release.lab.rehearsal.postgres import loopback_dsn
from atom_release.lab.sandbox import Network
from atom_release_tests.fixtures import rehearsal_tree as tree

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "key.pem").write_text("the gate's key")
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory, hidden: Path) -> Iterator[Rehearsal]:
    with Rehearsal.start(
        tree.look(tmp_path_factory.mktemp("release"), hidden=(hidden,))
    ) as started:
        yield started


def ask(rehearsal: Rehearsal, path: str) -> object:
    with rehearsal.exchange() as exchange:
        return exchange.send(Request(path=path), service="S.1").json


def sell(rehearsal: Rehearsal, tenant: str = "a") -> None:
    with rehearsal.exchange() as exchange:
        assert (
            exchange.send(
                Request(method="POST", path="/sell", body={"tenant": tenant}), service="S.1"
            ).status
            == 200
        )


def test_service_that_works_answers_and_others_are_told_apart(rehearsal: Rehearsal) -> None:
    """Not started, lacking what is not the release's to bring, and up: three different things."""
    assert list(rehearsal.base_urls) == ["S.1"]
    assert sorted(rehearsal.failures) == ["S.2", "S.4"]
    assert sorted(rehearsal.lacks) == ["S.3", "S.5"]
    assert "module_that_nobody_installed" in str(rehearsal.lacks["S.3"])
    assert "program-that-nobody-has" in str(rehearsal.lacks["S.5"])
    assert rehearsal.absent == {}


def test_failure_quotes_the_log_without_its_secrets(rehearsal: Rehearsal) -> None:
    """The reason says what the service said, and neither it nor the log holds the token."""
    words = "no good: [redacted:vault_token] sealed [redacted:random]"
    assert words in str(rehearsal.failures["S.2"])
    assert words.encode() in rehearsal.log_of("S.2")
    assert rehearsal.systems.vault is not None
    sell(rehearsal)
    assert b"sold with [redacted:vault_token]" in rehearsal.log_of("S.1")
    assert rehearsal.systems.vault.token.encode() not in rehearsal.log_of("S.1")


def test_migration_that_fails_is_recorded_and_hides_nothing(rehearsal: Rehearsal) -> None:
    """PostgreSQL's message and line, and the file behind it applied."""
    migrations = {
        migration.path: (migration.line, migration.sqlstate, migration.ok)
        for migration in rehearsal.migrations
    }
    assert migrations == {
        "db/001_item.sql": (None, None, True),
        "db/002_broken.sql": (2, "42P01", False),
        "db/003_more.sql": (None, None, True),
    }


def test_state_returns_before_the_next_lease(rehearsal: Rehearsal) -> None:
    """Rows, files and secrets that one user changed are as at first for the next.

    In the same running service.
    """
    assert rehearsal.systems.vault is not None
    with rehearsal.lease():
        sell(rehearsal)
        rehearsal.systems.vault.ask(
            "POST", "secret/data/shop/signing", {"data": {"key": "overwritten"}}
        )
        rehearsal.systems.vault.ask(
            "POST", "secret/data/planted/deep", {"data": {"key": "planted"}}
        )
        assert (ask(rehearsal, "/items?a"), ask(rehearsal, "/files"), ask(rehearsal, "/model")) == (
            1,
            ["model", "new"],
            "firstchanged",
        )
    with rehearsal.lease():
        assert (ask(rehearsal, "/items?a"), ask(rehearsal, "/files"), ask(rehearsal, "/model")) == (
            0,
            ["model"],
            "first",
        )
        secret = ask(rehearsal, "/secret?shop/signing")
        assert isinstance(secret, dict)
        assert secret["data"]["data"] == {"key": rehearsal.secrets["signing"]}
        assert rehearsal.systems.vault.ask("LIST", "secret/metadata/")["data"]["keys"] == ["shop/"]


def test_service_that_a_user_broke_is_started_again(rehearsal: Rehearsal) -> None:
    """What one user did to a process does not reach the next."""
    with rehearsal.lease(), pytest.raises(ProbeFault):
        ask(rehearsal, "/crash")
    with rehearsal.lease():
        assert ask(rehearsal, "/items?a") == 0
    assert rehearsal.restarted["S.1"] >= 1


def test_one_user_at_a_time(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second lease waits for the first to end, and not only for its own reset.

    Which is left out here.
    """
    monkeypatch.setattr(rehearsal, "_reset", lambda: None)
    order: list[str] = []

    def second() -> None:
        with rehearsal.lease():
            order.append("second")

    waiting = threading.Thread(target=second)
    with rehearsal.lease():
        waiting.start()
        waiting.join(1)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_services_token_reads_only_what_the_manifest_names(rehearsal: Rehearsal) -> None:
    """The token is not the root's."""
    assert rehearsal.systems.vault is not None
    rehearsal.systems.vault.ask("POST", "secret/data/other", {"data": {"key": "x"}})
    assert ask(rehearsal, "/secret?other") == 403
    assert ask(rehearsal, "/secret?shop/signing") != 403
    assert rehearsal.systems.vault.token != rehearsal.systems.vault.root_token


def test_services_see_nothing_of_the_gates(rehearsal: Rehearsal, hidden: Path) -> None:
    """Another uid, no variable of the gate's, neither its folders nor the database's files."""
    me = ask(rehearsal, "/me")
    assert isinstance(me, dict)
    assert "PYTEST_CURRENT_TEST" not in me["environment"]
    assert "PYTHONPATH" not in me["environment"]
    if os.geteuid() == 0:
        assert me["uid"] != 0
        assert "uid:nobody" in rehearsal.isolation
    assert "hidden-folders" in rehearsal.isolation
    assert ask(rehearsal, f"/seen?{hidden}/key.pem") == "FileNotFoundError"
    root = Path(me["cwd"]).parent
    assert ask(rehearsal, f"/seen?{root}/postgres/data") == "FileNotFoundError"
    assert ask(rehearsal, f"/seen?{root}/logs") == "FileNotFoundError"


def test_services_reach_no_port_of_the_host_and_each_other_where_they_are_told(
    rehearsal: Rehearsal,
) -> None:
    """Neither the host's servers nor the way by which the gate gets in; its own port it does."""
    assert "network:own" in rehearsal.isolation
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert ask(rehearsal, f"/reach?{server.getsockname()[1]}") == "ConnectionRefusedError"
    led = rehearsal.base_urls["S.1"].rpartition(":")[2]
    assert ask(rehearsal, f"/reach?{led}") == "ConnectionRefusedError"
    assert ask(rehearsal, f"/reach?{rehearsal.port_of('S.1')}") == "reached"
    assert rehearsal.fill("{url:S.1}") == f"http://127.0.0.1:{rehearsal.port_of('S.1')}"


def test_database_roles_are_ordinary(rehearsal: Rehearsal) -> None:
    """Owner and application are bound by row-level security.

    And the superuser's password is asked for.
    """
    assert rehearsal.systems.postgres is not None
    with rehearsal.systems.postgres.admin(DATABASE) as admin:
        roles = admin.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname IN (%s, 'shop')"
            " ORDER BY 1",
            [OWNER],
        ).fetchall()
        owners = admin.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert roles == [(OWNER, False, False), ("shop", False, False)]
    assert owners == [(OWNER,)]
    own = rehearsal.network
    assert isinstance(own, Network)
    led = own.lead(rehearsal.systems.postgres.port)
    for role in ("postgres", OWNER, "shop"):
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(loopback_dsn(role, "", led, DATABASE))
    other = rehearsal.systems.postgres.password_of("shop")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(loopback_dsn(OWNER, other, led, DATABASE))


def test_requests_may_name_secrets(rehearsal: Rehearsal) -> None:
    """A login's body and an integration test's environment need what OpenBao holds."""
    assert rehearsal.fill("{secret:signing}") == rehearsal.secrets["signing"]
    assert rehearsal.exchange().values["secret:signing"] == rehearsal.secrets["signing"]


def test_templates_of_integration_tests_are_filled(rehearsal: Rehearsal) -> None:
    """Addresses are filled, other braces stay, and what is not there is said."""
    address = f"http://127.0.0.1:{rehearsal.port_of('S.1')}"
    assert rehearsal.fill("{url:S.1}/x {a}") == f"{address}/x {{a}}"
    with pytest.raises(Lacking):
        rehearsal.fill("{url:S.2}")


@pytest.mark.slow
def test_absent_database_is_not_the_services_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a server on the machine, services that need it lack it.

    The others are still judged.
    """
    monkeypatch.setattr(postgres, "servers", list)
    with Rehearsal.start(tree.look(tmp_path)) as started:
        assert "no PostgreSQL server" in started.absent["postgres"]
        assert "postgres: no PostgreSQL server" in str(started.lacks["S.1"])
        assert "S.2" in started.failures
        with (
            started.lease() as lent,
            lent.exchange() as exchange,
            pytest.raises(ProbeFault, match="did not start"),
        ):
            exchange.send(Request(path="/items"), service="S.1")


@pytest.mark.slow
@pytest.mark.parametrize("origin", ["system", "embedded"])
def test_each_server_found_here_carries_a_rehearsal(
    origin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both kinds of server work; the embedded one is always there."""
    servers = [server for server in postgres.servers() if server.origin == origin]
    if not servers and origin == "system":
        pytest.skip("no system server on this machine")
    monkeypatch.setattr(postgres, "servers", lambda: servers)
    with Rehearsal.start(tree.look(tmp_path)) as started:
        assert started.systems.postgres is not None
        assert started.systems.postgres.origin == origin
        assert ask(started, "/items?a") == 0


@pytest.mark.slow
def test_port_taken_meanwhile_is_not_the_services_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are started again, on other ports.

    It happens where this machine gives no network of its own, and the isolation says so.
    """
    monkeypatch.setattr("atom_release.lab.rehearsal.rehearsal.new_network", lambda _: None)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        given = iter([taken.getsockname()[1]])
        monkeypatch.setattr(
            "atom_release.lab.rehearsal.services.free_ports",
            lambda count: [next(given, 0) or free_ports(1)[0] for _ in range(count)],
        )
        with Rehearsal.start(tree.look(tmp_path)) as started:
            assert ask(started, "/items?a") == 0
            assert "network:host" in started.isolation


@pytest.mark.slow
def test_one_rehearsal_in_a_process(tmp_path: Path) -> None:
    """The same commit and manifest get the same rehearsal.

    Another manifest ends the one that nobody has.
    """
    try:
        first = current(tree.look(tmp_path))
        assert current(tree.look(tmp_path)) is first
        second = current(tree.look(tmp_path, tree.manifest(secrets=[])))
        assert second is not first
        assert first.closed
        with pytest.raises(ProbeFault, match="over"), first.lease():
            pass
    finally:
        close_all()
    assert second.closed
