"""Whatever a probe raises is evidence.

Its own legs become INCONCLUSIVE, all others stay, and the refusal is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from atom_release.errors import ActFailed, Refused
from atom_release.gate.catalogue import criteria, leg_specs
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules import legs
from atom_release.gate.rules.case import Case
from atom_release.gate.vocabulary import Answer, ControlState, Outcome
from atom_release.lab.look import Look
from atom_release.records import names
from atom_release.reference.build import build
from atom_release.reference.scenarios import manifest_bytes
from atom_release.release import policy_questions, service_questions, system_questions
from atom_release.release.ask import Boundary, Question
from atom_release.source.commit import open_tree
from atom_release.source.manifest_file import parse_manifest
from atom_release_tests.fixtures.asking import left_out

SECRET = "value-of-a-variable"
CONTROL = NegativeControl(state=ControlState.ALIVE, changed="something", found="red")
PROBES = {
    "probes.accuracy.probe_accuracy": ["accuracy"],
    "probes.claims.collect": ["report", "claims"],
    "probes.suite.probe.run_suite": ["suite"],
    "probes.signing.probe_artifact_signing": ["signing"],
    "probes.tag.probe_tag": ["tag"],
    "probes.remote.probe_remote": ["remote"],
    "probes.forge.probe_forge": ["forge"],
    "probes.prometheus.probe": ["prometheus"],
    "probes.vault.probe": ["vault"],
    "probes.postgres.probe": ["postgres"],
    "probes.integration.run_integration": ["integration"],
    "probes.latency.probe_latency": ["latency"],
    "probes.regression.compare": ["regression"],
    "probes.secrets.probe_secrets": ["secrets"],
    "probes.secret_history.probe_secret_history": ["secret-history"],
    "probes.secret_use.probe_secret_use": ["secret-use"],
    "probes.signature.probe_committed": ["signature"],
    "probes.signature.probe_produced": ["signature", "tampered-artifact"],
    "probes.default_secrets.probe_default_secrets": ["default-secrets"],
    "probes.personal_data.probe_personal_data": ["personal-data"],
    "probes.safety_mode.probe_safety_mode": ["safety-mode"],
    "probes.approval.probe_approval": ["approval"],
    "probes.health.probe_health": ["health"],
    "probes.metrics.probe_metrics": ["metrics"],
    "probes.routes.probe_routes": ["routes"],
    "probes.privacy.probe_privacy": ["privacy"],
    "probes.tokens.probe_tokens": ["tokens"],
    "probes.tenancy.probe_tenancy": ["migrations", "isolation"],
}


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    built = build(tmp_path_factory.mktemp("reference") / "green")
    manifest = parse_manifest(manifest_bytes("route-not-served"), "release.yaml")
    return Look(
        manifest,
        open_tree(built.repository, "HEAD"),
        tmp_path_factory.mktemp("scratch"),
        lambda: datetime.now(UTC),
        {"TOKEN": SECRET},
    )


def step_of(look: Look, name: str) -> Any:  # noqa: ANN401 - stands for the work of a step, without a repository
    boundary = Boundary(look, name, look.clock() + timedelta(hours=1))
    names = SimpleNamespace(
        artifact=lambda rest: rest,
        evidence_artifact=lambda service: service.id,
        evidence_artifacts=(),
        log_artifact=lambda service: f"{service.id}.log",
    )
    key = SimpleNamespace(public=SimpleNamespace(pem=b""))
    subject = SimpleNamespace(
        key=key,
        fingerprint_key=b"k",
        tree=look.tree,
        manifest=look.manifest,
        manifest_bytes=b"",
        commit=look.tree.commit,
        external=True,
        operator=SimpleNamespace(operator=look.operator, digest=""),
    )
    rehearsal = SimpleNamespace(
        base_urls={},
        fill=str,
        postgres=object(),
        absent={},
        isolation=(),
        lease=_lease,
        transcript=bytes,
        limits_met=lambda _: {},
        network=False,
        open_socket=None,
        probed=SimpleNamespace(server=object, isolation=()),
        systems=SimpleNamespace(made=None),
        toolchains={},
    )
    return SimpleNamespace(
        look=look, boundary=boundary, manifest=look.manifest, names=names, subject=subject, name=name, run_id="of none", beside=(),
        settings=SimpleNamespace(fresh=True), rehearsal=lambda: rehearsal,
        inputs=lambda _: {}, case=lambda _: Case(look.manifest, look.tree.commit, look.tree.tree, look.clock(), {}),
    )  # fmt: skip


@contextmanager
def _lease() -> Iterator[None]:
    yield


def answering(look: Look, questions: list[str]) -> Callable[..., list[Evidence]]:
    """Return a probe that answers yes to its questions for every subject."""
    wanted = [leg for leg in sorted(leg_specs.asked_legs(look.manifest)) if leg[0] in questions]

    def probe(*given: Any, **_: object) -> list[Evidence]:  # noqa: ANN401 - a probe is given what it asks for
        services = [item.id for item in given if hasattr(item, "report")] or [
            item.name for item in given if hasattr(item, "paths")
        ]
        return [
            look.found(*leg, Answer.YES, "asked", control=CONTROL)
            for leg in wanted
            if not services or leg[1] in services
        ]

    return probe


def raising(*_: object, **__: object) -> list[Evidence]:
    message = f"boom with {SECRET}"
    raise RuntimeError(message)


def collected(look: Look) -> list[Evidence]:
    """Return what all stations ask, as their evidence."""
    pieces: list[Evidence] = []
    for station in (
        system_questions.infra_simulation,
        service_questions.cross_service,
        service_questions.perf_summary,
        policy_questions.policy_check,
    ):
        pieces += _evidence(station(step_of(look, station.__name__)))
    for service in look.manifest.services:
        pieces += _evidence(service_questions.service_evidence(step_of(look, service.id), service))
    return pieces


def _evidence(artifacts: Mapping[str, bytes]) -> list[Evidence]:
    from atom_release.records.record import evidence_in

    return list(
        evidence_in(
            {
                name if name.endswith((".json", ".md", ".log")) else f"{name}.json": content
                for name, content in artifacts.items()
            }
        ).values()
    )


def test_every_probe_that_decides_is_made_to_raise(look: Look) -> None:
    """A question that no entry answers would be asked of the real system below."""
    questions = {question for questions in PROBES.values() for question in questions}
    assert {question for question, _ in leg_specs.asked_legs(look.manifest)} <= questions


@pytest.mark.parametrize("probe", PROBES)
def test_a_probe_that_raises_is_inconclusive_and_touches_nothing_else(
    probe: str, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The boundary turns the error into evidence for exactly the probe's legs.

    Without the secret that the error held.
    """
    for name, questions in PROBES.items():
        monkeypatch.setattr(
            f"atom_release.{name}", raising if name == probe else answering(look, questions)
        )
    monkeypatch.setattr(
        "atom_release.probes.suite.rerun.with_rerun",
        lambda _look, _service, evidence, _told: evidence,
    )
    monkeypatch.setattr("atom_release.lab.rehearsal.current", lambda _: None)
    monkeypatch.setattr("atom_release.release.released.signer", lambda _: (bytes, bytes))
    pieces = collected(look)
    errored = {piece.question for piece in pieces if piece.errored}
    failed = {piece.leg for piece in pieces if piece.errored}
    assert errored == set(PROBES[probe])
    assert all("RuntimeError: boom with ***" in piece.reason for piece in pieces if piece.errored)
    assert {piece.leg for piece in pieces} == leg_specs.asked_legs(look.manifest)
    case = Case(
        look.manifest,
        look.tree.commit,
        look.tree.tree,
        look.clock(),
        {str(number): piece for number, piece in enumerate(pieces)},
    )
    judged = {
        (criterion.id, spec.question): legs.judge(spec, case).outcome
        for criterion in criteria.expected(look.manifest)
        for spec in leg_specs.legs(look.manifest, criterion.id)
        if spec.applies and (spec.question, spec.subject) in failed
    }
    judged.pop(("AC1", "report"), None)
    assert set(judged.values()) == {Outcome.INCONCLUSIVE}, judged


def test_a_rehearsal_that_cannot_be_had_is_evidence_too(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When nothing can be started, every leg that needed it says why."""
    for name, questions in PROBES.items():
        monkeypatch.setattr(f"atom_release.{name}", answering(look, questions))
    step = step_of(look, "cross_service")
    step.rehearsal = raising
    (piece,) = _evidence(service_questions.cross_service(step))
    assert (piece.leg, piece.errored) == (("integration", "cross-service"), True)


@pytest.mark.parametrize(
    ("station", "log"),
    [
        (service_questions.cross_service, names.CROSS_SERVICE_LOG),
        (service_questions.perf_summary, names.PERF_SUMMARY_LOG),
        (policy_questions.policy_check, names.POLICY_CHECK_LOG),
    ],
)
def test_what_the_services_wrote_is_an_artifact_of_each_step_that_asked_them(
    station: Callable[[Any], Mapping[str, bytes]],
    log: str,
    look: Look,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where a probe met an error: then it is wanted most."""
    for name, questions in PROBES.items():
        monkeypatch.setattr(f"atom_release.{name}", answering(look, questions))
    monkeypatch.setattr("atom_release.probes.latency.probe_latency", raising)
    monkeypatch.setattr("atom_release.release.released.signer", lambda _: (bytes, bytes))
    step = step_of(look, "step")
    rehearsal = step.rehearsal()
    rehearsal.transcript = lambda: b"== C.1: up\nno such table: scores\n"
    assert set(station(step)[log].splitlines()) == set(rehearsal.transcript().splitlines())
    step.rehearsal = raising
    assert station(step)[log] == b"no service was rehearsed for this step\n"


@pytest.mark.parametrize("error", [Refused, ActFailed])
def test_refusals_pass_the_boundary(error: type[Exception], look: Look) -> None:
    """What must not act, and what failed to act, is no evidence."""

    def refuse() -> list[Evidence]:
        raise error("no")

    with pytest.raises(error):
        Boundary(look, "x", look.clock() + timedelta(hours=1)).ask(
            Question((("secrets", "tree"),), refuse)
        )


@pytest.mark.parametrize(
    ("facts", "errored"),
    [({"fingerprints": "a key"}, False), ({"keys": "a key"}, True), ({}, False)],
)
def test_facts_that_no_rule_can_read_are_no_answer(
    facts: dict[str, str],
    errored: bool,  # noqa: FBT001 - a parameter
    look: Look,
) -> None:
    """A yes with facts of another form would be judged by what the rule takes them for."""
    leg = ("secrets", "tree")
    probe = Question((leg,), lambda: look.found(*leg, Answer.YES, "none", facts=facts))
    (evidence,) = Boundary(look, "x", look.clock() + timedelta(hours=1)).ask(probe)
    assert evidence.errored is errored
    assert evidence.answer is (Answer.UNKNOWN if errored else Answer.YES)


def test_the_timebox_interrupts_a_probe_that_hangs(look: Look) -> None:
    """The probe that hangs, and those that were not asked in time, are INCONCLUSIVE and say so."""
    import time

    boundary = Boundary(look, "x", look.clock() + timedelta(seconds=0.2))
    hang = Question((("secrets", "tree"),), lambda: time.sleep(60))  # type: ignore[arg-type, return-value]
    first, second = boundary.ask(hang, Question((("vault", "vault"),), raising))
    assert first.reason.startswith(
        "not established in time: The timebox of the release ended while"
    )
    assert not first.errored  # no probe failed
    assert "timebox of the release ended before" in second.reason


SERVICES = [f"C.{number}" for number in range(1, 6)]


def test_what_no_criterion_expects_is_not_asked(look: Look) -> None:
    """A manifest that expects less costs less."""
    few = Manifest.model_validate(
        {**look.manifest.model_dump(mode="python"), "left_out": left_out("AC5", services=SERVICES)}
    )
    narrow = Boundary(
        Look(few, look.tree, look.scratch, look.clock), "x", look.clock() + timedelta(hours=1)
    )
    assert narrow.ask(Question((("secrets", "tree"),), raising)) == []


def test_what_asking_took_is_kept_by_leg(look: Look) -> None:
    """What was asked within another has its own; of several at once each has its share."""
    boundary = Boundary(look, "x", look.clock() + timedelta(hours=1))
    inner = Question((("health", "C.1"),), list)

    def outer() -> list[Evidence]:
        return boundary.show(inner)

    boundary.show(Question((("health", "C.1"), ("metrics", "C.1")), outer))
    assert set(boundary.costs) == {("health", "C.1"), ("metrics", "C.1")}
