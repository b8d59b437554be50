"""Secrets in the files of build servers: what lives as long as one job, and what does not."""

from __future__ import annotations

import secrets as randomness

import pytest

from atom_release.probes import default_secrets
from atom_release.probes.secrets import read_hits, scanner_of
from atom_release.source.scan import Finding, Fingerprints
from atom_release.source.secret_forms.pipelines import is_pipeline

# Random at each run, so the parameters of tests, which name them, hold places for these.
WORD = randomness.token_urlsafe(24)
TOKEN = "ghp_" + randomness.token_hex(18)
WORKFLOW = ".github/workflows/ci.yml"


def scan_file(path: str, text: str, tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """Return what both scanners find in one file; `<word>` and `<token>` are filled in."""
    content = text.replace("<word>", WORD).replace("<token>", TOKEN).encode()
    hits, trouble = read_hits([content], tmp_path_factory.mktemp("hits"))
    assert not trouble
    key = Fingerprints(b"k" * 32)
    return [
        *scanner_of(key, hits)(path, content),
        *default_secrets.scanner_of(key, [])(path, content),
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (WORKFLOW, "services:\n db:\n  env:\n   POSTGRES_PASSWORD: postgres\n"),
        (WORKFLOW, "services:\n db:\n  env:\n   POSTGRES_PASSWORD: <word>\n"),
        (WORKFLOW, "services:\n db:\n  env:\n   MYSQL_ROOT_PASSWORD: '<word>'\n"),
        (WORKFLOW, "env:\n  MYSQL_PASSWORD: <word>\n  DB_PASSWORD: <word>\n"),
        (WORKFLOW, "env:\n  DATABASE_URL: postgres://ci:<word>@localhost:5432/t\n"),
        (WORKFLOW, "- run: docker run -e POSTGRES_PASSWORD=<word> postgres\n"),
        (".gitlab-ci.yml", "variables:\n  POSTGRES_PASSWORD: <word>\n"),
        ("ci/base.gitlab-ci.yml", "variables:\n  REDIS_PASSWORD: <word>\n"),
    ],
)
def test_the_password_of_a_job_s_own_container_warns(
    path: str, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It protects nothing that is deployed."""
    findings = scan_file(path, text, tmp_path_factory)
    assert findings
    assert not any(finding.decides for finding in findings), findings


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (WORKFLOW, "env:\n  GITHUB_TOKEN: <token>\n"),
        (WORKFLOW, "env:\n  POSTGRES_PASSWORD: <token>\n"),
        (WORKFLOW, "env:\n  DEPLOY_API_KEY: <word>\n"),
        (WORKFLOW, "env:\n  DATABASE_URL: postgres://ci:<word>@db.shop.example:5432/t\n"),
        (WORKFLOW, "- run: curl -H 'Authorization: Bearer <word><word>' https://x.example\n"),
        (".gitlab-ci.yml", "variables:\n  DEPLOY_TOKEN: <word>\n"),
        ("docker-compose.yml", "services:\n db:\n  environment:\n   POSTGRES_PASSWORD: <word>\n"),
    ],
)
def test_any_other_secret_of_a_pipeline_decides(
    path: str, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert any(finding.decides for finding in scan_file(path, text, tmp_path_factory))


def test_references_to_the_pipeline_s_own_store_are_no_secrets(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    text = "env:\n  TOKEN: ${{ secrets.DEPLOY_TOKEN }}\n  POSTGRES_PASSWORD: ${{ secrets.PG }}\n"
    assert scan_file(WORKFLOW, text, tmp_path_factory) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".circleci/config.yml", True),
        ("azure-pipelines-release.yml", True),
        ("Jenkinsfile", True),
        (".drone.yml", True),
        ("deploy/gitlab.yml", False),
        ("src/.github/app.yml", False),
        ("charts/values.yaml", False),
    ],
)
def test_which_files_configure_a_build_server(path: str, expected: bool) -> None:  # noqa: FBT001 - a parameter
    assert is_pipeline(path) is expected
