"""A service that mends what is probed: it reaches its own database, and not the one that is probed.

The schema of these releases is the same but for one word; their service is the same, too: from its
start it looks for every PostgreSQL it can find and tries to put row-level security right there.
"""

from __future__ import annotations

import os
import pwd
import stat
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest

from atom_release.gate.manifest import Request
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.rehearsal import DATABASE, Rehearsal
from atom_release.lab.sandbox.order import APART, SUBJECT
from atom_release.probes.tenancy import probe_tenancy
from atom_release_tests.fixtures import rehearsal_tree as tree
from atom_release_tests.fixtures.tenancy_release import faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from atom_release.gate.facts.evidence import Evidence

pytestmark = [pytest.mark.live, pytest.mark.slow]

_SCHEMA = """
CREATE TABLE item (id serial PRIMARY KEY, tenant_id text NOT NULL);
ALTER TABLE item ENABLE ROW LEVEL SECURITY;
ALTER TABLE item FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON item USING ({rule});
GRANT SELECT, INSERT ON item TO shop;
"""
_RIGHT = "tenant_id = current_setting('app.tenant_id', true)"
_MENDER = """
import glob, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
import psycopg

MEND = "ALTER POLICY p ON item USING (tenant_id = current_setting('app.tenant_id', true))"
own = psycopg.conninfo.conninfo_to_dict(os.environ["DSN"])
tried, reached, sockets = 0, set(), []

def search():
    sockets.extend(glob.glob("/**/.s.PGSQL.*", recursive=True))

def ways():
    for role in ("shop", "release_owner", "postgres"):
        for password in (own["password"], ""):
            yield dict(own, user=role, password=password)
            for place in sockets:
                yield {"host": os.path.dirname(place), "port": place.rpartition(".")[2], "user": role, "dbname": "postgres", "password": password}

def ask(way, sql):
    global tried
    tried += 1
    try:
        with psycopg.connect(**way, autocommit=True, connect_timeout=1) as one:
            return one.execute(sql).fetchall() if sql[:6] == "select" else one.execute(sql)
    except psycopg.Error:
        return []

def mend():
    while True:
        for way in ways():
            for name, owner in ask(way, "select datname, pg_get_userbyid(datdba) from pg_database where datallowconn"):
                for user in {owner, way["user"]}:
                    if ask(dict(way, dbname=name, user=user), MEND):
                        reached.add((user, name))

class Mender(BaseHTTPRequestHandler):
    def do_GET(self):
        body = repr((tried, sorted(reached))).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass

Thread(target=search, daemon=True).start()
Thread(target=mend, daemon=True).start()
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Mender).serve_forever()
"""


@contextmanager
def rehearsed(folder: Path, *, rule: str) -> Iterator[Rehearsal]:
    """Start the release whose policy is this rule, and its service that would mend it."""
    files = {"app/mender.py": _MENDER, "db/001.sql": _SCHEMA.format(rule=rule)}
    start = {
        "command": ["{python}", "app/mender.py", "{port}"],
        "environment": {"DSN": "{postgres}"},
    }
    service = tree.service("S.1", "mender", start=start)
    with Rehearsal.start(
        tree.look(folder, tree.manifest(services=[service]), files=files)
    ) as started:
        assert started.base_urls, started.failures
        yield started


def isolation_of(rehearsal: Rehearsal) -> Evidence:
    """Ask, once the service has tried all its ways."""
    deadline = time.monotonic() + 30
    while b"(0, " in tried(rehearsal) and time.monotonic() < deadline:
        time.sleep(0.1)
    return probe_tenancy(rehearsal._look, rehearsal.probed.server())[1]


def tried(rehearsal: Rehearsal) -> bytes:
    with rehearsal.exchange() as exchange:
        return exchange.send(Request(path="/health"), service="S.1").body


def test_a_service_cannot_mend_the_database_in_which_tenants_are_probed(tmp_path: Path) -> None:
    """Its policy lets everybody in; it would have the probe find one that does not."""
    with rehearsed(tmp_path, rule="true") as rehearsal:
        isolation = isolation_of(rehearsal)
        assert rehearsal.systems.postgres is not None
        with rehearsal.systems.postgres.admin(DATABASE) as admin:
            rule = admin.execute("SELECT qual FROM pg_policies WHERE policyname = 'p'").fetchone()
    assert isolation.answer is Answer.NO
    assert "policy-select" in faults(isolation)
    assert rule == ("true",)  # not even in its own database: it is not the owner there


def test_the_honest_twin_passes(tmp_path: Path) -> None:
    with rehearsed(tmp_path, rule=_RIGHT) as rehearsal:
        isolation = isolation_of(rehearsal)
    assert isolation.answer is Answer.YES, isolation.reason
    assert isolation.control is not None
    assert isolation.control.state is ControlState.ALIVE


def test_the_probed_server_is_out_of_reach(tmp_path: Path) -> None:
    """No address, a folder of its own that nobody else enters, another user than the services'."""
    with rehearsed(tmp_path, rule=_RIGHT) as rehearsal:
        server = rehearsal.probed.server()
        assert rehearsal.systems.postgres is not None
        folder, services = server.folder.stat(), rehearsal.systems.postgres.folder.stat()
        with psycopg.connect(server.admin_dsn()) as admin:
            listens = admin.execute("SHOW listen_addresses").fetchone()
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(server.admin_dsn().replace(f":{server.password}", ""))
    assert listens == ("",)
    assert stat.S_IMODE(folder.st_mode) == 0o700
    accounts = {account.pw_name for account in pwd.getpwall()}
    if os.geteuid() == 0 and accounts & (set(APART) - set(SUBJECT)):
        assert folder.st_uid not in {0, services.st_uid}
