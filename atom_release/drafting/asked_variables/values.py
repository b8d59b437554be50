"""Which value is made for a variable: of the sandbox's own systems, random, or plain.

By the kind that the code says it has, else by its name; the tables are `values.toml`. What a file
of the repository gives is known elsewhere, and nothing is made for it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from atom_release.drafting.asked_variables.variable import Form, Made, Need, Variable

_DIGITS = 32  # that `{random}` stands for
_WHERE = "{postgres_user}:{postgres_password}@{postgres_host}:{postgres_port}/{postgres_database}"
_REDIS = "redis://{redis_host}:{redis_port}/0"
_FOR_WORK = re.compile(r"dev|local|test", re.IGNORECASE)
_OF_ITSELF = re.compile(r"^(?:APP_|SERVER_|API_|HTTP_|UVICORN_|WEB_|SERVICE_)?(HOST|PORT|BIND)$")
_OF_TESTS = re.compile(r"(?:^|_)TEST(?:S|ING)?_", re.IGNORECASE)
_WITHOUT_USER = re.compile(r"postgres(?:ql)?(?:\+\w+)?://(?![^/@]*+@)")
"""A default that takes the role of whoever runs the code, which no sandbox has, or a socket."""
_SYSTEMS = {"database": "postgres", "postgres": "postgres", "redis": "redis"}
_WORTH_GIVING = {"signs"}

Address = Callable[[str, str], str]
"""What a variable of a name and a value says of a system in templates; nothing where it is none."""


@dataclass(frozen=True)
class Ground:
    """What values are made for: the systems beside the code, and how it speaks to them.

    `scheme` is how its addresses of PostgreSQL begin, `plain_scheme` how those do that are for a
    driver without `async`, `file` the address of a database in a file where the code can have one.
    `names_async` is whether a variable's name says which is which; `starts` whether a service is
    started, and no suite run.
    """

    systems: frozenset[str]
    address: Address
    scheme: str = "postgresql"
    plain_scheme: str = "postgresql"
    file: str = ""
    settings_class: str = ""
    django: bool = False
    names_async: bool = False
    starts: bool = True


@cache
def _tables() -> dict[str, Any]:
    text = (Path(__file__).parent / "values.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _kinds() -> list[tuple[str, re.Pattern[str]]]:
    return [(row["kind"], re.compile(row["pattern"])) for row in _tables()["names"]]


def is_given(name: str) -> bool:
    """Return whether a variable of this name may be given at all.

    What changes how programs run, or belongs to whoever runs the gate, is not.
    """
    never, upper = _tables()["never"], name.upper()
    return upper not in never["names"] and not any(
        re.fullmatch(pattern, upper) for pattern in never["patterns"]
    )


def kind_of(variable: Variable) -> str:
    """Return the kind of a variable: what its code says, else what its name does."""
    kind = variable.form.kind
    named = next((word for word, pattern in _kinds() if pattern.search(variable.name.upper())), "")
    if kind in {"str", "url"}:
        return named if named and (kind == "str" or named in _SYSTEMS) else kind
    if kind == "int":
        return named if named == "port" else kind
    return kind


def answering_here(name: str, value: str) -> str:
    """Return a list of hosts, as a file gives it, with the address that a rehearsal asks at."""
    kind = next((word for word, pattern in _kinds() if pattern.search(name.upper())), "")
    if kind != "hosts" or not value or "*" in value or "127.0.0.1" in value:
        return value
    if value.endswith("]"):
        return f'{value[:-1].rstrip()}, "127.0.0.1"]' if value.strip("[] ") else '["127.0.0.1"]'
    return f"{value}{' ' if ' ' in value and ',' not in value else ','}127.0.0.1"


def speaks_of(variable: Variable, address: Address) -> str:
    """Return the system that a variable is the address of, by its kind or its default."""
    spoken = address(variable.name.upper(), variable.default)
    for system in ("redis", "vault", "postgres"):
        if f"{{{system}" in spoken:
            return system
    return "" if variable.need is Need.DEFAULTED else _SYSTEMS.get(kind_of(variable), "")


def make(variable: Variable, ground: Ground) -> Made | None:
    """Return what a variable is given; None where it needs nothing or nothing can be made."""
    spoken = ground.address(variable.name.upper(), variable.default)
    if not is_given(variable.name) and "{vault" not in spoken:  # the sandbox's own, never another
        return None
    kind = kind_of(variable)
    if ground.starts and variable.need is not Need.REQUIRED and _OF_TESTS.search(variable.name):
        return None
    if spoken and kind in {"str", "host", "port", "int", "signs", "secret", *_SYSTEMS}:
        stands = variable.need is Need.DEFAULTED and not _WITHOUT_USER.match(variable.default)
        wanted = ground.starts or not stands
        return _made(variable, spoken, "system") if wanted else None
    if variable.need is Need.DEFAULTED:
        return None
    of_system = _SYSTEMS.get(kind, "") in ground.systems
    worth = of_system or (ground.starts and kind in _WORTH_GIVING)
    if variable.need is Need.ASKED and not worth:
        return None
    value = _value(variable, kind, ground)
    return _made(variable, value, kind) if value is not None else None


def _made(variable: Variable, value: str, kind: str) -> Made:
    words = _tables()["words"]
    why = words.get(kind, words["str"])
    return Made(variable.name, value, variable.where, f"{why}; the code {variable.need.value}")


def _value(variable: Variable, kind: str, ground: Ground) -> str | None:
    form = variable.form
    redis: str = _REDIS if "redis" in ground.systems else _tables()["values"]["redis"]
    by_kind: dict[str, str | None] = {
        "choice": _choice(form),
        "class": ground.settings_class or None,
        "database": _database(variable, ground),
        "postgres": _database(variable, ground),
        "driver": ground.scheme if "postgres" in ground.systems else "sqlite",
        "engine": _engine(ground),
        "redis": redis,
        "object": next(iter(form.choices), "{}"),
    }
    if kind in by_kind:
        return by_kind[kind]
    name = variable.name.upper()
    itself = _OF_ITSELF.match(name)
    if itself and ground.starts and itself[1] == "PORT":
        return "{port}"
    if itself and kind == "host":
        return "127.0.0.1"
    if kind == "server_name" and ground.starts:
        return "127.0.0.1:{port}"
    if form.kind in {"list", "words"}:
        return _several(name, form)
    value: str | None = _tables()["values"].get(kind)
    if value is not None and form.least and kind in {"signs", "secret", "str"}:
        value = "{random}" * -(-form.least // _DIGITS)
    return value


def _several(name: str, form: Form) -> str:
    """Return a list: of hosts or origins by its name, else of one word, or of nothing."""
    kind = next((word for word, pattern in _kinds() if pattern.search(name)), "")
    values: dict[str, str] = _tables()["values"]
    if form.kind == "words":
        return values[kind] if kind in {"hosts", "origins"} else values["words"]
    return f'["{values[kind]}"]' if kind in {"hosts", "origins"} else values["list"]


def _choice(form: Form) -> str | None:
    for_work = next((word for word in form.choices if _FOR_WORK.match(word)), None)
    return for_work or next(iter(form.choices), None)


def _database(variable: Variable, ground: Ground) -> str | None:
    if "postgres" not in ground.systems:
        return ground.file or None
    name = variable.name.upper()
    is_plain = "ASYNC" not in name and (ground.names_async or "SYNC" in name)
    return f"{ground.plain_scheme if is_plain else ground.scheme}://{_WHERE}"


def _engine(ground: Ground) -> str | None:
    if not ground.django:
        return ground.scheme
    name = "postgresql" if "postgres" in ground.systems else "sqlite3"
    return f"django.db.backends.{name}"
