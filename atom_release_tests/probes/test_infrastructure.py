"""What systems have alike: silence, refusal, wrong names, and that nothing secret is said."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer
from atom_release.lab.look import Look
from atom_release.lab.rehearsal import Rehearsal
from atom_release.probes import infrastructure, prometheus, vault
from atom_release.probes import postgres as postgres_probe
from atom_release_tests.fixtures import rehearsal_tree as tree
from atom_release_tests.fixtures.systems import (
    NAMED,
    PLANTED,
    asked_service,
    brief,
    nobody,
    port_of,
    silence,
    web,
    with_values,
)

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("infrastructure")]


_SYSTEMS: dict[str, tuple[Callable[[Look], Evidence], Callable[[int], dict[str, str]]]] = {
    "vault": (
        lambda look: vault.probe(look, None),
        lambda port: {"V_ADDR": f"http://127.0.0.1:{port}", "V_TOKEN": PLANTED},
    ),
    "prometheus": (
        prometheus.probe,
        lambda port: {"PROM": f"http://me:{PLANTED}@127.0.0.1:{port}"},
    ),
    "postgres": (
        lambda look: postgres_probe.probe(look, None),
        lambda port: {"PG": f"postgresql://me:{PLANTED}@127.0.0.1:{port}/db"},
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


def test_nothing_secret_is_said(look: Look, rehearsal: Rehearsal) -> None:
    """Neither evidence nor log lines hold a planted value, whatever the systems answer."""
    with nobody() as dead, silence() as hanging, web({}, (500, PLANTED.encode())) as url:
        values = {
            "V_ADDR": url,
            "V_TOKEN": PLANTED,
            "PROM": f"http://me:{PLANTED}@127.0.0.1:{hanging}",
            "PG": f"postgresql://me:{PLANTED}@127.0.0.1:{dead}/x",
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
    assert PLANTED not in written
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
        manifest=tree.manifest(
            infrastructure={**NAMED, "timeout": "50ms"}, services=[asked_service()]
        ),
    )
    with dripping() as port:
        evidence = infrastructure.within(
            hurried, system, lambda: probe(with_values(hurried, **values(port)))
        )
    assert brief(evidence) == (Answer.UNKNOWN, "given up", "timeout")
    assert system in evidence.reason
