"""A literal that code falls back to is found in every form it takes.

What only looks like one is not accused.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes.default_secrets import canaries, probe_default_secrets, scanner_of
from atom_release.source.scan import Fingerprints, control
from atom_release_tests.fixtures.planted import SHARED, look_at, places

VALUE = "qwzx-planted-v7"
DEFAULTS: dict[str, tuple[str, str, int]] = {
    "getenv": ("src/a.py", f'import os\n\nKEY = os.getenv("JWT_SECRET", "{VALUE}")\n', 3),
    "getenv over several lines": (
        "src/a.py",
        f'import os\nKEY = os.getenv(\n    "JWT_SECRET",\n    "{VALUE}",\n)\n',
        2,
    ),
    "getenv by name": (
        "src/a.py",
        f'from os import getenv\nKEY = getenv("VAULT_TOKEN", default="{VALUE}")\n',
        2,
    ),
    "environ.get": (
        "src/a.py",
        f'import os\nKEY = os.environ.get("MODEL_SIGNING_KEY", "{VALUE}").encode()\n',
        2,
    ),
    "environ.get of bytes": (
        "src/a.py",
        (
            f'import os\nKEY = os.environb.get(b"JWT_SECRET") or b"{VALUE}"\nK ='
            f' os.environ.get("DB_PASSWORD", b"{VALUE}")\n'
        ),
        3,
    ),
    "change-me is used all the same": (
        "src/a.py",
        'import os\nKEY = os.getenv("JWT_SECRET", "change-me-in-production")\n',
        2,
    ),
    "setdefault": ("src/a.py", f'import os\nos.environ.setdefault("SECRET_KEY", "{VALUE}")\n', 2),
    "or": ("src/a.py", f'import os\nKEY = os.environ.get("JWT_SECRET") or "{VALUE}"\n', 2),
    "if else": (
        "src/a.py",
        f'import os\nKEY = os.environ["JWT_SECRET"] if "JWT_SECRET" in os.environ else "{VALUE}"\n',
        2,
    ),
    "a constant": (
        "src/a.py",
        f'import os\nFALLBACK = "{VALUE}"\nKEY = os.getenv("JWT_SECRET", FALLBACK)\n',
        3,
    ),
    "joined": (
        "src/a.py",
        f'import os\nKEY = os.getenv("JWT_SECRET", "{VALUE[:5]}" + "{VALUE[5:]}")\n',
        2,
    ),
    "inside a function": (
        "src/a.py",
        f'import os\ndef key():\n    return os.getenv("API_KEY", "{VALUE}")\n',
        3,
    ),
    "environs": (
        "src/a.py",
        f'from environs import env\nKEY = env.str("JWT_SECRET", default="{VALUE}")\n',
        2,
    ),
    "decouple": (
        "src/a.py",
        f'from decouple import config\nKEY = config("JWT_SECRET", default="{VALUE}")\n',
        2,
    ),
    "pydantic field": (
        "src/a.py",
        f'class S(BaseSettings):\n    jwt_secret: str = Field(default="{VALUE}")\n',
        2,
    ),
    "secret string": (
        "src/a.py",
        f'class S(BaseSettings):\n    db_password: SecretStr = SecretStr("{VALUE}")\n',
        2,
    ),
    "dataclass": ("src/a.py", f'@dataclass\nclass S:\n    api_token: str = "{VALUE}"\n', 3),
    "parameter": ("src/a.py", f'def sign(data, signing_key="{VALUE}"): ...\n', 1),
    "keyword parameter": ("src/a.py", f'async def sign(*, secret: str = "{VALUE}"): ...\n', 1),
    "module constant": ("src/a.py", f'DEFAULT_SIGNING_KEY = b"{VALUE}"\n', 1),
    "compose": (
        "docker-compose.yml",
        f"services:\n  api:\n    environment:\n      - JWT_SECRET=${{JWT_SECRET:-{VALUE}}}\n",
        4,
    ),
    "compose literal": (
        "docker-compose.yml",
        f"services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: {VALUE}\n",
        4,
    ),
    "shell": ("run.sh", f': "${{API_TOKEN:={VALUE}}}"\nexport X="${{API_TOKEN-{VALUE}}}"\n', 1),
    "Dockerfile": ("Dockerfile", f"FROM x\nENV JWT_SECRET={VALUE}\n", 2),
    "INI": ("conf/app.ini", f"[auth]\njwt_secret = {VALUE}\n", 2),
    "TOML": ("settings.toml", f'[auth]\nsigning_key = "{VALUE}"\n', 2),
    "JSON settings": ("appsettings.json", f'{{\n  "JwtSecret": "{VALUE}"\n}}\n', 2),
    "a sentence among settings": (
        "conf/app.yaml",
        'app:\n  title: "A shop of our own"\n  jwt_secret: "please change this soon"\n  port: 80\n',
        3,
    ),
    "a variable among sentences": (
        "conf/app.yaml",
        "".join(f'NOTE_{n}: "what this one is for"\n' for n in range(8))
        + 'JWT_SECRET: "please change this soon"\n',
        9,
    ),
    "a literal among sentences": (
        "texts.toml",
        "".join(f'note_{n} = "what this one is for"\n' for n in range(8))
        + f'jwt_secret = "{VALUE}"\n',
        9,
    ),
    "Python of another version": (
        "src/a.py",
        f'print "x"\nimport os\nKEY = os.getenv("JWT_SECRET", "{VALUE}")\n',
        3,
    ),
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_secret_is_found_where_it_stands(tmp_path: Path, name: str) -> None:
    path, content, line = DEFAULTS[name]
    evidence = probe_default_secrets(look_at(tmp_path, {path: content}))
    assert evidence.answer is Answer.NO
    assert (path, line) in places(evidence)
    assert VALUE not in evidence.model_dump_json()


HONEST: dict[str, str] = {
    "a limit of requests": (
        'class Limits:\n    FORGOT_PASSWORD: str = "3/hour"\n    RESET_PASSWORD_GET: str = "5/15minutes"\n'
    ),
    "no default": (
        'import os\nA = os.getenv("JWT_SECRET")\nB = os.environ["JWT_SECRET"]\nC ='
        ' os.environ.get("JWT_SECRET", None)\n'
    ),
    "an empty default": (
        'import os\nA = os.getenv("JWT_SECRET", "")\nB = os.environ.get("API_KEY") or ""\n'
    ),
    "a raise": (
        'import os\ndef f():\n    key = os.getenv("JWT_SECRET")\n    if not key:\n        raise'
        ' RuntimeError("JWT_SECRET is unset")\n'
    ),
    "an address": (
        'import os\nA = os.getenv("TOKEN_URL", "https://auth.example.com/token")\nB ='
        ' os.getenv("SECRET_STORE_TOKEN", "https://vault:8200")\n'
    ),
    "a path": (
        'import os\nA = os.getenv("SIGNING_KEY", "/run/secrets/key.pem")\nB ='
        ' os.getenv("JWT_SECRET_PATH", "atom/jwt")\n'
    ),
    "a name": (
        'import os\nA = os.getenv("JWT_SECRET_NAME", "jwt-signing")\nB = os.getenv("SECRET_FIELD",'
        ' "value-1")\n'
    ),
    "another thing": (
        'import os\nA = os.getenv("PRIMARY_KEY", "id-column")\nB = os.getenv("MAX_TOKENS",'
        ' "4096")\nC = os.getenv("LOG_LEVEL", "debug")\n'
    ),
    "a placeholder by syntax": (
        'import os\nA = os.getenv("JWT_SECRET", "<set-me>")\nB = os.getenv("A_KEY", "${A_KEY}")\nC'
        ' = os.getenv("API_KEY", "xxxx")\n'
    ),
    "an enumeration": (
        'class Kind(StrEnum):\n    SECRET = "shared-secret"\n    PASSWORD = "password-grant"\n'
    ),
    "fields of a document": (
        'PASSWORD = "password"\nclass Field:\n    access_token = "access_token"\n    SECRET ='
        ' "secret"\n'
    ),
    "tokens of a lexer": (
        'EOS_TOKEN = "<eos>"\nclass Lexer:\n    pad_token = "[PAD]"\n    start_token: str ='
        ' "start"\ndef f(cancel_token="none-yet"): ...\n'
    ),
    "keys of a dictionary": (
        'SORT_KEY = "created-at"\nCACHE_KEY = "tenant-models"\nclass M:\n    model_key: str ='
        ' "model-name"\n'
    ),
    "names of fields": (
        "JWT_AUTH_USERNAME_KEY = 'email'\nJWT_AUTH_PASSWORD_KEY = 'pwd'\nclass Config:\n"
        "    JWT_AUTH_HEADER_KEY = 'Authorization'\n    SESSION_KEY = '_auth_user_id'\n"
        "import os\nAPI_USER_KEY = os.getenv('API_USER_KEY', 'login')\n"
    ),
    "a message": (
        'INVALID_PASSWORD = "The password is wrong"\ndef f(secret_error="Secret is missing here"):'
        " ...\n"
    ),
    "a reference to a variable": (
        'class S:\n    jwt_secret: str = "JWT_SECRET"\n    vault_token = "VAULT_TOKEN"\n'
    ),
    "another default": (
        'import os\nA = os.getenv("HOST", "localhost-1")\nB = os.getenv("REGION") or "eu-west-1"\n'
    ),
    "a docstring's example": (
        f'def sign(claims):\n    """Sign, as `jwt.encode(claims, "{VALUE}")` would.\n\n    >>>'
        f' jwt.encode(claims, "{VALUE}")\n    """\n    return jwt.encode(claims, key())\n'
    ),
    "a look-up with a fallback look-up": (
        'import os\nA = os.getenv("JWT_SECRET") or os.getenv("SECRET_KEY")\nB ='
        ' os.getenv("JWT_SECRET") and "is-set-now"\n'
    ),
}


@pytest.mark.parametrize(
    "line",
    [
        f'JWT_AUTH_USERNAME_KEY = "{VALUE}"',
        'JWT_AUTH_KEY = "email"',
        'JWT_USERNAME_SIGNING_KEY = "email"',
        'SESSION_KEY = "letmein"',
        'JWT_AUTH_USERNAME_KEY = "change-me-email"',
    ],
)
def test_the_name_of_a_field_is_none_where_it_may_sign(tmp_path: Path, line: str) -> None:
    evidence = probe_default_secrets(look_at(tmp_path, {"src/a.py": f"{line}\n"}))
    assert evidence.answer is Answer.NO


@pytest.mark.parametrize("name", HONEST)
def test_honest_code_is_not_accused(tmp_path: Path, name: str) -> None:
    evidence = probe_default_secrets(look_at(tmp_path, {"src/a.py": HONEST[name]}))
    assert evidence.facts["findings"] == []
    assert evidence.answer is Answer.YES


HONEST_CONFIGURATION: dict[str, tuple[str, str]] = {
    "a package called so": (
        "pyproject.toml",
        '[project]\ndependencies = [\n  "flask-secrets==0.1.0",\n  "django-password==2.10.4",\n]\n',
    ),
    "references": (
        "compose.yaml",
        (
            "environment:\n  JWT_SECRET: ${JWT_SECRET:?must be set}\n  API_TOKEN: ${API_TOKEN}\n "
            " X_TOKEN: ${X_TOKEN:-}\n"
        ),
    ),
    "names": (
        "release.yaml",
        (
            "infrastructure:\n  vault_token: VAULT_TOKEN\nsecrets:\n  - {name: jwt, path:"
            " atom/jwt}\nsecret: jwt_signing\ntoken: deploy\n"
        ),
    ),
    "Kubernetes": (
        "deploy.yaml",
        (
            "valueFrom:\n  secretKeyRef:\n    name: db-password\n    key: password\nsecretName:"
            " tls-cert\n"
        ),
    ),
    "prose": ("README.md", "Set `${JWT_SECRET:-some-default}` and `password: hunter2x`\n"),
    "a schema": (
        "openapi.yaml",
        (
            "securitySchemes:\n  token:\n    type: http\n    scheme: bearer\npassword:\n  type:"
            " string\n"
        ),
    ),
    "messages for people": (
        "texts.toml",
        "".join(f'note_{n} = "what this one is for"\n' for n in range(4))
        + 'login_password = "the one you sign in with"\n'
        + 'api_token = "Paste the token that you got by mail"\n'
        + "".join(f'hint_{n} = "where this one is from"\n' for n in range(4)),
    ),
    "a lock": ("poetry.lock", '[auth]\npassword = "abcdefgh1"\n'),
}


@pytest.mark.parametrize("name", HONEST_CONFIGURATION)
def test_honest_configuration_is_not_accused(tmp_path: Path, name: str) -> None:
    path, content = HONEST_CONFIGURATION[name]
    assert probe_default_secrets(look_at(tmp_path, {path: content})).facts["findings"] == []


@pytest.mark.parametrize(
    "path", ["tests/conftest.py", "src/test_app.py", "app.example.py", ".github/workflows/ci.py"]
)
def test_tests_and_examples_warn(tmp_path: Path, path: str) -> None:
    evidence = probe_default_secrets(
        look_at(tmp_path, {path: f'import os\nos.environ.setdefault("JWT_SECRET", "{VALUE}")\n'})
    )
    assert evidence.answer is Answer.YES
    assert places(evidence, "warnings") == {(path, 2)}


_GIVEN = 'env = [\n  "SECRET_KEY={value}",\n]\n'


@pytest.mark.parametrize(
    ("path", "before", "decides"),
    [
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = ['-q']\n", False),
        ("pyproject.toml", "[tool.pytest.ini_options]\n[tool.service]\n", True),
        ("pyproject.toml", "[tool.service]\n", True),
        ("setup.cfg", "[tool:pytest]\n", False),
        ("setup.cfg", "[tool:pytest]\n[options]\n", True),
        ("pytest.ini", "[pytest]\n", False),
    ],
)
def test_what_the_runner_gives_its_tests_warns(
    tmp_path: Path, path: str, before: str, *, decides: bool
) -> None:
    given = look_at(tmp_path, {path: before + _GIVEN.replace("{value}", VALUE)})
    answer = probe_default_secrets(given).answer
    assert answer is (Answer.NO if decides else Answer.YES)


def test_python_without_a_syntax_tree_is_named(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        "a.py": "print 'x'\n",
        "b.py": b"x = '\0'\n",
        "c.py": "-" * 30_000 + "1\n",
        "d.py": "x = 1\n",
    }
    evidence = probe_default_secrets(look_at(tmp_path, files))
    assert (evidence.facts["python_files"], evidence.facts["unparsed"]) == (
        4,
        ["a.py", "b.py", "c.py"],
    )


def test_a_blind_reader_has_a_dead_control() -> None:
    scanner = scanner_of(Fingerprints(b"k"), [])
    assert control(scanner, canaries(), "defaults").state is ControlState.ALIVE
    blind = control(
        lambda path, content: [] if path.endswith(".ini") else scanner(path, content),
        canaries(),
        "defaults",
    )
    assert (blind.state, "settings.ini" in blind.found) == (ControlState.DEAD, True)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder is not here")
def test_the_reports_seen_in_the_field_are_not_accused(tmp_path: Path) -> None:
    evidence = probe_default_secrets(
        look_at(tmp_path, {path.name: path.read_bytes() for path in SHARED.iterdir()})
    )
    assert evidence.facts["findings"] == []


def test_what_is_deeply_indented_or_never_ends_is_read_in_one_pass() -> None:
    """Patterns that go back and forth over such a file would not come to an end."""
    lines = "".join(f"{' ' * 40}entry{number}: value\n" for number in range(200))
    text = f"    DbPassword:\n{lines}" + "a.b:c" * 40_000 + "\npassword = " + "(x, " * 20_000
    scanner = scanner_of(Fingerprints(b"k"), [])
    assert [*scanner("deploy/stack.yaml", text.encode())] == []
