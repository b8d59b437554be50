"""What stands in `deploy/`: the compose file by its schema, the database's roles in a real server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from secrets import token_hex
from typing import Any

import dagster as dg
import jsonschema
import psycopg
import pytest
import yaml

from atom_release.errors import StoreError
from atom_release.lab.rehearsal import postgres
from atom_release.records.database import Database
from atom_release.records.database_lines import DatabaseShelf
from atom_release.records.database_schema import check_prepared, prepare
from atom_release.records.seen_lines import SeenShelf
from atom_release_tests.fixtures import deployed, tiny
from atom_release_tests.fixtures.deployed import DEPLOY, ROLES, command, url

COMPOSED = ("compose.yaml", "workers.yaml")
OTHERS = {"postgres", "redis", "store"}
"""Services whose images are not the gate's."""


def composed(name: str) -> dict[str, Any]:
    document = yaml.safe_load((DEPLOY / name).read_text())
    assert isinstance(document, dict)
    return document


def services() -> list[tuple[str, dict[str, Any]]]:
    """Return every service of both files; what the second adds to one of the first stands alone."""
    return [pair for name in COMPOSED for pair in composed(name)["services"].items()]


@pytest.mark.parametrize("name", COMPOSED)
def test_the_compose_file_fits_its_schema(name: str) -> None:
    """The schema of the specification, which a package for tests carries."""
    place = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(place.read_text())
    jsonschema.Draft7Validator(schema).validate(composed(name))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate({**composed(name), "service": {}})


def test_every_variable_is_named_in_the_example_and_no_secret_has_a_value() -> None:
    text = "".join((DEPLOY / name).read_text() for name in COMPOSED)
    named = set(re.findall(r"\$\{(\w+)", text))
    lines = (DEPLOY / "example.env").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(given) == named
    assert {value for name, value in given.items() if not name.endswith("CLONES")} == {""}


def test_every_file_that_is_mounted_or_copied_is_there() -> None:
    mounted = [
        str(volume).split(":")[0]
        for _, service in services()
        for volume in service.get("volumes", ())
    ]
    image = (DEPLOY / "Dockerfile").read_text()
    copied = re.findall(r"deploy/[\w.]+(?= )", image.split("ENV PATH")[0].split("COPY --from")[1])
    assert copied
    for place in [path for path in mounted if path.startswith("./")]:
        assert (DEPLOY / place).is_file(), place
    for place in copied:
        assert (DEPLOY.parent / place).is_file(), place


def test_the_gate_s_containers_run_as_an_ordinary_user_without_capabilities() -> None:
    users = re.findall(r"^USER (\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert users == ["10001:10001"]
    for name, service in services():
        if name not in OTHERS and "image" in service:
            assert (service["cap_drop"], "user" in service) == (["ALL"], False), name
            assert not service.get("privileged"), name


def test_a_worker_is_told_what_the_code_server_is_told() -> None:
    """Beside notices of a refusal, which the code server sends."""
    code, more = (composed(name)["services"]["code"]["environment"] for name in COMPOSED)
    worker = composed("workers.yaml")["services"]["worker"]["environment"]
    variables = {name for name in {**code, **more} if not name.startswith("ATOM_RELEASE_NOTIFY")}
    assert set(worker) == variables
    assert {name: worker[name] for name in more} == more


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Postgres]:
    with deployed.database(tmp_path_factory.mktemp("deploy")) as started:
        yield started


@pytest.fixture
def instance(
    server: postgres.Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance by `dagster.yaml`, at the port that this server has."""
    for name, value in deployed.write_instance(tmp_path, server.port).items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.from_config(str(tmp_path)) as opened:
        yield opened


def test_dagster_s_instance_works_with_its_role_and_the_gate_with_its_own(
    server: postgres.Postgres, instance: dg.DagsterInstance
) -> None:
    instance.report_runless_asset_event(dg.AssetMaterialization("report"))
    assert instance.get_latest_materialization_event(dg.AssetKey("report")) is not None
    check_prepared(Database(url(server, "gate")))


def test_a_role_that_is_lacking_is_named_with_how_to_make_it(server: postgres.Postgres) -> None:
    with pytest.raises(StoreError, match="has no role 'gat'") as caught:
        prepare(Database(url(server, "gate_owner")), "gat")
    assert "CREATE ROLE gat" in caught.value.remedy


@pytest.mark.slow
def test_a_run_leaves_no_secret_in_dagster_s_tables(
    server: postgres.Postgres,
    instance: dg.DagsterInstance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the environment holds, also where an act fails by what it holds.

    Settings that Dagster shows name places.
    """
    secrets = {
        "ATOM_FORGE_URL": "http://127.0.0.1:1/api/v3",
        "ATOM_FORGE_TOKEN": token_hex(),
        "ATOM_RELEASE_NOTIFY_WEBHOOK": f"http://127.0.0.1:1/{token_hex()}",
        "ATOM_RELEASE_NOTIFY_SMTP": f"smtps://gate:{token_hex()}@127.0.0.1:1",
        "ATOM_RELEASE_NOTIFY_TO": "team@example.org",
        "VAULT_TOKEN": token_hex(),
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    release = tiny.make(tmp_path / "release")
    job = release.definitions().resolve_job_def("phase_x_release")
    done = job.execute_in_process(instance=instance, raise_on_error=False)
    assert "pull_request" in str(done.get_step_failure_events())
    dumped = command(server, "pg_dump", "--schema=dagster", server.admin_dsn("dagster"))
    assert b"phase_x" in dumped
    hidden = [value for name, value in secrets.items() if name != "ATOM_RELEASE_NOTIFY_TO"]
    assert not [value for value in [*hidden[1:], *ROLES.values()] if value.encode() in dumped]


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("gate", "SELECT 1 FROM dagster.runs"),
        ("dagster", "SELECT 1 FROM atom_release.line"),
        ("gate", "UPDATE atom_release.line SET number = 2"),
        ("gate", "DELETE FROM atom_release.line"),
        ("gate", "TRUNCATE atom_release.lease"),
        ("gate", "DELETE FROM atom_release.gate"),
        ("gate", "CREATE TABLE atom_release.own (a int)"),
        ("gate", "CREATE TABLE public.own (a int)"),
        ("dagster", "CREATE SCHEMA own"),
        ("gate_owner", "CREATE SCHEMA own"),
    ],
)
def test_no_role_can_do_more_than_it_needs(
    role: str, statement: str, server: postgres.Postgres
) -> None:
    with (
        psycopg.connect(url(server, role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_a_backup_is_restored_and_an_older_one_is_noticed(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """As docs/operate.md has it: `pg_dump` of the one schema, and psql."""
    shelf = SeenShelf(DatabaseShelf(Database(url(server, "gate")), "history"), tmp_path)
    lines = shelf.lines("one")
    lines.read()
    lines.append(b"first\n")
    lines.read()
    older = dump(server)
    lines.append(b"second\n")
    assert lines.read() == b"first\nsecond\n"
    newer = dump(server)
    restore(server, newer)
    assert lines.read() == b"first\nsecond\n"
    lines.append(b"third\n")
    restore(server, older)
    with pytest.raises(StoreError, match="has seen are gone or changed"):
        lines.read()


def dump(server: postgres.Postgres) -> bytes:
    return command(server, "pg_dump", "--schema=atom_release", url(server, "gate_owner"))


def restore(server: postgres.Postgres, dumped: bytes) -> None:
    """Put the schema back as a superuser, who alone may make it."""
    admin = server.admin_dsn("dagster")
    command(server, "psql", admin, "-q", "-c", "DROP SCHEMA atom_release CASCADE")
    command(server, "psql", admin, "-q", "-v", "ON_ERROR_STOP=1", given=dumped)
