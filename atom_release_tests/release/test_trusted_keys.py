"""Whose word counts, and which release is the one before.

Neither can be chosen by the judged commit.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from atom_release.gate.consents.approvals import Approval
from atom_release.gate.consents.review import Review, Signatory
from atom_release.gate.consents.signed import Signature
from atom_release.gate.consents.waivers import Waiver
from atom_release.gate.documents.vsa import EXTENSION
from atom_release.gate.vocabulary import Outcome
from atom_release.records import consents, signing, signing_keys
from atom_release.release import clock, sign_consent, stored_decision, trusted_keys
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.asking import asking
from atom_release_tests.fixtures.people import decided, under_operator
from atom_release_tests.fixtures.released import release
from atom_release_tests.fixtures.routes import ALL, TAG_ALONE, execute, keys
from atom_release_tests.fixtures.tiny import Tiny

ASKS_LESS = tiny.MANIFEST.replace("ACTS", "on").replace(tiny.ASKED, asking("AC5"))


@pytest.fixture
def loosened(tmp_path: Path) -> Tiny:
    """A release that was tagged, then a manifest that expects one criterion less."""
    signed = tiny.make(tmp_path / "loosened")
    release(signed, "v0")
    signed.commit("release.yaml", ASKS_LESS)
    return signed


def given(repository: Tiny) -> dict[str, Any]:
    subject = repository.subject()
    return dict(
        json.loads(trusted_keys.waivers_document(subject, trusted_keys.release_before(subject)))
    )


def test_what_the_release_before_asked_is_still_asked(loosened: Tiny) -> None:
    """Found by the history, named in the decision, and failed where it was dropped."""
    decision = decided(loosened)
    assert decision.criterion("AC1").outcome is Outcome.FAIL
    assert decision.baseline.startswith("the manifest of v0 (")


def test_a_first_release_has_no_baseline(tmp_path: Path) -> None:
    """That is said, and is no failure."""
    assert decided(tiny.make(tmp_path / "first")).baseline.startswith(
        "no baseline: no tag marks a release before"
    )


def test_the_judged_manifest_cannot_name_another_release_before_it(loosened: Tiny) -> None:
    """`release.previous` is for comparing figures.

    A tag that is not there would do away with the ratchet.
    """
    loosened.commit(
        "release.yaml", ASKS_LESS.replace("tag: v1-phaseX", "tag: v1-phaseX, previous: nowhere")
    )
    assert decided(loosened).criterion("AC1").outcome is Outcome.FAIL


def test_another_signing_key_does_not_make_it_a_first_release(
    loosened: Tiny, tmp_path: Path
) -> None:
    """A release that cannot be believed is not none.

    Until the operator's file names the key of the gate that made it; no branch can.
    """
    home = tmp_path / "stranger" / "home"
    stranger = Tiny(loosened.repository, loosened.origin, loosened.settings.with_options(home=home))
    pem = loosened.subject().key.public.pem.decode()
    judged = loosened.git("rev-parse", "HEAD")
    loosened.commit("release-keys/gates/first.pub", pem)
    loosened.git("push", "-q", "origin", "main")
    loosened.git("checkout", "-q", judged)
    (leg,) = [leg for leg in decided(stranger).criterion("AC5").legs if leg.question == "ratchet"]
    assert (leg.outcome, "not known" in leg.reason) == (Outcome.INCONCLUSIVE, True)
    home.mkdir(parents=True, exist_ok=True)
    named = under_operator(stranger, gates=[pem])
    assert decided(named).criterion("AC1").outcome is Outcome.FAIL


def test_no_branch_brings_keys_to_a_first_release(tmp_path: Path) -> None:
    """Neither the default branch nor the judged commit: the gate's own key alone counts."""
    signed = tiny.make(tmp_path / "keys")
    for name in ("base", "own"):
        pem = signing_keys.ensure_key(tmp_path / name).public.pem.decode()
        signed.commit(f"release-keys/{name}@example.org.pub", pem)
        if name == "base":
            signed.git("push", "-q", "origin", "main")
    trusted = given(signed)["trusted"]
    assert trusted["people"] == []
    assert trusted["source"].startswith("the gate's own key alone: no tag marks a release before ")


def test_keys_come_from_the_release_before_where_there_is_one(tmp_path: Path) -> None:
    """What came to the default branch since then does not count yet; what is no key is said.

    Addresses that the tree binds to a name come with it.
    """
    signed = tiny.make(tmp_path / "keys")
    for name in ("then@example.org", "nick"):
        pem = signing_keys.ensure_key(tmp_path / name).public.pem.decode()
        signed.commit(f"release-keys/{name}.pub", pem)
    signed.commit("release-keys/broken.pub", "not a key")
    signed.commit("release-keys/people.yaml", "nick: [n@example.org, n@home.example]\n")
    release(signed, "v0")
    signed.commit(
        "release-keys/since@example.org.pub",
        signing_keys.ensure_key(tmp_path / "since").public.pem.decode(),
    )
    signed.git("push", "-q", "origin", "main")
    trusted = given(signed)["trusted"]
    assert {person["name"]: person["addresses"] for person in trusted["people"]} == {
        "nick": ["n@example.org", "n@home.example"],
        "then@example.org": ["then@example.org"],
    }
    assert trusted["source"].startswith("the release tag v0 (")
    assert trusted["source"].endswith("what cannot be read: release-keys/broken.pub")


def test_everyone_who_made_a_commit_made_it(tmp_path: Path) -> None:
    """Author, committer and those who are named beside them; each set of people once."""
    signed = under_operator(tiny.make(tmp_path / "authors"), approvals=1)
    message = "Change\n\nCo-authored-by: Bea <bea@example.org>\n"
    for _ in range(2):
        signed.git(
            "commit", "-q", "--allow-empty", "--author", "Ada <ada@example.org>", "-m", message
        )
    changes = given(signed)["review"]["changes"]
    assert [(change["addresses"], change["commits"]) for change in changes] == [
        (["ada@example.org", "bea@example.org", "test@example.com"], 2),
        (["test@example.com"], 1),
    ]


def waiver(**fields: object) -> Waiver:
    named = {
        "criterion": "AC1",
        "commit": "a" * 40,
        "fingerprint": "b" * 64,
        "reason": "why",
        "approver": "Ada",
        "ticket": "T",
    }
    return Waiver.model_validate(
        {**named, "not_before": clock.now(), "expires": clock.now() + timedelta(days=1), **fields}
    )


def test_whose_signature_it_is(tmp_path: Path) -> None:
    """Each state of a signature is told apart.

    Where persons are trusted, the producer's own key is unknown unless it is one of them.
    """
    producer, ada, stranger = (
        signing_keys.ensure_key(tmp_path / name) for name in ("producer", "ada", "stranger")
    )

    def signatures(trusted: dict[str, bytes], *envelopes: bytes) -> list[Signature]:
        people = tuple(Signatory(name=name, keys=(pem.decode(),)) for name, pem in trusted.items())
        read = consents.read_consents(
            consents.document(envelopes, consents.Trust("here", people), Review()), producer.public
        )
        return [waiver.signature for waiver in read.waivers]

    by = {
        name: consents.sign(waiver(ticket=name), key)
        for name, key in (("producer", producer), ("ada", ada), ("stranger", stranger))
    }
    persons = {"ada@example.org": ada.public.pem}
    assert signatures({}, by["producer"]) == [Signature.SOLO]
    assert signatures(persons, by["producer"]) == [Signature.UNKNOWN_KEY]
    assert signatures({**persons, "me@example.org": producer.public.pem}, by["producer"]) == [
        Signature.SOLO
    ]
    assert signatures(persons, by["ada"]) == [Signature.TRUSTED]
    assert signatures(persons, by["stranger"]) == [Signature.UNKNOWN_KEY]
    assert signatures({}, by["stranger"]) == [Signature.UNKNOWN_KEY]
    forged = by["stranger"].replace(stranger.public.keyid.encode(), ada.public.keyid.encode())
    assert signatures(persons, forged) == [Signature.BAD]
    assert signatures(persons, b'{"payload": "x"}') == [Signature.UNREADABLE]
    assert signatures(persons, b"not json") == [Signature.UNREADABLE]
    deep = b'{"payloadType": "x", "payload": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    assert set(signatures(persons, deep, by["ada"])) == {Signature.UNREADABLE, Signature.TRUSTED}


def test_a_signed_waiver_is_no_approval(tmp_path: Path) -> None:
    """What a person signed for one purpose does not serve another."""
    producer, ada = (signing_keys.ensure_key(tmp_path / name) for name in ("producer", "ada"))
    signed = json.loads(consents.sign(waiver(), ada))
    approval = Approval(
        commit="a" * 40,
        approver="Ada",
        not_before=clock.now(),
        expires=clock.now() + timedelta(days=1),
    )
    other = json.loads(consents.sign(approval, ada))
    mixed = json.dumps({**other, "signatures": signed["signatures"]}).encode()
    people = (Signatory(name="ada", keys=(ada.public.pem.decode(),)),)
    read = consents.read_consents(
        consents.document([mixed], consents.Trust("here", people), Review()), producer.public
    )
    assert ([approval.signature for approval in read.approvals], read.waivers) == (
        [Signature.BAD],
        (),
    )


@pytest.mark.slow
def test_a_waiver_that_ends_between_judging_and_acting_is_not_acted_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The acts decide as of now: GREEN by a waiver that has ended is a refusal.

    While it lasts, the same route tags.
    """
    signed = tiny.make(tmp_path / "ends")
    signed.git("rm", "-q", "reports/X.1.md")
    signed.git("commit", "-q", "-m", "lose the report")
    until = clock.now() + timedelta(hours=1)
    with dg.DagsterInstance.ephemeral() as instance:
        judging = ALL - keys("release_tag", "pull_request")
        assert not execute(signed, instance, judging)
        sign_consent.waive(
            signed.settings,
            ["AC1"],
            sign_consent.Said("Ada", until.isoformat(), None, "why", "T-1"),
            None,
            None,
        )
        assert execute(signed, instance, judging)
        with monkeypatch.context() as patched:
            patched.setattr(stored_decision, "now", lambda: until)
            assert not execute(signed, instance, TAG_ALONE)
        assert signed.tags() == {}
        assert execute(signed, instance, TAG_ALONE)
    assert len(signed.tags()) == 2
    assert (
        EXTENSION
        in signing.unverified(
            (Path(signed.settings.out) / "PhaseX_Decision.dsse.json").read_bytes()
        )["predicate"]
    )
