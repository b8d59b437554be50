"""What a variable is given that only code names, and what is never given."""

from __future__ import annotations

import pytest

from atom_release.drafting import addresses
from atom_release.drafting.asked_variables import values
from atom_release.drafting.asked_variables.values import Ground
from atom_release.drafting.asked_variables.variable import Form, Need, Variable
from atom_release.drafting.findings import Place

REQUIRED, ASKED, DEFAULTED = Need.REQUIRED, Need.ASKED, Need.DEFAULTED
WHERE = "{postgres_user}:{postgres_password}@{postgres_host}:{postgres_port}/{postgres_database}"


def ground(*systems: str, **more: object) -> Ground:
    return Ground(
        frozenset(systems),
        lambda name, text: addresses.address(name, text, systems),
        **more,  # type: ignore[arg-type]
    )


def made(
    name: str, kind: str | Form = "str", *, need: Need = REQUIRED, on: Ground | None = None,
    default: str = "",
) -> str | None:  # fmt: skip
    form = Form(kind) if isinstance(kind, str) else kind
    variable = Variable(name, Place("a.py", 1), need, form, default)
    given = values.make(variable, on or ground())
    return given.value if given else None


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("SECRET_KEY", "str", "{random}"),
        ("STRIPE_API_KEY", "str", "{random}"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "str", "60"),
        ("WORKERS", "int", "60"),
        ("PORT", "int", "{port}"),
        ("SMTP_PORT", "int", "8000"),
        ("SMTP_HOST", "str", "localhost"),
        ("HOST", "str", "127.0.0.1"),
        ("DEBUG", "str", "false"),
        ("VERBOSE", "bool", "false"),
        ("MAIL_FROM", "str", "release@example.com"),
        ("LOG_LEVEL", "str", "INFO"),
        ("ALLOWED_HOSTS", "words", "*"),
        ("ALLOWED_HOSTS", "list", '["*"]'),
        ("CORS_ORIGINS", "list", '["http://localhost"]'),
        ("COLOURS", "list", "[]"),
        ("PAYMENT_URL", "str", "http://localhost"),
        ("API_PREFIX", "str", "/api"),
        ("JWT_ALGORITHM", "str", "HS256"),
        ("TIME_ZONE", "str", "UTC"),
        ("REDIS_URL", "str", "redis://localhost:6379/0"),
        ("DATABASE_URL", "str", None),  # nothing here serves one
        ("JWT_PRIVATE_KEY", "str", None),  # no text stands for a key pair
        ("KEY_FILE", "str", None),
        ("SERVER_NAME", "str", "127.0.0.1:{port}"),
        ("COLOUR", "str", "release"),
    ],
)
def test_a_required_variable_is_given_what_its_kind_and_name_say(
    name: str, kind: str, value: str | None
) -> None:
    assert made(name, kind) == value


def test_addresses_are_those_of_the_sandbox() -> None:
    both = ground("postgres", "redis", scheme="postgresql+asyncpg")
    assert made("DATABASE_URL", on=both) == f"postgresql+asyncpg://{WHERE}"
    assert made("DB_DSN", "postgres", on=both) == f"postgresql+asyncpg://{WHERE}"
    assert made("DB_HOST", on=both) == "{postgres_host}"
    assert made("DB_PORT", "int", on=both) == "{postgres_port}"
    assert made("CACHE_URL", on=both) == "redis://{redis_host}:{redis_port}/0"
    assert made("DATABASE_URL", on=ground(file="sqlite:///./a.db")) == "sqlite:///./a.db"


def test_an_address_by_default_reaches_the_sandbox_where_a_service_is_started() -> None:
    default = "postgresql://me:pw@localhost:5432/shop"
    both = ground("postgres")
    assert made("URL_OF_ROWS", need=DEFAULTED, on=both, default=default) == f"postgresql://{WHERE}"
    assert made("DB_HOST", need=DEFAULTED, on=both, default="localhost") == "{postgres_host}"
    beside_tests = ground("postgres", starts=False)
    assert made("DB_HOST", need=DEFAULTED, on=beside_tests, default="localhost") is None
    assert made("COLOUR", need=DEFAULTED, on=both, default="red") is None


@pytest.mark.parametrize(
    ("default", "replaced"),
    [
        ("postgresql://localhost:5432/shop", True),
        ("postgresql:///shop", True),  # by a socket of the machine
        ("postgresql://me:pw@localhost:5432/shop", False),
        ("redis://localhost:6379/0", False),
    ],
)
def test_an_address_by_default_without_a_user_is_replaced_for_tests_too(
    default: str,
    replaced: bool,  # noqa: FBT001
) -> None:
    """It takes the role of whoever runs them, which no sandbox has."""
    beside_tests = ground("postgres", "redis", starts=False)
    given = made("URL_OF_ROWS", need=DEFAULTED, on=beside_tests, default=default)
    assert given == (f"postgresql://{WHERE}" if replaced else None)


def test_what_code_goes_on_without_is_given_little() -> None:
    both = ground("postgres")
    assert made("SECRET_KEY", need=ASKED, on=both) == "{random}"
    assert made("DATABASE_URL", need=ASKED, on=both) == f"postgresql://{WHERE}"
    assert made("STRIPE_API_KEY", need=ASKED, on=both) is None  # it would switch something on
    assert made("COLOUR", need=ASKED, on=both) is None
    assert made("DISCORD_CLIENT_SECRET", need=ASKED, on=both) is None
    assert made("TEST_DATABASE_URL", need=ASKED, on=both) is None  # of its tests
    assert made("SECRET_KEY", need=ASKED, on=ground(starts=False)) is None


def test_a_secret_is_as_long_as_it_has_to_be_and_of_the_form_that_is_asked() -> None:
    assert made("SECRET_KEY", Form(least=33)) == "{random}{random}"
    assert made("STAGE", Form("choice", ("production", "testing"))) == "testing"
    assert made("STAGE", Form("choice", ("a", "b"))) == "a"
    from base64 import urlsafe_b64decode

    key = made("FERNET_KEY")
    assert key is not None
    assert len(urlsafe_b64decode(key.replace("{random}", "0a" * 16))) == 32


@pytest.mark.parametrize(
    "name",
    [
        *("PATH", "HOME", "LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONSTARTUP"),
        *("NODE_OPTIONS", "NODE_PATH", "GIT_SSH_COMMAND", "GIT_DIR", "SSH_AUTH_SOCK"),
        *("ATOM_RELEASE_HOME", "ATOM_RELEASE_OPERATOR", "DAGSTER_HOME", "VAULT_TOKEN"),
        *("BASH_ENV", "http_proxy", "HTTPS_PROXY", "SSL_CERT_FILE", "PIP_INDEX_URL", "UV_INDEX"),
        *(
            "AWS_PROFILE",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "KUBECONFIG",
            "DOCKER_HOST",
            "PGPASSFILE",
        ),
        *("JAVA_TOOL_OPTIONS", "PERL5LIB", "RUBYOPT", "PYTEST_ADDOPTS", "COVERAGE_PROCESS_START"),
        *("MY_PRELOAD", "npm_config_registry", "GITHUB_TOKEN", "TMPDIR", "Path", "ld_preload"),
    ],
)
@pytest.mark.parametrize("kind", ["str", "path", "list", "url", "database", "choice"])
def test_no_code_gets_what_changes_how_programs_run(name: str, kind: str) -> None:
    """The attack: name a variable of worth, so that the gate gives it something."""
    everything = ground("postgres", "redis", file="sqlite:///./a.db")
    form = Form(kind, ("/tmp/evil",) if kind == "choice" else ())  # noqa: S108 - a value only
    for need in Need:
        assert made(name, form, need=need, on=everything, default="/tmp/evil.so") is None  # noqa: S108
    assert not values.is_given(name)


def test_a_token_of_a_vault_is_that_of_the_sandbox_alone() -> None:
    assert made("VAULT_TOKEN", on=ground("vault")) == "{vault_token}"
    assert made("VAULT_TOKEN") is None
    assert made("VAULT_ADDR", on=ground("vault")) == "{vault}"
