"""Vault, Prometheus and PostgreSQL asked as they stand.

Real servers, real refusals, real silence.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from atom_release.gate.catalogue import leg_specs
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.operator import Operator
from atom_release.gate.rules.case import Case
from atom_release.gate.rules.legs import Leg, judge
from atom_release.gate.vocabulary import Answer, Assurance, ControlState, Outcome
from atom_release.lab.look import Look
from atom_release.lab.migrations.replay import Replay
from atom_release.lab.rehearsal import OWNER, Rehearsal, openbao
from atom_release.lab.rehearsal.ports import free_ports
from atom_release.probes import infrastructure, prometheus, simulated_prometheus, vault
from atom_release.probes import postgres as postgres_probe
from atom_release_tests.fixtures import rehearsal_tree as tree
from atom_release_tests.fixtures.serving import serving
from atom_release_tests.fixtures.stage import Rehearsed

pytestmark = pytest.mark.live

_NAMED = {
    "vault": "V_ADDR",
    "vault_token": "V_TOKEN",
    "prometheus": "PROM",
    "postgres": "PG",
    "timeout": "1s",
}
_PLANTED = "planted-secret-9f2c"


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    folder = tmp_path_factory.mktemp("release")
    look = tree.look(folder, tree.manifest(infrastructure=_NAMED, services=[_service()]))
    with Rehearsal.start(look) as started:
        yield started


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    return tree.look(
        tmp_path_factory.mktemp("look"), tree.manifest(infrastructure=_NAMED, services=[_service()])
    )


def _service() -> dict[str, Any]:
    return tree.service("S.1", "shop", start=None, metrics="/metrics", address="SHOP")


def judged(evidence: Evidence, look: Look) -> Leg:
    """Return what the rules make of the leg that asks PostgreSQL itself."""
    spec = next(leg for leg in leg_specs.legs(look.manifest, "P-5") if leg.question == "postgres")
    return judge(
        spec,
        Case(look.manifest, evidence.commit, evidence.tree, evidence.observed_at, {"d": evidence}),
    )


def with_values(look: Look, **values: str) -> Look:
    return replace(look, environment=values)


def brief(evidence: Evidence) -> tuple[Answer, object, object]:
    return evidence.answer, evidence.facts["how"], evidence.facts["kind"]


@contextmanager
def web(
    answers: Mapping[str, tuple[int, bytes]], default: tuple[int, bytes] = (404, b"")
) -> Iterator[str]:
    """Serve fixed answers by path, `path?query=...` first."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query).get("query", [""])[0]
            status, body = (
                answers.get(f"{parts.path}?{query}") or answers.get(parts.path) or default
            )
            self.send_response(status)
            self.send_header(
                "content-type",
                "text/plain; version=0.0.4" if body.startswith(b"#") else "application/json",
            )
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - http.server's name

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as address:
        yield f"http://user:{_PLANTED}@{address}"


def port_of(url: str) -> int:
    return urlsplit(url).port or 0


@contextmanager
def silence() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def nobody() -> Iterator[int]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture(scope="module")
def real_vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server that starts uninitialized, as deployed ones do."""
    program, port = openbao.binary(), free_ports(1)[0]
    assert program is not None
    config = (
        f'storage "inmem" {{}}\nlistener "tcp" {{\n address = "127.0.0.1:{port}"\n tls_disable ='
        " true\n}\ndisable_mlock = true\n"
    )
    written = tmp_path_factory.mktemp("vault") / "config.hcl"
    written.write_text(config)
    server = subprocess.Popen(
        [program, "server", f"-config={written}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(400):
            try:
                requests.get(f"{address}/v1/sys/health", timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        yield address
    finally:
        server.kill()
        server.wait()


def test_vault_unset_is_rehearsed(rehearsal: Rehearsal, look: Look) -> None:
    """OpenBao answers for the services' token, and the control was refused."""
    evidence = vault.probe(look, rehearsal)
    assert brief(evidence) == (Answer.YES, "rehearsed", "unsealed")
    assert evidence.assurance is Assurance.REHEARSED
    assert evidence.facts["paths"] == {"secret/data/shop/signing": ["read"]}
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert "OpenBao" in evidence.reason


def test_vault_token_that_may_not_read_is_a_failure(rehearsal: Rehearsal, look: Look) -> None:
    """The default policy reads nothing of the manifest's."""
    assert rehearsal.systems.vault is not None
    poor = rehearsal.systems.vault.ask(
        "POST", "auth/token/create", {"policies": ["default"], "no_parent": True}
    )["auth"]["client_token"]
    evidence = vault.probe(
        with_values(look, V_ADDR=rehearsal.systems.vault.address, V_TOKEN=poor), rehearsal
    )
    assert brief(evidence) == (Answer.NO, "live", "unsealed")
    assert evidence.facts["paths"] == {"secret/data/shop/signing": ["deny"]}
    assert "secret/data/shop/signing" in evidence.remedy


def test_a_path_that_holds_nothing_is_not_readable(rehearsal: Rehearsal, look: Look) -> None:
    """Never written, or deleted again; what lies there is not read."""
    assert rehearsal.systems.vault is not None
    given = with_values(
        look, V_ADDR=rehearsal.systems.vault.address, V_TOKEN=rehearsal.systems.vault.token
    )
    held = rehearsal.systems.vault.ask("GET", "secret/data/shop/signing")["data"]["data"]
    try:
        rehearsal.systems.vault.ask("DELETE", "secret/data/shop/signing")
        gone, own = vault.probe(given, None), vault.probe(look, rehearsal)
    finally:
        rehearsal.systems.vault.ask("POST", "secret/data/shop/signing", {"data": held})
    assert (gone.answer, gone.facts["empty"]) == (Answer.NO, ["secret/data/shop/signing"])
    assert "nothing lies at secret/data/shop/signing" in gone.reason
    assert own.answer is Answer.UNKNOWN  # what the gate itself planted is not the release's fault
    evidence = vault.probe(given, None)
    assert evidence.answer is Answer.YES
    assert held
    assert not any(value in evidence.model_dump_json() for value in held.values())


def test_a_secret_without_its_field_or_with_nothing_in_it_is_not_readable(
    rehearsal: Rehearsal, look: Look
) -> None:
    """Something lies at the path, and not what the service reads there."""
    assert rehearsal.systems.vault is not None
    given = with_values(
        look, V_ADDR=rehearsal.systems.vault.address, V_TOKEN=rehearsal.systems.vault.token
    )
    held = rehearsal.systems.vault.ask("GET", "secret/data/shop/signing")["data"]["data"]
    names = {secret.field for secret in look.manifest.secrets if secret.path == "shop/signing"}
    try:
        for data in ({"other": "x"}, dict.fromkeys(names, ""), {}):
            rehearsal.systems.vault.ask("POST", "secret/data/shop/signing", {"data": data})
            evidence = vault.probe(given, None)
            assert evidence.answer is Answer.NO, data
            assert "secret/data/shop/signing" in evidence.reason
    finally:
        rehearsal.systems.vault.ask("POST", "secret/data/shop/signing", {"data": held})
    assert vault.probe(given, None).answer is Answer.YES


def test_live_vault_is_live(rehearsal: Rehearsal, look: Look) -> None:
    """A set address is asked, and says so."""
    assert rehearsal.systems.vault is not None
    evidence = vault.probe(
        with_values(
            look, V_ADDR=rehearsal.systems.vault.address, V_TOKEN=rehearsal.systems.vault.token
        ),
        None,
    )
    assert (brief(evidence), evidence.assurance) == (
        (Answer.YES, "live", "unsealed"),
        Assurance.LIVE,
    )


def test_vault_wrong_or_no_token_is_doubt(rehearsal: Rehearsal, look: Look) -> None:
    """Nothing was shown about the paths."""
    assert rehearsal.systems.vault is not None
    wrong = vault.probe(
        with_values(look, V_ADDR=rehearsal.systems.vault.address, V_TOKEN=_PLANTED), rehearsal
    )
    assert brief(wrong) == (Answer.UNKNOWN, "live", "unauthorized")
    assert brief(
        vault.probe(with_values(look, V_ADDR=rehearsal.systems.vault.address), rehearsal)
    ) == (
        Answer.UNKNOWN,
        "live",
        "no-token",
    )


def test_vault_uninitialized_and_sealed_are_told_apart(real_vault: str, look: Look) -> None:
    """A real server, before and after it was initialized, then unsealed, then sealed by hand."""
    address = real_vault
    with_vault = with_values(look, V_ADDR=address, V_TOKEN="any")
    assert brief(vault.probe(with_vault, None)) == (Answer.UNKNOWN, "live", "uninitialized")
    made = requests.put(
        f"{address}/v1/sys/init", json={"secret_shares": 1, "secret_threshold": 1}, timeout=10
    ).json()
    assert brief(vault.probe(with_vault, None)) == (Answer.UNKNOWN, "live", "sealed")
    requests.put(
        f"{address}/v1/sys/unseal", json={"key": made["keys"][0]}, timeout=10
    ).raise_for_status()
    for _ in range(100):
        root = vault.probe(with_values(look, V_ADDR=address, V_TOKEN=made["root_token"]), None)
        if "paths" in root.facts:
            break
        time.sleep(0.05)
    assert root.facts["paths"] == {"secret/data/shop/signing": ["root"]}
    assert (root.answer, root.facts["empty"]) == (Answer.NO, ["secret/data/shop/signing"])
    requests.put(
        f"{address}/v1/sys/seal", headers={"X-Vault-Token": made["root_token"]}, timeout=10
    ).raise_for_status()
    assert brief(vault.probe(with_vault, None)) == (Answer.UNKNOWN, "live", "sealed")


def test_vault_that_accepts_every_token_has_a_dead_control(look: Look) -> None:
    """A stand-in that says yes to all shows nothing."""
    body = {
        "sealed": False,
        "initialized": True,
        "version": "1",
        "data": {
            "policies": ["p"],
            "secret/data/shop/signing": ["read"],
            "data": {secret.field: "x" for secret in look.manifest.secrets},
        },
    }
    with web({}, (200, json.dumps(body).encode())) as url:
        evidence = vault.probe(with_values(look, V_ADDR=url, V_TOKEN="t"), None)
    assert evidence.answer is Answer.YES
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD


def test_release_without_secrets_needs_no_vault(look: Look) -> None:
    """The leg does not apply, and the reading that says so could have said otherwise."""
    evidence = vault.probe(replace(look, manifest=tree.manifest(secrets=[])), None)
    assert (evidence.answer, evidence.facts["not_applicable"]) == (
        Answer.YES,
        "the manifest names no Vault and no secret",
    )
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


@pytest.mark.parametrize("live", [True, False])
def test_a_vault_of_which_nothing_is_asked_says_nothing_about_the_release(
    live: bool,  # noqa: FBT001 - a table
    look: Look,
    rehearsal: Rehearsal,
) -> None:
    """No path of none is no PASS, whoever answers; with a path named the same Vault passes."""
    assert rehearsal.systems.vault is not None
    values = (
        {"V_ADDR": rehearsal.systems.vault.address, "V_TOKEN": rehearsal.systems.vault.token}
        if live
        else {}
    )
    named = with_values(look, **values)
    manifest = named.manifest.model_copy(update={"secrets": ()})
    spec = next(leg for leg in leg_specs.legs(manifest, "P-2") if leg.question == "vault")

    def judged(other_look: Look) -> Leg:
        evidence = vault.probe(other_look, rehearsal)
        tree_of = other_look.tree
        when = evidence.observed_at + timedelta(seconds=1)
        case = Case(other_look.manifest, tree_of.commit, tree_of.tree, when, {"0" * 64: evidence})
        return judge(spec, replace(case, operator=Operator(isolation=("none",))))

    nothing = judged(replace(named, manifest=manifest))
    assert (nothing.outcome, "names no `secrets`" in nothing.reason) == (None, True), nothing.reason
    assert judged(named).outcome is Outcome.PASS


_SYSTEMS: dict[str, tuple[Callable[[Look], Evidence], Callable[[int], dict[str, str]]]] = {
    "vault": (
        lambda look: vault.probe(look, None),
        lambda port: {"V_ADDR": f"http://127.0.0.1:{port}", "V_TOKEN": _PLANTED},
    ),
    "prometheus": (
        prometheus.probe,
        lambda port: {"PROM": f"http://me:{_PLANTED}@127.0.0.1:{port}"},
    ),
    "postgres": (
        lambda look: postgres_probe.probe(look, None),
        lambda port: {"PG": f"postgresql://me:{_PLANTED}@127.0.0.1:{port}/db"},
    ),
}


@pytest.mark.parametrize("system", list(_SYSTEMS))
def test_dead_port_is_absence_and_a_hang_is_doubt(system: str, look: Look) -> None:
    """The same for each system."""
    probe, values = _SYSTEMS[system]
    with nobody() as port:
        assert brief(probe(with_values(look, **values(port)))) == (Answer.ABSENT, "live", "refused")
    with silence() as port:
        assert brief(probe(with_values(look, **values(port)))) == (
            Answer.UNKNOWN,
            "live",
            "timeout",
        )


@pytest.mark.parametrize("system", list(_SYSTEMS))
def test_name_that_does_not_resolve_is_absence(system: str, look: Look) -> None:
    """`.invalid` never resolves."""
    probe, values = _SYSTEMS[system]
    given = {
        name: value.replace("127.0.0.1", "nowhere.invalid") for name, value in values(1).items()
    }
    assert brief(probe(with_values(look, **given))) == (Answer.ABSENT, "live", "unresolved")


@pytest.mark.parametrize("system", ["vault", "prometheus"])
def test_tls_401_and_500_are_doubt(system: str, look: Look) -> None:
    """Each is told apart."""
    probe, values = _SYSTEMS[system]
    for status, kind in (
        (500, "status-500"),
        (401, "unauthorized" if system == "prometheus" else "status-401"),
    ):
        with web({}, (status, b"{}")) as url:
            assert brief(probe(with_values(look, **values(port_of(url))))) == (
                Answer.UNKNOWN,
                "live",
                kind,
            )
    with web({}) as url:
        given = {
            name: value.replace("http:", "https:") for name, value in values(port_of(url)).items()
        }
        assert brief(probe(with_values(look, **given))) == (Answer.UNKNOWN, "live", "tls")


def test_postgres_unset_is_rehearsed(rehearsal: Rehearsal, look: Look) -> None:
    """The application's role is bound by row-level security.

    And the first superuser would not be.
    """
    evidence = postgres_probe.probe(look, rehearsal)
    assert brief(evidence) == (Answer.YES, "rehearsed", "answers")
    assert (evidence.facts["role"], evidence.facts["superuser"], evidence.facts["bypassrls"]) == (
        "shop",
        False,
        False,
    )
    assert evidence.control is not None
    assert (evidence.control.state, evidence.control.found) == (
        ControlState.ALIVE,
        "it is superuser",
    )


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ("SUPERUSER", "is superuser"),
        ("BYPASSRLS", "has BYPASSRLS"),
        ("IN ROLE postgres", "may become postgres"),
        ("", ""),
    ],
)
def test_role_that_row_level_security_does_not_bind_is_a_failure(
    made: str, says: str, rehearsal: Rehearsal, look: Look
) -> None:
    """Also one that only has to ask for it."""
    assert rehearsal.systems.postgres is not None
    name = f"probed_{secrets.token_hex(3)}"
    with rehearsal.systems.postgres.admin() as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN {made}".encode())
    rehearsal.systems.postgres.let_in(name)
    evidence = postgres_probe.probe(
        with_values(look, PG=rehearsal.systems.postgres.dsn("postgres", name)), rehearsal
    )
    assert evidence.answer is (Answer.NO if says else Answer.YES)
    assert says in evidence.reason


def test_a_role_that_the_gate_itself_made_says_nothing_about_the_release(
    rehearsal: Rehearsal, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No migration makes it: that the gate made it ordinary is no evidence, and is not counted."""
    assert judged(postgres_probe.probe(look, rehearsal), look).outcome is Outcome.PASS
    monkeypatch.setattr(rehearsal.systems, "replay", Replay())
    evidence = postgres_probe.probe(look, rehearsal)
    assert "shop is made by the gate" in str(evidence.facts["not_applicable"])
    assert judged(evidence, look).outcome is None


def test_postgres_that_refuses_the_password_is_doubt(rehearsal: Rehearsal, look: Look) -> None:
    """The server is there."""
    assert rehearsal.systems.postgres is not None
    dsn = rehearsal.systems.postgres.admin_dsn().replace(
        rehearsal.systems.postgres.password, _PLANTED
    )
    assert brief(postgres_probe.probe(with_values(look, PG=dsn), rehearsal)) == (
        Answer.UNKNOWN,
        "live",
        "unauthorized",
    )
    network = rehearsal.network
    assert not isinstance(network, bool)
    inside = rehearsal.systems.postgres.port
    led = rehearsal.systems.postgres.service_dsn("postgres", OWNER).replace(
        f":{inside}/", f":{network.lead(inside)}/"
    )
    tls = f"{led}?sslmode=require"
    assert brief(postgres_probe.probe(with_values(look, PG=tls), rehearsal)) == (
        Answer.UNKNOWN,
        "live",
        "tls",
    )


def scraping(  # noqa: PLR0913 - one for each thing that can be wrong
    instance: str,
    *,
    health: str = "up",
    up: str = "1",
    samples: str = "12",
    job: str = "shop",
    age: float = 3.0,
) -> dict[str, tuple[int, bytes]]:
    """Answer as a Prometheus server that scrapes one target does."""
    labels = {"job": job, "instance": instance}
    scraped = (datetime.now(UTC) - timedelta(seconds=age)).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")

    def vector(value: str) -> tuple[int, bytes]:
        result = [{"metric": labels, "value": [time.time(), value]}]
        return (
            200,
            json.dumps(
                {"status": "success", "data": {"resultType": "vector", "result": result}}
            ).encode(),
        )

    active = {
        "data": {"activeTargets": [{"labels": labels, "health": health, "lastScrape": scraped}]}
    }
    empty = {"status": "success", "data": {"resultType": "vector", "result": []}}
    return {
        "/-/ready": (200, b"ready"),
        "/api/v1/targets": (200, json.dumps(active).encode()),
        "/api/v1/query?up": vector(up),
        "/api/v1/query?scrape_samples_scraped": vector(samples),
        "/api/v1/query": (200, json.dumps(empty).encode()),
    }


def ask_prometheus(look: Look, answers: Mapping[str, tuple[int, bytes]], **values: str) -> Evidence:
    with web(answers) as url:
        return prometheus.probe(with_values(look, PROM=url, **values))


def test_prometheus_unset_is_absent(look: Look) -> None:
    """Nothing can be rehearsed in its place."""
    evidence = prometheus.probe(look)
    assert (evidence.answer, evidence.facts["how"]) == (Answer.ABSENT, "not asked")
    assert "PROM" in evidence.reason


def test_prometheus_that_scrapes_the_service_holds(look: Look) -> None:
    """By a label that names it, or by its address; and the made-up job had no series."""
    evidence = ask_prometheus(look, scraping("10.0.0.1:80"))
    assert brief(evidence) == (Answer.YES, "live", "ready")
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert (
        ask_prometheus(
            look, scraping("shop.example:80", job="x"), SHOP="http://shop.example:80"
        ).answer
        is Answer.YES
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"health": "down"}, "is down"),
        ({"up": "0"}, "is down"),
        ({"samples": "0"}, "gives no series"),
        ({"age": 900.0}, "not scraped lately"),
    ],
)
def test_prometheus_target_that_is_not_well_is_a_failure(
    wrong: dict[str, Any], says: str, look: Look
) -> None:
    """Down by the page or by the series, without series, or long ago."""
    evidence = ask_prometheus(look, scraping("10.0.0.1:80", **wrong))
    assert evidence.answer is Answer.NO
    assert says in evidence.reason


def test_service_that_no_target_is_told_to_be(look: Look) -> None:
    """Doubt where only a name could tell; a failure where its address is known and not scraped."""
    assert ask_prometheus(look, scraping("10.0.0.1:80", job="other")).answer is Answer.UNKNOWN
    assert (
        ask_prometheus(
            look, scraping("10.0.0.1:80", job="other"), SHOP="http://shop.example"
        ).answer
        is Answer.NO
    )


def test_server_that_answers_any_query_has_a_dead_control(look: Look) -> None:
    """It has series for a job that nobody has."""
    answers = scraping("10.0.0.1:80")
    evidence = ask_prometheus(look, {**answers, "/api/v1/query": answers["/api/v1/query?up"]})
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD


def test_nothing_secret_is_said(look: Look, rehearsal: Rehearsal) -> None:
    """Neither evidence nor log lines hold a planted value, whatever the systems answer."""
    with nobody() as dead, silence() as hanging, web({}, (500, _PLANTED.encode())) as url:
        values = {
            "V_ADDR": url,
            "V_TOKEN": _PLANTED,
            "PROM": f"http://me:{_PLANTED}@127.0.0.1:{hanging}",
            "PG": f"postgresql://me:{_PLANTED}@127.0.0.1:{dead}/x",
        }
        planted = with_values(look, **values)
        collected = [
            vault.probe(planted, rehearsal),
            prometheus.probe(planted),
            postgres_probe.probe(planted, rehearsal),
        ]
    assert [(piece.question, piece.facts["kind"]) for piece in collected] == [
        ("vault", "status-500"),
        ("prometheus", "timeout"),
        ("postgres", "refused"),
    ]
    written = "\n".join(
        [*infrastructure.log_lines(collected), *(piece.model_dump_json() for piece in collected)]
    )
    assert _PLANTED not in written
    assert "vault/vault [live] unknown" in written


def test_what_a_probe_raises_is_for_the_one_who_asked(look: Look) -> None:
    """The boundary makes evidence of it, as of any other probe's."""

    def bad() -> Evidence:
        raise RuntimeError("told")

    with pytest.raises(RuntimeError, match="told"):
        infrastructure.within(look, "bad", bad)


@contextmanager
def dripping() -> Iterator[int]:
    """A server that sends a byte now and then and never ends an answer.

    No timeout between two bytes ever comes.
    """
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.sendall(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length:"
                b" 1000000\r\n\r\n"
            )
            while not over.wait(0.01):
                connection.sendall(b" ")

    def accept(server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=drip, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, args=(server,), daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()


@pytest.mark.parametrize("system", ["vault", "prometheus"])
def test_server_that_never_ends_its_answer_is_given_up(system: str, look: Look) -> None:
    """A byte a second is within every timeout of a read.

    Only the whole question's own time ends it.
    """
    probe, values = _SYSTEMS[system]
    hurried = replace(
        look,
        manifest=tree.manifest(infrastructure={**_NAMED, "timeout": "50ms"}, services=[_service()]),
    )
    with dripping() as port:
        evidence = infrastructure.within(
            hurried, system, lambda: probe(with_values(hurried, **values(port)))
        )
    assert brief(evidence) == (Answer.UNKNOWN, "given up", "timeout")
    assert system in evidence.reason


def test_without_a_server_the_rehearsed_services_are_scraped_to_be_looked_at(look: Look) -> None:
    """What a server would see of one that is up and one that is not, as a simulation.

    Beside the leg's own word that there is none.
    """
    metrics = b"# TYPE sold counter\nsold_total 3\n"
    services = [
        _service(),
        tree.service("S.2", "till", start=None, metrics="/metrics"),
        tree.service("S.3", "unasked", start=None),
    ]
    both = replace(look, manifest=tree.manifest(infrastructure=_NAMED, services=services))
    with web({"/metrics": (200, metrics)}) as up, nobody() as port:
        urls = {"S.1": up, "S.2": f"http://127.0.0.1:{port}", "S.3": up}
        (evidence,) = simulated_prometheus.probe(both, Rehearsed(urls))
        assert simulated_prometheus.probe(with_values(both, PROM=up), Rehearsed(urls)) == []
    assert (evidence.leg, evidence.assurance, evidence.answer) == (
        ("simulated-prometheus", "prometheus"),
        Assurance.SIMULATED,
        Answer.NO,
    )
    targets = evidence.facts["targets"]
    assert isinstance(targets, dict)
    health = {name: target["health"] for name, target in targets.items()}  # type: ignore[index, call-overload]
    assert health == {"S.1": "up", "S.2": "down"}
    assert "1 of 2" in evidence.reason
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert "[simulated]" in infrastructure.log_lines([evidence])[0]
    assert evidence.leg not in leg_specs.asked_legs(both.manifest)
