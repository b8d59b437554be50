"""Prisma's client is written among the packages, without the engine that no registry has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atom_release.gate.manifest import Install
from atom_release.lab.environments import node
from atom_release.lab.environments.node.lock import Lock, Tarball
from atom_release.lab.environments.node.prisma import ENGINE, find_schema
from atom_release_tests.fixtures.environment_site import EnvironmentSite
from atom_release_tests.fixtures.npm_registry import (
    NEEDS_NODE,
    NpmRegistry,
    lock_of,
)

LOCK = Lock("", tuple(Tarball(name, "5.0.0", "", "") for name in ("prisma", "@prisma/client")))
PROGRAM = """
const fs = require("fs");
fs.accessSync(process.env.PRISMA_QUERY_ENGINE_LIBRARY, fs.constants.X_OK);
const schema = fs.readFileSync(process.argv[3].split("=")[1], "utf8");
fs.mkdirSync("node_modules/.prisma/client", {recursive: true});
fs.writeFileSync("node_modules/.prisma/client/index.js", JSON.stringify(schema));
"""


@pytest.mark.parametrize(
    ("files", "stated", "place"),
    [
        ({"prisma/schema.prisma": "a"}, None, "prisma/schema.prisma"),
        ({"src/x.prisma": "a"}, {"schema": "./src/x.prisma"}, "src/x.prisma"),
        ({"prisma/schema/a.prisma": "a"}, None, "prisma/schema"),
        ({"other.prisma": "a"}, None, None),
        ({"prisma/schema.prisma": "a"}, {"schema": "/etc/passwd"}, None),
        ({"prisma/schema.prisma": "a"}, {"schema": "../../secret"}, None),
        ({"--x": "a"}, {"schema": "--x"}, None),
    ],
)
def test_a_schema_is_found_where_prisma_looks(
    site: EnvironmentSite, files: dict[str, str], stated: object, place: str | None
) -> None:
    """And nowhere outside the package."""
    site.files |= files
    schema = find_schema(site.look().tree, "", {"prisma": stated}, LOCK)
    assert (schema.place if schema else None) == place
    assert find_schema(site.look().tree, "", {"prisma": stated}, Lock("", ())) is None


def asks(site: EnvironmentSite, registry: NpmRegistry, program: str) -> None:
    package: dict[str, Any] = {
        "name": "shop",
        "version": "1.0.0",
        "dependencies": {"prisma": "*", "@prisma/client": "*"},
    }
    entries = {
        "prisma": registry.offer("prisma", "5.0.0", {"build/index.js": program}),
        "@prisma/client": registry.offer("@prisma/client", "5.0.0", {"index.js": ""}),
    }
    site.files |= {
        "package.json": json.dumps(package),
        "package-lock.json": lock_of(package, entries),
        "prisma/schema.prisma": "model A {}",
    }


@NEEDS_NODE
@pytest.mark.slow
def test_the_client_is_written_and_what_it_lacks_is_told(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    """Another schema makes another client; nothing but packages is left."""
    asks(site, registry, PROGRAM)
    modules = node.make(site.look(), Install(), ".")
    client = "node_modules/.prisma/client/index.js"
    assert json.loads((modules.layer / client).read_text()) == "model A {}"
    assert list(modules.facts.unbuilt) == [ENGINE]
    assert {path.name for path in modules.layer.iterdir()} == {"node_modules"}
    site.files["prisma/schema.prisma"] = "model B {}"
    modules = node.make(site.look(), Install(), ".")
    assert json.loads((modules.layer / client).read_text()) == "model B {}"


@NEEDS_NODE
@pytest.mark.slow
def test_a_client_that_cannot_be_written_is_told_with_why(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    asks(site, registry, "console.error('no such generator'); process.exit(1)")
    unbuilt = node.make(site.look(), Install(), ".").facts.unbuilt
    assert "no such generator" in unbuilt["the client of Prisma"]
