"""An audit bundle proves itself.

Whatever is changed, added, left out or swapped is found, by the gate and by tools that know nothing
of it.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from atom_release.errors import AtomReleaseError, Refused
from atom_release.records import bundle_contents, signing, signing_keys
from atom_release.records.bundle import build_bundle, read_bundle
from atom_release.release import bundle_decision, verify_bundle
from atom_release.release.work import Work
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.tiny import Tiny

ROOT = Path(__file__).parent.parent.parent
ALONE = ROOT / "docs" / "verify_without_us.py"
NAME = "PhaseX_AuditBundle.zip"


def audited_release(folder: Path) -> Tiny:
    """Judge a release, acting on nothing; its bundle is there then."""
    release = tiny.make(folder)
    with dg.DagsterInstance.ephemeral() as instance:
        release.audit(instance)
    return release


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return audited_release(tmp_path_factory.mktemp("proof"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of another release's bundle."""
    return read_bundle(bundle_of(audited_release(tmp_path_factory.mktemp("other"))).read_bytes())


def bundle_of(release: Tiny) -> Path:
    return Path(release.settings.out) / "releases" / "v1" / NAME


def key_of(release: Tiny) -> Path:
    return release.settings.key_path.with_name("gate.pem.pub")


def refused(files: Mapping[str, bytes] | bytes, release: Tiny, folder: Path) -> bool:
    """Say whether a bundle of these files (or these bytes) is refused."""
    place = folder / "changed.zip"
    place.write_bytes(files if isinstance(files, bytes) else build_bundle(files))
    try:
        verify_bundle.verify(place, key_of(release), None)
    except Refused:
        return True
    return False


def test_the_bundle_as_it_is_verifies(release: Tiny, tmp_path: Path) -> None:
    """The positive control of all that follows."""
    assert not refused(bundle_of(release).read_bytes(), release, tmp_path)
    assert not refused(read_bundle(bundle_of(release).read_bytes()), release, tmp_path)
    assert verify_bundle.verify(bundle_of(release), key_of(release), None)["decision"] == "GREEN"


def test_it_holds_what_the_decision_rests_on(release: Tiny) -> None:
    files = read_bundle(bundle_of(release).read_bytes())
    assert {
        "release.yaml",
        "PhaseX_Decision.dsse.json",
        "PhaseX_Snapshot.json",
        "PhaseX_Evidence_X_1.json",
        bundle_contents.README,
        bundle_contents.KEY,
    } <= files.keys()
    assert release.git("rev-parse", "HEAD^{tree}") in files[bundle_contents.README].decode()


def test_made_twice_it_has_the_same_bytes_and_is_written_once(release: Tiny) -> None:
    bundle = bundle_of(release)
    before, moment = bundle.read_bytes(), bundle.stat().st_mtime_ns
    step = _step(release)
    bundle_decision.archive(step)
    assert bundle.stat().st_mtime_ns == moment
    bundle.unlink()
    bundle_decision.archive(step)
    assert bundle.read_bytes() == before
    bundle.write_bytes(before[:-1])
    bundle_decision.archive(step)
    assert bundle.read_bytes() == before


def _step(release: Tiny) -> Work:
    return Work(release.settings, "audit_bundle", "run", datetime.now(UTC))


def flips(size: int, every: int) -> range:
    """The bytes to flip: all of them, or one in so many."""
    return range(0, size, every)


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.slow), 61])
def test_every_flipped_byte_of_the_bundle_is_found(
    every: int, release: Tiny, tmp_path: Path
) -> None:
    content = bundle_of(release).read_bytes()
    wanting = random.Random(every)  # noqa: S311 - a sample, no secret
    missed = [
        at
        for at in flips(len(content), every)
        if not refused(_flipped(content, at, 1 << wanting.randrange(8)), release, tmp_path)
    ]
    print(  # noqa: T201 - a figure, shown by -rP
        f"byte flips of the bundle: {len(flips(len(content), every))} of {len(content)} bytes,"
        f" undetected {len(missed)}"
    )
    assert missed == []


@pytest.mark.slow
def test_every_flipped_byte_of_what_the_zip_says_of_its_files_is_found(
    release: Tiny, tmp_path: Path
) -> None:
    """Names, dates, modes, sizes, checksums, offsets.

    Bytes that carry no content are as fixed as the others.
    """
    content = bundle_of(release).read_bytes()
    inside: set[int] = set()
    for body in read_bundle(content).values():
        at = content.index(body)
        inside |= set(range(at, at + len(body)))
    around = sorted(set(range(len(content))) - inside)
    assert len(around) > 1000
    assert [at for at in around if not refused(_flipped(content, at, 1), release, tmp_path)] == []


def _flipped(content: bytes, at: int, mask: int) -> bytes:
    return content[:at] + bytes([content[at] ^ mask]) + content[at + 1 :]


def test_a_flipped_byte_in_any_file_is_found_where_no_checksum_of_a_zip_helps(
    release: Tiny, tmp_path: Path
) -> None:
    """The bundle is built anew around the changed file, so that only signature.

    Digests and derivation are left to find it.
    """
    files = read_bundle(bundle_of(release).read_bytes())
    tried = [
        (name, at)
        for name, content in files.items()
        for at in sorted({0, len(content) - 1, *range(0, len(content), len(content) // 5 + 1)})
    ]
    missed = [
        (name, at)
        for name, at in tried
        if not refused({**files, name: _flipped(files[name], at, 1)}, release, tmp_path)
    ]
    assert (len(tried) > 60, missed) == (True, [])


def test_a_file_left_out_or_added_is_found(release: Tiny, tmp_path: Path) -> None:
    files = read_bundle(bundle_of(release).read_bytes())
    for name in files:
        assert refused(
            {file: content for file, content in files.items() if file != name}, release, tmp_path
        ), name
    for name in (
        "x",
        "notes.md",
        "other.pem",
        "x.dsse.json",
        "PhaseX_Evidence_X_2.json",
        "Other_Decision.dsse.json",
        "folder/README.md",
        "PhaseX_PullRequest.md",
    ):
        assert refused({**files, name: b"{}"}, release, tmp_path), name


def test_files_swapped_within_a_bundle_or_between_two_are_found(
    release: Tiny, other: dict[str, bytes], tmp_path: Path
) -> None:
    files = read_bundle(bundle_of(release).read_bytes())
    for name, content in other.items():
        if content != files[name]:
            assert refused({**files, name: content}, release, tmp_path), name
    assert sum(content != files[name] for name, content in other.items()) >= 8
    for file, another in zip(sorted(files), sorted(files)[1:], strict=False):
        assert files[file] == files[another] or refused(
            {**files, file: files[another], another: files[file]}, release, tmp_path
        ), (file, another)
    assert refused(other, release, tmp_path)


@pytest.mark.parametrize("form", ["as it is", "changed", "added", "a folder", "a link", "left out"])
def test_an_unpacked_bundle_is_held_to_the_same(form: str, release: Tiny, tmp_path: Path) -> None:
    for name, content in read_bundle(bundle_of(release).read_bytes()).items():
        (tmp_path / name).write_bytes(content)
    if form == "as it is":
        assert verify_bundle.verify(tmp_path, key_of(release), None)["verified"] is True
        return
    file = tmp_path / "PhaseX_Aggregated.md"
    changes: dict[str, Callable[[], object]] = {
        "changed": lambda: file.write_bytes(file.read_bytes() + b" "),
        "added": lambda: (tmp_path / "more.md").write_bytes(b""),
        "a folder": (tmp_path / "more").mkdir,
        "a link": lambda: (tmp_path / "more").symlink_to("/etc/passwd"),
        "left out": file.unlink,
    }
    changes[form]()
    with pytest.raises(Refused):
        verify_bundle.verify(tmp_path, key_of(release), None)


def test_the_folder_of_a_run_verifies_beside_what_is_not_signed(release: Tiny) -> None:
    """OUT holds copies of the last run's artifacts, and more."""
    out = Path(release.settings.out)
    (out / "PhaseX_PullRequest.md").write_text("not part of the decision")
    (release_run,) = (out / "runs" / release.git("rev-parse", "HEAD")).iterdir()
    assert verify_bundle.verify(release_run, key_of(release), None)["verified"] is True


def alone(bundle: Path, key: Path, *before: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the second verifier as somebody would who has nothing else."""
    command = [
        *before,
        "/usr/bin/env",
        "-i",
        "PATH=/usr/bin:/bin",
        "python3",
        "-I",
        str(ALONE),
        str(bundle),
        str(key),
    ]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_second_verifier_is_short_and_stands_alone() -> None:
    text = ALONE.read_text()
    assert len(text.splitlines()) <= 100
    assert set(re.findall(r"^import (\w+)", text, re.MULTILINE)) <= sys.stdlib_module_names
    assert "assert " not in text  # python -O would leave them out


@pytest.mark.slow
def test_the_second_verifier_agrees(release: Tiny, other: dict[str, bytes], tmp_path: Path) -> None:
    """Good, and tampered with in each way; it needs no more than python3 and openssl."""
    good = alone(bundle_of(release), key_of(release), cwd=tmp_path)
    assert (good.returncode, good.stdout.split()[:3]) == (
        0,
        ["verified:", "PASSED,", release.git("rev-parse", "HEAD") + ","],
    ), good.stderr
    files = read_bundle(bundle_of(release).read_bytes())
    tampered: dict[str, dict[str, bytes]] = {
        "changed": {**files, "PhaseX_Aggregated.md": files["PhaseX_Aggregated.md"] + b" "},
        "added": {**files, "more.md": b""},
        "left out": {
            name: content for name, content in files.items() if name != "PhaseX_Snapshot.json"
        },
        "another's decision": {
            **files,
            "PhaseX_Decision.dsse.json": other["PhaseX_Decision.dsse.json"],
        },
        "another's bundle": other,
        "another's key": {**files, bundle_contents.KEY: other[bundle_contents.KEY]},
        "two decisions": {**files, "Y_Decision.dsse.json": files["PhaseX_Decision.dsse.json"]},
        "edited decision": {
            **files,
            "PhaseX_Decision.dsse.json": _failed(files["PhaseX_Decision.dsse.json"]),
        },
    }
    for change, content in tampered.items():
        place = tmp_path / "tampered.zip"
        place.write_bytes(build_bundle(content))
        assert alone(place, key_of(release), cwd=tmp_path).returncode == 1, change
    (tmp_path / "cut.zip").write_bytes(bundle_of(release).read_bytes()[:-1])
    assert alone(tmp_path / "cut.zip", key_of(release), cwd=tmp_path).returncode == 1


def _failed(envelope: bytes) -> bytes:
    import base64

    document = json.loads(envelope)
    payload = base64.b64decode(document["payload"])
    assert b"PASSED" in payload
    return json.dumps(
        {**document, "payload": base64.b64encode(payload.replace(b"PASSED", b"FAILED")).decode()}
    ).encode()


def test_the_second_verifier_knows_ed25519_keys(tmp_path: Path) -> None:
    """What a Vault's transit engine signs with."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    (tmp_path / "gate.pem").write_bytes(pem)
    (tmp_path / "gate.pem").chmod(0o600)
    key = signing_keys.load_key(tmp_path / "gate.pem")
    (tmp_path / "key.pub").write_bytes(key.public.pem)
    statement = {
        "subject": [{"name": "commit", "digest": {"gitCommit": "0" * 40}}],
        "predicate": {"verificationResult": "FAILED"},
    }
    envelope = signing.sign(json.dumps(statement).encode(), "application/vnd.in-toto+json", key)
    files = {
        "PhaseX_Decision.dsse.json": envelope,
        "README.md": b"",
        "gate.pem.pub": key.public.pem,
    }
    (tmp_path / "bundle.zip").write_bytes(build_bundle(files))
    assert alone(tmp_path / "bundle.zip", tmp_path / "key.pub", cwd=tmp_path).returncode == 0
    stranger = signing_keys.ensure_key(tmp_path / "stranger.pem").public.pem
    (tmp_path / "key.pub").write_bytes(stranger)
    assert alone(tmp_path / "bundle.zip", tmp_path / "key.pub", cwd=tmp_path).returncode == 1


def test_the_commands_in_the_bundles_readme_verify_it(release: Tiny, tmp_path: Path) -> None:
    """Copied from the README into a shell, they say what they should.

    Of a good bundle and of a changed one.
    """
    files = read_bundle(bundle_of(release).read_bytes())
    (commands,) = re.findall(r"```sh\n(.*?)```", files[bundle_contents.README].decode(), re.DOTALL)
    for name, content in {
        "good": files,
        "bad": {**files, "PhaseX_Aggregated.md": b"forged"},
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / NAME).write_bytes(build_bundle(content))
        given = {"PATH": "/usr/bin:/bin", "PUBLIC_KEY": str(key_of(release))}
        ran = subprocess.run(
            ["/bin/bash", "-ec", commands],
            cwd=tmp_path / name,
            env=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ran.returncode == 0, "Verified OK" in ran.stdout) == (
            name == "good",
            True,
        ), ran.stderr


@pytest.mark.slow
def test_it_verifies_without_network_in_an_empty_folder(release: Tiny, tmp_path: Path) -> None:
    """Neither the repository nor the gate's home, nor any network.

    The bundle and the key are enough.
    """
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or subprocess.run(
            [unshare, "--map-root-user", "--net", "true"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("this machine lets nobody leave the network")
    bundle, key = (
        Path(shutil.copy(bundle_of(release), tmp_path)),
        Path(shutil.copy(key_of(release), tmp_path)),
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    command = [
        unshare,
        "--map-root-user",
        "--net",
        sys.executable,
        "-m",
        "atom_release",
        "verify",
        str(bundle),
        "--key",
        str(key),
        "--json",
    ]
    given = {"PYTHONPATH": str(ROOT), "HOME": str(empty), "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(command, cwd=empty, env=given, capture_output=True, text=True, check=False)
    assert (ran.returncode, json.loads(ran.stdout)["verified"]) == (0, True), ran.stderr
    assert list(empty.iterdir()) == []
    assert alone(bundle, key, unshare, "--map-root-user", "--net", cwd=empty).returncode == 0


def test_another_key_is_told(release: Tiny, tmp_path: Path) -> None:
    signing_keys.ensure_key(tmp_path / "stranger.pem")
    with pytest.raises(AtomReleaseError, match="expected key"):
        verify_bundle.verify(bundle_of(release), tmp_path / "stranger.pem.pub", None)


@pytest.mark.slow
def test_with_a_repository_it_is_told_by_what_the_tag_is_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Good with the signers that the user trusts, not verified without them.

    Whatever the repository names.
    """
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "id")],  # noqa: S607 - the one on PATH
        check=True,
    )
    signed = tiny.make(tmp_path / "signed")
    signed = Tiny(
        signed.repository,
        signed.origin,
        signed.settings.with_options(tag_key=f"ssh:{tmp_path / 'id'}"),
    )
    with dg.DagsterInstance.ephemeral() as instance:
        assert (
            signed.definitions()
            .resolve_job_def("phase_x_release")
            .execute_in_process(instance=instance, raise_on_error=False)
            .success
        )
    document = verify_bundle.verify(bundle_of(signed), key_of(signed), signed.repository)
    assert document["tag signature"].startswith("ssh, not verified: ")
    (tmp_path / "signers").write_text(f"* {(tmp_path / 'id.pub').read_text()}")
    (tmp_path / "config").write_text(
        f'[gpg "ssh"]\n  allowedSignersFile = {tmp_path / "signers"}\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    assert (
        verify_bundle.verify(bundle_of(signed), key_of(signed), signed.repository)["tag signature"]
        == "ssh, good"
    )
