"""Secrets in the tree are found where they stand, look-alikes are not accused.

And no value ever leaves the probe.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import secrets as randomness
import shutil
import string
import subprocess
import zipfile
from pathlib import Path

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes.secrets import canaries, engine, probe_secrets, read_hits, scanner_of
from atom_release.source.scan import Fingerprints, control
from atom_release_tests.benchmarks.secrets import judge
from atom_release_tests.fixtures import secret_corpus
from atom_release_tests.fixtures.look_alikes import LookAlikes
from atom_release_tests.fixtures.planted import SHARED, look_at, lose_blob, places

OPENSSL = shutil.which("openssl") or "openssl"


def _random(count: int, letters: str = "bcdfghjkmnpqrtvwxzBCDFGHJKMNPQRTVWXZ23456789") -> str:
    """Return random letters that spell nothing, with a digit and both cases.

    So that each run plants another value.
    """
    return "aB3" + "".join(randomness.choice(letters) for _ in range(count - 3))


def _pem() -> str:
    return subprocess.run(
        [OPENSSL, "genpkey", "-algorithm", "ed25519"], check=True, capture_output=True, text=True
    ).stdout


def _rsa() -> str:
    return subprocess.run(
        [OPENSSL, "genrsa", "-traditional", "1024"], check=True, capture_output=True, text=True
    ).stdout


UPPER = string.ascii_uppercase + string.digits
WORD = _random(24)
PLANTED: dict[str, tuple[str, bytes, int, str]] = {  # name -> path, content, line, the value
    "dotenv": (".env", f"# settings\nDEBUG=1\nexport JWT_SECRET={WORD}\n".encode(), 3, WORD),
    "dotenv with a password in quotes": (
        "services/api/.env.production",
        b"DB_PASSWORD='hunter2 and more'\n",
        1,
        "hunter2 and more",
    ),
    "dotenv with an address": (
        "prod.env",
        f"DATABASE_URL=postgres://app:{WORD}@10.0.0.4/app\n".encode(),
        1,
        WORD,
    ),
    "private key": ("deploy/key", f"\n{_pem()}".encode(), 2, _pem().splitlines()[1][:16]),
    "private key of the old form": ("src/id_rsa", _rsa().encode(), 1, "no value to look for"),
    "private key in JSON": (
        "service-account.json",
        json.dumps({"private_key": _rsa()}).encode(),
        1,
        "no value to look for",
    ),
    "private key in a binary": (
        "lib/blob.so",
        b"\x7fELF\0\0\1" + _pem().encode() + b"\0\0",
        0,
        "no value to look for",
    ),
    "AWS key": (
        "src/s3.py",
        ('connect(\n  "AKIA' + _random(13, UPPER).upper() + 'XYZ")\n').encode(),
        2,
        "AKIA",
    ),
    "GitHub token": (
        "scripts/push.sh",
        f"curl -H 'Authorization: token ghp_{(_random(36))}'\n".encode(),
        1,
        "ghp_",
    ),
    "Stripe key": (
        "src/pay.rb",
        ("Stripe.api_key = 'sk_" + f"live_{_random(24)}'\n").encode(),
        1,
        "live_",
    ),
    "Slack token": (
        "src/notify.js",
        ("const t = 'xox" + f"b-2938475610-5647382910-{_random(24).lower()}';\n").encode(),
        1,
        "xox",
    ),
    "password in source": (
        "src/app.py",
        f'connect(user="app", password="{WORD}")\n'.encode(),
        1,
        WORD,
    ),
    "hexadecimal secret in source": (
        "src/settings.py",
        f'X = 1\nSECRET_KEY = "{randomness.token_hex(32)}"\n'.encode(),
        2,
        "no value to look for",
    ),
    "secret in YAML": ("deploy/values.yaml", f"api:\n  apiKey: {WORD}\n".encode(), 2, WORD),
    "secret in INI as UTF-16": (
        "conf/app.ini",
        f"[db]\npassword = {WORD}\n".encode("utf-16"),
        2,
        WORD,
    ),
    "UTF-16 without a byte order mark": (
        "conf/app.conf",
        f"[db]\npassword = {WORD}\n".encode("utf-16-le"),
        2,
        WORD,
    ),
    "password in an address": (
        "src/db.go",
        f'dsn := "postgres://app:{WORD}@db.prod.net/app"\n'.encode(),
        1,
        WORD,
    ),
    "Azure storage key": (
        "src/a.cs",
        f'"AccountKey={base64.b64encode(randomness.token_bytes(64)).decode()}"'.encode(),
        1,
        "AccountKey=",
    ),
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """What the probe says of one tree that holds them all: each file is judged by itself."""
    files = {path: content for path, content, *_ in PLANTED.values()}
    assert len(files) == len(PLANTED)
    return probe_secrets(
        look_at(tmp_path_factory.mktemp("planted"), {**files, "README.md": "nothing here\n"})
    )


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_secret_is_found_where_it_stands(planted: Evidence, name: str) -> None:
    path, _, line, value = PLANTED[name]
    assert planted.answer is Answer.NO
    assert (path, line) in places(planted)
    assert value not in planted.model_dump_json()


def test_one_planted_secret_decides(tmp_path: Path) -> None:
    path, content, line, _ = PLANTED["dotenv"]
    evidence = probe_secrets(look_at(tmp_path, {path: content, "README.md": "nothing here\n"}))
    assert evidence.answer is Answer.NO
    assert places(evidence) == {(path, line)}


def test_no_planted_value_is_in_the_evidence(planted: Evidence) -> None:
    written = planted.model_dump_json()
    tried = set()
    for path, content, _, value in PLANTED.values():
        assert value not in written, path
        text = content.decode("utf-16" if content[:2] == b"\xff\xfe" else "latin-1")
        words = re.split(r"[\s\"']+", text)
        long_words = [word for word in words if len(word) >= 20 and not word.startswith("-----")]
        assert [word for word in long_words if word in written] == [], path
        tried |= {path} if long_words else set()
    assert len(tried) > len(PLANTED) / 2


HASH = "3f786850e387550fdab836ed7e6dc881de23001b"
LOOK_ALIKES: dict[str, str] = {
    "a git hash": f"commit {HASH}\ntoken_commit = '{HASH}'\nsecret_sha = '{HASH}'\n",
    "a digest": (
        '{"password_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}'
    ),
    "digests under a secret's name": (
        f"hashed_password = '{HASH}'\ncommit_token: '{HASH}'\npublic_key:"
        " 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2zbX'\n"
    ),
    "spoken values": (
        'secret = "tenant-a-token-1"\napi_token = "prod-reader-2024"\npassword ='
        ' "service_account_7"\n'
    ),
    "random addresses": (
        'api_token = "https://vault.corp.net:8200/v1/Kv2Store7"\nsecret ='
        ' "/run/secrets-9/mount-3x"\n'
    ),
    "references": (
        "password: ${DB_PASSWORD}\napi_key: {{ vault.api_key }}\ntoken: <your-token-here>\nsecret:"
        " $SECRET_FROM_ENV\n"
    ),
    "names": (
        'secret_name = "jwt_signing_secret_v2"\nTOKEN_HEADER = "X-Auth-Token-2"\npassword_field ='
        ' "user_password_1"\n'
    ),
    "paths": (
        'secret = "secret/data/jwt2"\nprivate_key = "/etc/keys/server1.pem"\nkey ='
        ' "deploy/keys/2024/gate.pem"\n'
    ),
    "addresses": (
        'token_url = "https://auth.example.com/oauth2/token1"\nsecret ='
        ' "https://vault.example.com:8200/v1/kv2"\n'
    ),
    "placeholders": (
        'password = "changeme123"\napi_key = "your-api-key-1"\ntoken = "xxxxxxxxxxxx1"\nsecret ='
        ' "example-secret-1"\n'
    ),
    "code": (
        'password = get_secret("db1")\ntoken = os.environ["TOKEN_2"]\nsecret ='
        " settings.jwt_secret_2\n"
    ),
    "tags of a struct": (
        'Tags map[string]*Tag `protobuf:"bytes,1,rep,name=tags,proto3" json:"tags,omitempty"'
        ' protobuf_key:"bytes,1,opt,name=key,proto3" protobuf_val:"bytes,2,opt,name=v,proto3"`\n'
    ),
    "a marker alone": (
        'BEGIN = "-----BEGIN PRIVATE KEY-----"\nif text.startswith("-----BEGIN RSA PRIVATE'
        ' KEY-----"):\n    pass\n'
    ),
    "published AWS sample": (
        'key = "AKIAIOSFODNN7EXAMPLE"\naws_secret_key ='
        ' "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"\n'
    ),
    "an address in a manual": (
        "postgresql://scott:tiger@db.corp.net/x\npostgres://postgres:postgres@localhost/x\namqp://user:${PASS}@mq/\n"
    ),
    "an enumeration": 'class Kind(Enum):\n    TOKEN = "token"\n    PASSWORD = "password"\n',
    "prose": (
        "The password must have 8 characters. Token: a string of 32 letters. secret: none of your"
        " business\n"
    ),
    "base64": base64.b64encode(bytes(range(256)) * 40).decode(),
    "a UUID": (
        "session_token_id = '123e4567-e89b-12d3-a456-426614174000'\nrequest_key_id:"
        " 123e4567-e89b-12d3-a456-426614174000\n"
    ),
}


SUFFIXES = ["py", "md", "yaml", "js", "ini"]
ALIKE = LookAlikes("src", LOOK_ALIKES, SUFFIXES)


@pytest.fixture(scope="module")
def look_alikes(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """What the probe says of one tree that holds them all: each file is judged by itself."""
    return probe_secrets(look_at(tmp_path_factory.mktemp("alike"), ALIKE.files()))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_look_alike_is_not_accused(look_alikes: Evidence, name: str, suffix: str) -> None:
    path = ALIKE.path(name, suffix)
    assert [place for place in places(look_alikes) if place[0] == path] == []


def test_a_tree_of_look_alikes_is_clean(look_alikes: Evidence) -> None:
    assert look_alikes.facts["findings"] == []
    assert look_alikes.facts["files"] == len(LOOK_ALIKES) * len(SUFFIXES)
    assert look_alikes.answer is Answer.YES


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_login.py",
        "src/app_test.py",
        "fixtures/login.json",
        ".env.example",
        "deploy/values.template.yaml",
        "spec/keys.pem",
    ],
)
def test_tests_and_examples_warn_and_do_not_decide(tmp_path: Path, path: str) -> None:
    evidence = probe_secrets(look_at(tmp_path, {path: f'JWT_SECRET="{WORD}"\n{_pem()}'}))
    assert evidence.answer is Answer.YES
    assert places(evidence, "warnings")
    assert WORD not in evidence.model_dump_json()


def test_a_dotenv_without_a_secret_warns(tmp_path: Path) -> None:
    evidence = probe_secrets(
        look_at(tmp_path, {".env": "PORT=8080\nLOG_LEVEL=info\nJWT_SECRET=\nAPI_KEY=<fill in>\n"})
    )
    assert evidence.answer is Answer.YES
    assert places(evidence, "warnings") == {(".env", 1)}


def test_lock_files_hold_hashes(tmp_path: Path) -> None:
    lock = {
        "packages": {
            "x": {"integrity": "sha512-" + base64.b64encode(b"7" * 64).decode(), "token": WORD}
        }
    }
    assert (
        probe_secrets(look_at(tmp_path, {"package-lock.json": json.dumps(lock)})).answer
        is Answer.YES
    )


def test_an_ignored_and_export_ignored_file_is_read(tmp_path: Path) -> None:
    """What `git archive` would hide is in the commit all the same."""
    files = {
        ".gitignore": ".env\n",
        ".gitattributes": ".env export-ignore\n",
        ".env": f"API_TOKEN={WORD}\n",
    }
    assert places(probe_secrets(look_at(tmp_path, files))) == {(".env", 1)}


def test_the_evidence_says_what_was_read(tmp_path: Path) -> None:
    files = {"a.txt": b"12345", "b/c.bin": b"\0\1", "d.py": b"x = 1\n"}
    evidence = probe_secrets(look_at(tmp_path, files))
    assert (evidence.facts["files"], evidence.facts["blobs_in_tree"], evidence.facts["bytes"]) == (
        3,
        3,
        13,
    )
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


def test_a_missing_blob_leaves_the_question_open(tmp_path: Path) -> None:
    look = lose_blob(look_at(tmp_path, {"a.txt": "a", "b.txt": "b"}), "b.txt")
    evidence = probe_secrets(look)
    assert evidence.answer is Answer.UNKNOWN
    assert "b.txt" in evidence.reason
    assert (evidence.facts["files"], evidence.facts["blobs_in_tree"]) == (1, 2)


def test_a_secret_decides_although_another_blob_is_missing(tmp_path: Path) -> None:
    look = lose_blob(look_at(tmp_path, {".env": f"API_TOKEN={WORD}\n", "b.txt": "b"}), "b.txt")
    assert probe_secrets(look).answer is Answer.NO


def test_an_empty_tree_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    assert probe_secrets(look_at(tmp_path, {}, "--allow-empty")).answer is Answer.UNKNOWN


def test_a_blind_scanner_has_a_dead_control(tmp_path: Path) -> None:
    """The control can fail: a scanner that finds nothing, and one that finds all but one kind."""
    assert control(lambda _path, _content: [], canaries(), "secrets").state is ControlState.DEAD
    planted = canaries()
    hits, trouble = read_hits(planted.values(), tmp_path)
    scanner = scanner_of(Fingerprints(b"k"), hits)
    assert (trouble, control(scanner, planted, "secrets").state) == ("", ControlState.ALIVE)
    blind = control(
        lambda path, content: [] if path.endswith(".bin") else scanner(path, content),
        planted,
        "secrets",
    )
    assert (blind.state, "blob.bin" in blind.found) == (ControlState.DEAD, True)
    without_engine = control(scanner_of(Fingerprints(b"k"), {}), planted, "secrets")
    assert without_engine.state is ControlState.DEAD
    assert control(scanner, {}, "nothing").state is ControlState.DEAD


def test_fingerprints_are_stable_under_one_key_only(tmp_path: Path) -> None:
    look = look_at(tmp_path, {".env": f"A_TOKEN={WORD}\n", "b/.env": f"B_TOKEN={WORD}\n"})

    def fingerprints(key: bytes | None) -> list[str]:
        findings = probe_secrets(look, key).facts["findings"]
        assert isinstance(findings, list)
        return [str(finding["fingerprint"]) for finding in findings if isinstance(finding, dict)]

    kept = fingerprints(b"kept")
    assert kept == fingerprints(b"kept")
    assert len(set(kept)) == 1
    assert not set(kept) & set(fingerprints(b"other"))
    assert not set(fingerprints(None)) & set(fingerprints(None))


def test_a_path_that_is_not_text_can_be_reported(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "k\udcff.env").write_bytes(f"API_TOKEN={WORD}\n".encode())
    evidence = probe_secrets(look_at(tmp_path, {}))
    assert evidence.answer is Answer.NO
    assert "udcff" in evidence.model_dump_json()


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder is not here")
def test_the_reports_seen_in_the_field_are_not_accused(tmp_path: Path) -> None:
    evidence = probe_secrets(
        look_at(tmp_path, {path.name: path.read_bytes() for path in SHARED.iterdir()})
    )
    assert evidence.facts["findings"] == []


def test_secrets_in_the_forms_of_their_tools_are_found() -> None:
    """By chance a made-up password may spell a word that placeholders are told by."""
    samples = secret_corpus.live()
    missed = [
        sample.kind
        for sample, is_found in zip(samples, judge(samples), strict=True)
        if not is_found
    ]
    assert len(samples) == 200
    assert len(missed) < 3, missed


def test_ciphertext_references_and_samples_are_not_accused() -> None:
    samples = secret_corpus.harmless()
    accused = [
        sample.path for sample, is_found in zip(samples, judge(samples), strict=True) if is_found
    ]
    assert (len(samples), accused) == (200, [])


def test_an_engine_that_fails_leaves_the_question_open_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what the gate's own rules find decides all the same."""
    broken = tmp_path / "engine"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(engine, "_binary", lambda: broken)
    clean = probe_secrets(look_at(tmp_path / "clean", {"a.txt": "a"}))
    assert (clean.answer, "betterleaks failed: exit status 3" in clean.reason) == (
        Answer.UNKNOWN,
        True,
    )
    assert (
        probe_secrets(look_at(tmp_path / "not", {".env": f"API_TOKEN={WORD}\n"})).answer
        is Answer.NO
    )


@pytest.mark.parametrize(
    "report",
    [
        "[]",
        '{"findings": [], "scan": {"state": "cancelled", "bytes_scanned": 99}}',
        '{"findings": [], "scan": {"state": "complete", "bytes_scanned": 1}}',
        '{"findings": [{"rule_id": "x"}], "scan": {"state": "complete", "bytes_scanned": 99}}',
    ],
)
def test_a_report_of_the_engine_that_is_not_whole_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: str
) -> None:
    forged = tmp_path / "engine"
    forged.write_text(
        f"#!/bin/sh\nwhile [ $1 != --output ]; do shift; done\necho '{report}' > $2\n"
    )
    forged.chmod(0o755)
    monkeypatch.setattr(engine, "_binary", lambda: forged)
    with pytest.raises(ProbeFault, match="betterleaks failed"):
        engine.read_contents([b"0123456789"], tmp_path)


def test_a_comment_that_allows_a_finding_is_the_authors_word(tmp_path: Path) -> None:
    token = f"ghp_{_random(36)}"
    look = look_at(tmp_path, {"src/a.py": f'call("{token}")  # gitleaks:allow betterleaks:allow\n'})
    assert probe_secrets(look).answer is Answer.NO


def test_what_the_tree_only_points_to_stands_beside_the_files_read(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 9\n"
    evidence = probe_secrets(look_at(tmp_path, {"data/model.bin": pointer, "a.txt": "a"}))
    assert evidence.facts["lfs_pointers"] == ["data/model.bin"]
    assert "read as a pointer only: 1 file in Git LFS (data/model.bin)" in evidence.reason


def test_every_draw_of_what_is_planted_is_found(tmp_path: Path) -> None:
    """A control that dies by what chance drew refuses a release for nothing."""
    drawn = {
        f"{number}/{path}": content for number in range(60) for path, content in canaries().items()
    }
    hits, trouble = read_hits(drawn.values(), tmp_path)
    scanner = scanner_of(Fingerprints(b"k" * 32), hits)
    unseen = [
        path
        for path, content in drawn.items()
        if not any(finding.decides for finding in scanner(path, content))
    ]
    assert (unseen, trouble) == ([], "")


def test_a_token_of_vault_is_known_whatever_its_letters_spell(tmp_path: Path) -> None:
    """The engine takes some for words."""
    letters = string.ascii_letters + string.digits
    tokens = ["hvs." + "".join(randomness.choice(letters) for _ in range(90)) for _ in range(500)]
    contents = [f'connect("{token}")\n'.encode() for token in tokens]
    hits, _ = read_hits(contents, tmp_path)
    scanner = scanner_of(Fingerprints(b"k" * 32), hits)
    assert [text for text in contents if not list(scanner("connect.py", text))] == []


def test_hexadecimal_digits_are_no_sample_for_their_few_kinds(tmp_path: Path) -> None:
    digits = "d1708cd286da68eac60e1d682d6b27e510b5aae5d709ecc5cd506785cbcc9a70"
    sample = "1" * 32 + "2" * 32
    contents = [f'connect("dop_v1_{value}")\n'.encode() for value in (digits, sample)]
    hits, _ = read_hits(contents, tmp_path)
    scanner = scanner_of(Fingerprints(b"k" * 32), hits)
    assert [len(list(scanner("connect.py", text))) for text in contents] == [1, 0]


def test_four_letters_of_one_kind_make_no_sample_of_a_long_token(tmp_path: Path) -> None:
    token = (
        "cxxXX9BpKOqlfYXSR0OfElHfRNgWPVoiTVypYMIt77hxgJ1s3RYz4AcZpfHKjRF0VemyeLtSShQ7zenoS2GzPkQZkk"
    )
    sample = "x" * 24 + token[24:]
    contents = [f'connect("hvs.{value}")\n'.encode() for value in (token, sample)]
    hits, _ = read_hits(contents, tmp_path)
    scanner = scanner_of(Fingerprints(b"k" * 32), hits)
    assert [len(list(scanner("connect.py", text))) for text in contents] == [1, 0]


def test_a_control_that_failed_is_not_answered_by_the_remedy_of_a_secret(tmp_path: Path) -> None:
    """Nothing was found: there is nothing to revoke."""
    evidence = probe_secrets(look_at(tmp_path, {"a.py": b"x = 1\n"}))
    assert evidence.answer is Answer.YES
    assert evidence.remedy == ""


@pytest.mark.parametrize(
    ("path", "answer"), [("dist/app.zip", Answer.NO), ("lib/app.jar", Answer.YES)]
)
def test_an_archive_is_read_and_a_package_is_a_third_partys(
    tmp_path: Path, path: str, answer: Answer
) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conf/settings.py", f"API_KEY = 'kT9{os.urandom(18).hex()}Q'\n")
    evidence = probe_secrets(look_at(tmp_path, {path: held.getvalue()}))
    assert (evidence.answer, f"{path}!/conf/settings.py" in str(evidence.facts)) == (answer, True)


def test_an_archive_that_stays_closed_is_named_beside_the_files_read(tmp_path: Path) -> None:
    evidence = probe_secrets(look_at(tmp_path, {"dist/app.zip": b"PK\x03\x04" + bytes(40)}))
    assert evidence.answer is Answer.YES
    assert "not opened: 1 archive (dist/app.zip)" in evidence.reason
