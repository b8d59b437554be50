"""The question `vault`: a real server's own answers, and a stand-in that says yes to all."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import requests

from atom_release.gate.catalogue import leg_specs
from atom_release.gate.operator import Operator
from atom_release.gate.rules.case import Case
from atom_release.gate.rules.legs import Leg, judge
from atom_release.gate.vocabulary import Answer, Assurance, ControlState, Outcome
from atom_release.lab.look import Look
from atom_release.lab.rehearsal import Rehearsal, openbao
from atom_release.lab.rehearsal.ports import free_ports
from atom_release.probes import vault
from atom_release_tests.fixtures import rehearsal_tree as tree
from atom_release_tests.fixtures.systems import (
    PLANTED,
    brief,
    web,
    with_values,
)

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("infrastructure")]


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
        with_values(look, V_ADDR=rehearsal.systems.vault.address, V_TOKEN=PLANTED), rehearsal
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
