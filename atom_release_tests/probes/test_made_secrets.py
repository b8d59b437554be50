"""A draft with made values, once it is committed, holds no secret; one with a secret's text does."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.drafting import manifest
from atom_release.drafting.files import Files
from atom_release.drafting.manifest import Release
from atom_release.drafting.survey import survey
from atom_release.drafting.version import next_version
from atom_release.gate.vocabulary import Answer
from atom_release.probes.default_secrets import probe_default_secrets
from atom_release.probes.secrets import probe_secrets
from atom_release_tests.fixtures.planted import look_at

NAMES = (
    "SECRET_KEY",
    "DB_PASSWORD",
    "STRIPE_API_KEY",
    "FERNET_KEY",
    "DATABASE_URL",
    "SMTP_PASSWORD",
)
TREE = {
    "requirements.txt": "fastapi\nsqlalchemy\npsycopg2\npytest\n",
    "main.py": "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get('/health')\ndef h(): ...\n",
    "config.py": "import os\n" + "".join(f'{name} = os.environ["{name}"]\n' for name in NAMES),
    "tests/test_main.py": "import pytest\n\ndef test_main(): ...\n",
}


def drafted() -> str:
    surveyed = survey(Files.of(TREE), "shop")
    release = Release("shop", next_version([], ""), "review/x", "main", ids={"shop": "A.1"})
    return manifest.write(surveyed, release)


@pytest.mark.parametrize("probe", [probe_secrets, probe_default_secrets])
def test_a_committed_draft_holds_no_secret(tmp_path: Path, probe: object) -> None:
    text = drafted()
    assert all(f"{name}: " in text for name in NAMES)
    assert callable(probe)
    evidence = probe(look_at(tmp_path / "made", {**TREE, "release.yaml": text}))
    assert evidence.answer is Answer.YES, evidence.reason


def test_a_text_in_the_place_of_a_made_value_is_found(tmp_path: Path) -> None:
    issued = "AKIA" + "Q7XZ2LMN6VRT4KPW"  # in two parts, so that it is none here
    written = drafted().replace("STRIPE_API_KEY: '{random}'", f"STRIPE_API_KEY: {issued}")
    assert issued in written
    evidence = probe_secrets(look_at(tmp_path / "written", {**TREE, "release.yaml": written}))
    assert evidence.answer is Answer.NO
    assert "release.yaml" in evidence.reason
