"""What runs stored, in a browser: as signed, by an address of its own, and harmless."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from atom_release.records.signing_keys import ensure_key
from atom_release.records.store import Store
from atom_release.release.serve_artifacts import served
from atom_release.settings import Settings

COMMIT = "a" * 40
PAGE = b"<html><script>alert(1)</script></html>"


def stored(folder: Path, run: str, **artifacts: bytes) -> Settings:
    settings = Settings(out=str(folder / "out"), home=folder / "home")
    store = Store(settings.out, ensure_key(settings.key_path))
    contents = {name.replace("__", "."): content for name, content in artifacts.items()}
    store.run(COMMIT, run).write("aggregated", contents, datetime.now(UTC))
    return settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    stored(tmp_path, "earlier", PhaseX_Aggregated__json=b'{"run": "earlier"}')
    return stored(
        tmp_path, "later", PhaseX_Aggregated__json=b'{"run": "later"}', PhaseX_Page__html=PAGE
    )


@pytest.fixture
def site(settings: Settings) -> Iterator[httpx.Client]:
    with served({"": settings}, 0) as address, httpx.Client(base_url=address) as client:
        yield client


def test_each_run_s_artifact_has_an_address_that_the_next_run_leaves_alone(
    site: httpx.Client,
) -> None:
    for run in ("earlier", "later"):
        answer = site.get(f"/runs/{COMMIT}/{run}/PhaseX_Aggregated.json")
        assert answer.status_code == 200
        assert answer.json() == {"run": run}
        assert answer.headers["content-type"].startswith("text/plain")


def test_a_page_s_scripts_do_not_run(site: httpx.Client) -> None:
    """It may hold what a release wrote; shown it is, as a page."""
    answer = site.get(f"/runs/{COMMIT}/later/PhaseX_Page.html")
    assert answer.content == PAGE
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_was_changed_since_it_was_signed_is_not_shown(
    site: httpx.Client, settings: Settings
) -> None:
    file = Path(settings.out) / "runs" / COMMIT / "later" / "PhaseX_Page.html"
    file.write_bytes(PAGE + b"!")
    answer = site.get(f"/runs/{COMMIT}/later/PhaseX_Page.html")
    assert answer.status_code == 404
    assert b"script" not in answer.content


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/runs",
        f"/runs/{COMMIT}/later",
        f"/runs/{COMMIT}/later/none.json",
        f"/runs/{COMMIT}/later/..%2F..%2F..%2F..%2Fhome%2Fkeys%2Fgate.pem",
        "/runs/..%2F../home/keys/gate.pem",
        f"/other/runs/{COMMIT}/later/PhaseX_Page.html",
    ],
)
def test_nothing_else_is_there(site: httpx.Client, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 404
    assert b"PRIVATE" not in answer.content


def test_another_site_s_name_for_this_machine_is_refused(site: httpx.Client) -> None:
    path = f"/runs/{COMMIT}/later/PhaseX_Page.html"
    assert site.get(path, headers={"Host": "evil.example.org"}).status_code == 421
    assert site.get(path, headers={"Host": "localhost:3001"}).status_code == 200
    assert site.post(path).status_code == 501


def test_several_releases_stand_below_their_keys(settings: Settings, tmp_path: Path) -> None:
    other = replace(stored(tmp_path / "other", "later", PhaseX_Page__html=b"other"))
    with served({"one": settings, "two": other}, 0) as address:
        path = f"runs/{COMMIT}/later/PhaseX_Page.html"
        assert httpx.get(f"{address}/one/{path}").content == PAGE
        assert httpx.get(f"{address}/two/{path}").content == b"other"


def test_a_port_that_is_taken_is_told(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(OSError, match="in use"), served({"": settings}, port):
            pass
