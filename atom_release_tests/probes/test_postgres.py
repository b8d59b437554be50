"""The question `postgres`: is the application's role bound by row-level security?"""

from __future__ import annotations

import secrets

import pytest

from atom_release.gate.catalogue import leg_specs
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.rules.case import Case
from atom_release.gate.rules.legs import Leg, judge
from atom_release.gate.vocabulary import Answer, ControlState, Outcome
from atom_release.lab.look import Look
from atom_release.lab.migrations.replay import Replay
from atom_release.lab.rehearsal import OWNER, Rehearsal
from atom_release.lab.rehearsal.postgres import loopback_dsn
from atom_release.probes import postgres as postgres_probe
from atom_release_tests.fixtures.systems import (
    PLANTED,
    brief,
    with_values,
)

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("infrastructure")]


def judged(evidence: Evidence, look: Look) -> Leg:
    """Return what the rules make of the leg that asks PostgreSQL itself."""
    spec = next(leg for leg in leg_specs.legs(look.manifest, "P-5") if leg.question == "postgres")
    return judge(
        spec,
        Case(look.manifest, evidence.commit, evidence.tree, evidence.observed_at, {"d": evidence}),
    )


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
        rehearsal.systems.postgres.password, PLANTED
    )
    assert brief(postgres_probe.probe(with_values(look, PG=dsn), rehearsal)) == (
        Answer.UNKNOWN,
        "live",
        "unauthorized",
    )
    network = rehearsal.network
    assert not isinstance(network, bool)
    inside = rehearsal.systems.postgres.port
    password = rehearsal.systems.postgres.password_of(OWNER)
    led = loopback_dsn(OWNER, password, network.lead(inside), "postgres")
    tls = f"{led}?sslmode=require"
    assert brief(postgres_probe.probe(with_values(look, PG=tls), rehearsal)) == (
        Answer.UNKNOWN,
        "live",
        "tls",
    )
