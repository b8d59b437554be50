"""Which variables Python asks for, how urgently, and what it says of their kind."""

from __future__ import annotations

from textwrap import dedent

import pytest

from atom_release.drafting.asked_variables import find, python_calls
from atom_release.drafting.asked_variables.python_module import Module
from atom_release.drafting.asked_variables.variable import Need, Variable
from atom_release.drafting.files import Files

REQUIRED, ASKED, DEFAULTED = Need.REQUIRED, Need.ASKED, Need.DEFAULTED


OWN_FUNCTION = """
import os
def need(name):
    try:
        return os.environ[name]
    except KeyError:
        raise ValueError(name)
A = need("X")
"""


def read(**modules: str) -> dict[str, Variable]:
    tree = {f"app/{name}.py": dedent(text) for name, text in modules.items()}
    variables = find.find(Files.of(tree), list(tree))
    return {variable.name: variable for variable in variables.variables}


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ('import os\nA = os.environ["X"]\n', REQUIRED),
        ('from os import environ as e\nA = e["X"]\n', REQUIRED),
        ('import os\nA = os.getenv("X")\n', ASKED),
        ('import os\nA = os.environ.get("X", None)\n', ASKED),
        ('import os\nA = os.getenv("X", "y")\n', DEFAULTED),
        ('import os\nA = os.getenv("X") or "y"\n', DEFAULTED),
        ('import os\nA = os.getenv("X") or compute()\n', DEFAULTED),
        ('import os\nA = int(os.getenv("X"))\n', REQUIRED),
        ('import os\nA = os.getenv("X").split(",")\n', REQUIRED),
        ('import os\nA = os.getenv("X")\nif not A:\n    raise SystemExit(1)\n', REQUIRED),
        ('import os\nA = os.getenv("X")\nif not A:\n    A = "y"\n', ASKED),
        ('import os\ntry:\n    A = os.environ["X"]\nexcept KeyError:\n    A = 1\n', ASKED),
        ('import os\ntry:\n    A = os.environ["X"]\nexcept KeyError:\n    raise\n', REQUIRED),
        ('import os\nif "X" in os.environ:\n    A = os.environ["X"]\n', ASKED),
        ('from decouple import config\nA = config("X")\n', REQUIRED),
        ('from decouple import config\nA = config("X", default=None)\n', DEFAULTED),
        (
            'from starlette.config import Config\nc = Config(".env")\nA = c("X", cast=int)\n',
            REQUIRED,
        ),
        ('from environs import Env\nenv = Env()\nA = env.str("X")\n', REQUIRED),
        ('from environs import Env\nenv = Env()\nA = env.str("X", "y")\n', DEFAULTED),
        ('import environ\nenv = environ.Env()\nA = env("X")\n', REQUIRED),
        ('import environ\nenv = environ.Env(X=(bool, False))\nA = env("X")\n', DEFAULTED),
        (OWN_FUNCTION, REQUIRED),
        ("class X(", None),  # no Python
        ('import os\nos.environ["X"] = "y"\n', None),
        ('A = {}\nB = A["X"]\nC = config("X")\n', None),
    ],
)
def test_a_call_says_what_becomes_of_code_without_the_variable(
    text: str, need: Need | None
) -> None:
    variables = read(settings=text)
    assert {name: variable.need for name, variable in variables.items()} == (
        {"X": need} if need else {}
    )


def test_a_place_is_a_file_and_a_line_and_the_most_urgent_asking_counts() -> None:
    variables = read(a='import os\n\nA = os.getenv("X")\n', b='import os\nB = os.environ["X"]\n')
    assert (variables["X"].need, str(variables["X"].where)) == (REQUIRED, "app/b.py:2")


def test_an_object_of_another_module_asks_where_it_is_imported() -> None:
    base = "import environ\nenv = environ.Env()\n"
    other = 'from .base import *\nA = env.db()\nB = env.int("PORTS")\n'
    variables = read(base=base, production=other)
    assert {name: variable.form.kind for name, variable in variables.items()} == {
        "DATABASE_URL": "database",
        "PORTS": "int",
    }
    assert read(base=base, other='def ask(env):\n    return env("X")\n') == {}


def test_a_module_is_searched_for_no_object_that_cannot_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Most calls are of others, and each would cost another look at the whole module."""
    searched: list[str] = []
    made_in = python_calls._is_made_in

    def searching(module: Module, name: str) -> bool:
        searched.append(name)
        return made_in(module, name)

    monkeypatch.setattr(python_calls, "_is_made_in", searching)
    text = "from environs import Env\nenv = Env()\nA = env('A')\nprint(A)\nlog(A)\nA.strip()\n"
    assert set(read(settings=text)) == {"A"}
    assert set(searched) == {"env"}


def test_a_prefix_stands_before_the_names_within_it() -> None:
    text = 'from environs import Env\nenv = Env()\nwith env.prefixed("A_"):\n    B = env("C")\n'
    assert set(read(settings=text)) == {"A_C"}


SETTINGS = """
    from enum import StrEnum
    from typing import Annotated, Literal
    from pydantic import BaseModel, EmailStr, Field, PostgresDsn, SecretStr
    from pydantic_settings import BaseSettings, SettingsConfigDict

    class Stage(StrEnum):
        PRODUCTION = "production"
        LOCAL = "local"

    class Mail(BaseModel):
        host: str
        port: int = 25

    class Base(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__")

    class Settings(Base):
        database: PostgresDsn
        stage: Stage
        level: Literal["info", "debug"]
        key: SecretStr = Field(..., min_length=40)
        owner: EmailStr = Field(alias="OWNER")
        mail: Mail
        debug: bool = False
        seconds: Annotated[int, Field(gt=0)]
        spare: str | None = None
"""


def test_fields_of_settings_are_asked_by_their_prefix_alias_and_parts() -> None:
    variables = read(settings=SETTINGS)
    required = {name: v.form for name, v in variables.items() if v.need is REQUIRED}
    assert {name: form.kind for name, form in required.items()} == {
        "SHOP_DATABASE": "postgres",
        "SHOP_STAGE": "choice",
        "SHOP_LEVEL": "choice",
        "SHOP_KEY": "str",
        "OWNER": "email",
        "SHOP_MAIL__HOST": "str",
        "SHOP_SECONDS": "int",
    }
    assert required["SHOP_STAGE"].choices == ("production", "local")
    assert required["SHOP_KEY"].least == 40
    assert {name for name, v in variables.items() if v.need is DEFAULTED} == {
        "SHOP_DEBUG",
        "SHOP_SPARE",
        "SHOP_MAIL__PORT",
    }


def test_a_model_without_a_delimiter_is_one_object() -> None:
    text = SETTINGS.replace(', env_nested_delimiter="__"', "")
    assert read(settings=text)["SHOP_MAIL"].form.choices == ('{"host": "", "port": ""}',)


def test_what_the_code_sets_of_itself_is_known() -> None:
    text = (
        'import os\nos.environ.setdefault("A", "1")\nos.environ["B"] = "2"\nC = os.environ["A"]\n'
    )
    tree = {"conftest.py": text}
    assert find.find(Files.of(tree), list(tree), tests=True).set_by_code == {"A", "B"}


def test_scripts_and_tests_are_no_code_of_a_service() -> None:
    text = 'import os\nA = os.environ["X"]\n'
    tree = {"scripts/a.py": text, "tests/conftest.py": text, "docs/conf.py": text}
    assert find.find(Files.of(tree), list(tree)).variables == ()
    (variables,) = find.find(Files.of(tree), list(tree), tests=True).variables
    assert variables.where.path == "tests/conftest.py"
