"""No secret is written anywhere.

Not by the artifacts, the logs, Dagster's history, nor on the terminal, whatever systems answer.
"""

from __future__ import annotations

import base64
import gzip
import re
import secrets
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote

import pytest

from atom_release.git import Git
from atom_release.lab.rehearsal import registry, values
from atom_release.reference.build import build
from atom_release.reference.scenarios import SCENARIOS
from atom_release.release import progress
from atom_release_tests.fixtures import judged, searched
from atom_release_tests.fixtures.serving import serving

pytestmark = pytest.mark.live

_SCENARIO = "secret-committed"
_TOKEN = re.compile(rb"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.")


@contextmanager
def echoing(heard: list[str]) -> Iterator[str]:
    """A server that answers every request with an error that quotes it whole.

    What it was sent is in every message about it.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            request = f"{self.requestline}\n{self.headers}"
            heard.append(request)
            body = request.encode()
            self.send_response(500, secrets.token_hex(2))
            self.send_header("content-type", "text/plain")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as address:
        yield address


def committed() -> dict[str, str]:
    """Return the values of the scenario's .env."""
    lines = SCENARIOS[_SCENARIO].files()[".env"].decode().split()
    return {f"committed {line.partition('=')[0]}": line.partition("=")[2] for line in lines}


@contextmanager
def rehearsed(secrets_known: dict[str, str]) -> Iterator[None]:
    """Collect what the rehearsal makes up for itself, as long as it runs."""

    def hear(_event: progress.Event) -> None:
        for rehearsal in list(registry._rehearsals.values()):
            secrets_known.update(
                {
                    f"rehearsed {name}, {number}": value
                    for number, (name, value) in enumerate(
                        values.spelled({**rehearsal.secrets, **rehearsal.systems._rotated})
                    )
                }
            )
            if rehearsal.systems.vault is not None:
                secrets_known.update(
                    {
                        f"Vault token of {service}": token
                        for service, token in rehearsal.systems.vault.tokens.items()
                    }
                )
                secrets_known.update(
                    {
                        "services' Vault token": rehearsal.systems.vault.token,
                        "root's Vault token": rehearsal.systems.vault.root_token,
                    }
                )
            if rehearsal.systems.postgres is not None:
                secrets_known["PostgreSQL's password"] = rehearsal.systems.postgres.password

    stop = progress.listen(hear)
    try:
        yield
    finally:
        stop()


@pytest.mark.slow
def test_a_whole_run_writes_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every system but the rehearsal answers with an error that holds what it was sent.

    All that was written is searched, and what packs it.
    """
    names = (
        "Vault token",
        "forge token",
        "Prometheus password",
        "PostgreSQL password",
        "remote password",
    )
    planted = {name: f"planted{secrets.token_hex(12)}" for name in names}
    built = build(tmp_path / "home" / "reference" / _SCENARIO, _SCENARIO)
    heard: list[str] = []
    secrets_known: dict[str, str] = {}
    with echoing(heard) as host, rehearsed(secrets_known):
        for variable, value in {
            "VAULT_ADDR": f"http://{host}",
            "VAULT_TOKEN": planted["Vault token"],
            "FORGE_URL": f"http://{host}/api",
            "FORGE_TOKEN": planted["forge token"],
            "PROMETHEUS_URL": f"http://gate:{planted['Prometheus password']}@{host}",
            "POSTGRES_DSN": f"postgresql://gate:{planted['PostgreSQL password']}@127.0.0.1:1/db",
        }.items():
            monkeypatch.setenv(f"ATOM_{variable}", value)
        Git(built.repository).output(
            "config",
            "remote.origin.url",
            f"http://gate:{planted['remote password']}@{host}/owner/release.git",
        )
        result = judged.run(_SCENARIO, tmp_path)
    assert judged.outcomes(result.decision)["P-2"] == "FAIL"
    _was_sent(heard, planted)
    assert len(secrets_known) >= 7
    shown = capfd.readouterr()
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "terminal").write_text(f"{shown.out}\n{shown.err}\n{result}")
    home = tmp_path / "home"
    # The repository holds the .env and the address with its password: that is what is judged. The
    # suites run in a copy of its tree.
    subject = [home / "reference", *(home / "scratch").glob("*/suites/*/tree")]
    where, total = searched.find_values(
        [tmp_path], {**planted, **secrets_known, **committed()}, apart_from=subject
    )
    assert where == set()
    assert total > 1_000_000, "artifacts, bundle and history are not that small"
    assert searched.matching([tmp_path], _TOKEN, apart_from=subject) == set()


def _was_sent(heard: list[str], planted: dict[str, str]) -> None:
    """What was never used could not have been written down either."""
    requests = "\n".join(heard)
    assert planted["Vault token"] in requests
    assert planted["forge token"] in requests
    assert base64.b64encode(f"gate:{planted['Prometheus password']}".encode()).decode() in requests


@pytest.mark.parametrize("form", ["plain", "quoted", "base64", "zip in zip", "gzip", "row"])
def test_the_search_finds_what_is_there(form: str, tmp_path: Path) -> None:
    """However it came to be written: a search that finds nothing shows nothing unless it could."""
    value = f"planted/{secrets.token_hex(40)}"
    place = tmp_path / "file"
    if form == "row":
        with sqlite3.connect(place) as connection:
            connection.execute("CREATE TABLE t (x TEXT)")
            connection.execute("INSERT INTO t VALUES (?)", ("x" * 4000 + value + "y" * 9000,))
        connection.close()
    elif form == "zip in zip":
        with zipfile.ZipFile(tmp_path / "inner.zip", "w", zipfile.ZIP_DEFLATED) as inner:
            inner.writestr("a.txt", value)
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as outer:
            outer.write(tmp_path / "inner.zip", "inner.zip")
        (tmp_path / "inner.zip").unlink()
    else:
        content = {
            "plain": value,
            "quoted": quote(value, safe=""),
            "base64": base64.b64encode(f"user:{value}!".encode()).decode(),
            "gzip": value,
        }[form].encode()
        place.write_bytes(gzip.compress(content) if form == "gzip" else content)
    where, _ = searched.find_values([tmp_path], {"one": value, "another": "planted-elsewhere"})
    assert where
    assert all(line.startswith("one in ") for line in where)
    assert searched.find_values([tmp_path], {"one": value}, apart_from=[place])[0] == set()
