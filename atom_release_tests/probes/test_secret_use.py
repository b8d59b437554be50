"""Services that read their secret from OpenBao, and such as only seem to.

Artifacts that they sign there, and what comes of a tampered one.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest, Request
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.look import Look
from atom_release.lab.rehearsal import Rehearsal
from atom_release.probes.secret_use import judge, probe_secret_use
from atom_release.probes.signature import probe_produced
from atom_release.source.commit import open_tree

pytestmark = pytest.mark.live

_SERVICE = """
import base64, json, os, sys, urllib.error, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT, MODE = int(sys.argv[1]), sys.argv[2]
SCRATCH, KEPT = Path(os.environ["SCRATCH"]), Path(os.environ["HOME"], "kept")


def vault(path):
    asked = urllib.request.Request(f"{os.environ['VAULT']}/v1/secret/data/{path}", headers={"X-Vault-Token": os.environ["TOKEN"]})
    try:
        return json.load(urllib.request.urlopen(asked))["data"]["data"]["key"]
    except urllib.error.HTTPError as error:
        return f"refused {error.code}"


def secret():
    if MODE == "literal":
        return "dev" + "-default"
    if MODE == "told":
        return os.environ["TOLD"]
    if MODE == "keeps":
        if not KEPT.exists():
            KEPT.write_text(vault("door"))
        return KEPT.read_text()
    return vault("door")


DOOR, PRIVATE, PUBLIC = secret(), vault("private"), vault("public")
print("started with", json.dumps([DOOR, PRIVATE]), flush=True)


def sign(content):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return base64.b64encode(load_pem_private_key(PRIVATE.encode(), None).sign(content, ec.ECDSA(hashes.SHA256())))


def verified(content, signature):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        load_pem_public_key(PUBLIC.encode()).verify(base64.b64decode(signature), content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/door":
            self.decide(MODE == "anyone" or self.headers["X-Key"] == DOOR, 401)
        elif self.path == "/make":
            (SCRATCH / "models").mkdir(exist_ok=True)
            (SCRATCH / "models/a.bin").write_bytes(b"model 1")
            (SCRATCH / "models/a.bin.sig").write_bytes(sign(b"model 1"))
            os.path.lexists(SCRATCH / "models/link.bin") or os.symlink("/etc/hostname", SCRATCH / "models/link.bin")
            self.answer(200)
        elif self.path == "/use":
            content, signature = ((SCRATCH / "models" / name).read_bytes() for name in ("a.bin", "a.bin.sig"))
            self.decide(MODE == "anyone" or verified(content, signature), 503)
        elif self.path == "/keys":
            self.answer(200, {"private": PRIVATE[:11], "public": PUBLIC[:11]})
        else:
            self.answer(200)

    def decide(self, good, otherwise):
        if MODE.startswith("enveloped"):
            self.answer(200, {"done": True} if good else {"success": False, "code": otherwise})
        else:
            self.answer(200 if good else otherwise)

    def answer(self, status, said=None):
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
"""
MODES = {
    "S.1": "honest",
    "S.2": "literal",
    "S.3": "told",
    "S.4": "keeps",
    "S.5": "anyone",
    "S.6": "enveloped",
    "S.7": "enveloped, and told apart",
}
_HAS = {"has": ["/done"]}
_ASKED: dict[str, Any] = {
    "secret": "door",
    "request": {"path": "/door", "headers": {"X-Key": "{secret:door}"}},
}


def _service(service_id: str, mode: str) -> dict[str, Any]:
    variables = {"TOLD": "{secret:door}"} if mode == "told" else {}
    environment = {
        "VAULT": "{vault}",
        "TOKEN": "{vault_token}",
        "SCRATCH": "{scratch}",
        **variables,
    }
    told_apart = _HAS if mode.endswith("told apart") else {}
    start = {"command": ["{python}", "service.py", "{port}", mode], "environment": environment}
    return {
        "id": service_id,
        "name": mode,
        "source": ["service.py"],
        "report": "r.md",
        "health": "/health",
        "start": start,
        "secret_use": {**_ASKED, "request": {**_ASKED["request"], **told_apart}},
    }


def _signed(user: str, *, has: Sequence[str] = (), **more: object) -> dict[str, Any]:
    consumer = {
        "deploy": [{"service": "S.1", "path": "/health"}],
        "use": {"service": user, "path": "/use", "has": has},
    }
    produce = [{"service": "S.1", "path": "/make"}]
    return {
        "paths": ["models/*.bin"],
        "public_key_from": "public",
        "produce": produce,
        "consumer": consumer,
        **more,
    }


MANIFEST = Manifest.model_validate(
    {
        "release": {
            "phase": "S",
            "name": "Doors",
            "version": "1",
            "tag": "v1",
            "branch": "release",
        },
        "services": [_service(*mode) for mode in MODES.items()],
        "secrets": [
            {"name": "door", "path": "door"},
            {"name": "private", "path": "private", "kind": "ecdsa-p256", "readers": ["S.1"]},
            {"name": "public", "path": "public", "public_of": "private"},
            {"name": "other", "path": "other", "kind": "ed25519"},
        ],
        "signed": [
            {"name": "checked", **_signed("S.2")},
            {"name": "unchecked", **_signed("S.5")},
            {"name": "other_key", **_signed("S.2", public_key_from="other")},
            {"name": "enveloped", **_signed("S.6")},
            {"name": "told_apart", **_signed("S.7", **_HAS)},
            {"name": "nothing", **_signed("S.2", paths=["nowhere/*"])},
            {
                "name": "broken",
                **_signed("S.2", produce=[{"service": "S.1", "path": "/make", "expect": [201]}]),
            },
        ],
    }
)


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    folder = tmp_path_factory.mktemp("doors")
    (folder / "repository").mkdir()
    (folder / "repository" / "service.py").write_text(_SERVICE)
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "all"],
    ):
        subprocess.run(["git", "-C", str(folder / "repository"), *words], check=True)  # noqa: S607 - git, as the gate itself finds it
    return Look(
        MANIFEST,
        open_tree(folder / "repository", "HEAD"),
        folder / "scratch",
        lambda: datetime.now(UTC),
    )


@pytest.fixture(scope="module")
def rehearsal(look: Look) -> Iterator[Rehearsal]:
    with Rehearsal.start(look) as started:
        yield started


@pytest.fixture(scope="module")
def by_service(look: Look, rehearsal: Rehearsal) -> dict[str, Evidence]:
    """What the question came to for each kind of service.

    Afterwards the next user has the first state again.
    """
    with rehearsal.lease():
        return {
            evidence.subject: evidence
            for evidence in probe_secret_use(look, MANIFEST.services, rehearsal)
        }


@pytest.mark.parametrize(
    ("service", "answer", "words"),
    [
        ("S.1", Answer.YES, "only that one"),
        ("S.2", Answer.NO, "works with another"),
        ("S.3", Answer.NO, "from elsewhere"),
        ("S.4", Answer.NO, "from elsewhere"),
        ("S.5", Answer.UNKNOWN, "does not depend on the secret"),
        ("S.6", Answer.UNKNOWN, "made up: answers 200 with an error in its body (`success` false)"),
        ("S.7", Answer.YES, "only that one"),
    ],
    ids=MODES.values(),
)
def test_only_a_service_that_works_with_what_lies_in_vault_passes(
    by_service: dict[str, Evidence], service: str, answer: Answer, words: str
) -> None:
    evidence = by_service[service]
    assert (evidence.answer, words in evidence.reason) == (answer, True), evidence.reason
    assert evidence.control is not None
    dead = service in {"S.5", "S.6"}
    assert evidence.control.state is (ControlState.DEAD if dead else ControlState.ALIVE)


@pytest.mark.slow
def test_afterwards_every_service_works_with_the_first_secret_again(
    by_service: dict[str, Evidence], rehearsal: Rehearsal
) -> None:
    assert by_service["S.1"].answer is Answer.YES
    with rehearsal.lease(), rehearsal.exchange() as exchange:
        assert _status(exchange, "S.1") == 200
        assert rehearsal.failures == {}


def test_no_value_former_or_new_is_in_what_is_told_or_logged(
    by_service: dict[str, Evidence], rehearsal: Rehearsal
) -> None:
    values = list(rehearsal.systems.confidential().values())
    lines = [
        line for value in values for line in value.splitlines() if not line.startswith("-----")
    ]
    assert len(lines) >= 6
    logs = rehearsal.log_of("S.1").decode()
    assert "[redacted:" in logs
    shown = logs + "".join(evidence.model_dump_json() for evidence in by_service.values())
    assert [line for line in lines if line in shown] == []


def _status(exchange: Exchange, service: str) -> int:
    return exchange.send(Request.model_validate(_ASKED["request"]), service=service).status


@pytest.mark.slow
def test_a_secret_is_read_by_the_services_it_names_and_nobody_else(rehearsal: Rehearsal) -> None:
    with rehearsal.lease(), rehearsal.exchange() as exchange:
        keys = {
            service: exchange.send(Request(path="/keys"), service=service).json
            for service in ("S.1", "S.2")
        }
    assert keys["S.1"] == {"private": "-----BEGIN ", "public": "-----BEGIN "}
    assert keys["S.2"] == {"private": "refused 403", "public": "-----BEGIN "}


@pytest.mark.parametrize(
    ("name", "signature", "tampered"),
    [
        ("checked", Answer.YES, Answer.YES),
        ("unchecked", Answer.YES, Answer.NO),
        ("other_key", Answer.NO, Answer.YES),
        ("enveloped", Answer.YES, Answer.UNKNOWN),
        ("told_apart", Answer.YES, Answer.YES),
        ("nothing", Answer.NO, Answer.UNKNOWN),
    ],
)
def test_what_a_service_signs_verifies_and_its_user_refuses_a_tampered_one(
    look: Look, rehearsal: Rehearsal, name: str, signature: Answer, tampered: Answer
) -> None:
    signed = next(document for document in MANIFEST.signed if document.name == name)
    with rehearsal.lease():
        verified, used = probe_produced(look, signed, rehearsal)
    assert (verified.answer, used.answer) == (signature, tampered), (verified.reason, used.reason)
    assert (verified.leg, used.leg) == (("signature", name), ("tampered-artifact", name))
    assert os.fspath(look.scratch) not in verified.model_dump_json()
    assert "models/link.bin" not in verified.sources
    if name == "checked":
        assert set(verified.sources) == {"models/a.bin", "models/a.bin.sig"}
        assert used.facts == {"tampered": 503, "genuine": 200, "artifacts": 1, "user": "S.2"}


def test_a_service_that_does_not_make_the_artifact_is_an_error_of_its_own(
    look: Look, rehearsal: Rehearsal
) -> None:

    with rehearsal.lease(), pytest.raises(ProbeFault, match="answered 200: no artifact was made"):
        probe_produced(look, MANIFEST.signed[-1], rehearsal)


@pytest.mark.parametrize(
    ("came", "answer"),
    [
        (("accepted", "refused", "accepted", "refused"), Answer.YES),
        (("refused", "refused", "refused", "refused"), Answer.NO),
        (("accepted", "refused", "refused", "refused"), Answer.NO),
        (("accepted", "refused", "accepted", "accepted"), Answer.NO),
        (("accepted", "accepted", "accepted", "refused"), Answer.UNKNOWN),
        (("answers 500", "refused", "accepted", "refused"), Answer.UNKNOWN),
        (("accepted", "answers 500", "accepted", "refused"), Answer.UNKNOWN),
        (("accepted", "refused", "no answer", "no answer"), Answer.UNKNOWN),
    ],
)
def test_what_the_answers_mean(came: tuple[str, ...], answer: Answer) -> None:
    assert (
        judge(
            dict(zip(("planted", "made up", "new", "former"), came, strict=True)), "it", "its key"
        )[0]
        is answer
    )


def test_another_folder_of_the_machine_cannot_be_overwritten(
    look: Look, rehearsal: Rehearsal, tmp_path: Path
) -> None:
    """What a service laid in the way leads the sandboxed user nowhere that it could not go itself."""
    target = tmp_path / "target"
    target.write_text("mine")
    tmp_path.chmod(0o700)
    with rehearsal.lease():
        probe_produced(look, MANIFEST.signed[0], rehearsal)
        link = rehearsal._folder.scratch / "models" / "a.bin"
        link.unlink()
        link.symlink_to(target)
        with pytest.raises(ProbeFault, match="could not be written into"):
            rehearsal.overwrite({"models/a.bin": b"theirs"})
    assert target.read_text() == "mine"
