"""A Node.js that files ask is brought from the operator's registry, and nobody else's.

Real npm and sandbox; the registry is on loopback, and its Node.js is this machine's by another
version.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from atom_release.gate.manifest import Install
from atom_release.gate.operator import Operator
from atom_release.lab.environments import NoToolchain, node
from atom_release.lab.environments.node import Modules, nodes
from atom_release.lab.environments.node.brought import package_name
from atom_release_tests.fixtures.environment_site import EnvironmentSite
from atom_release_tests.fixtures.npm_registry import (
    NEEDS_NODE,
    NpmRegistry,
    lock_of,
    npm_registry,
)

pytestmark = [NEEDS_NODE, pytest.mark.slow]
VERSION = "98.7.6"


def offer_node(registry: NpmRegistry, version: str = VERSION, says: str = "") -> None:
    """Offer a Node.js of this version, which is the machine's own beneath, and an npm."""
    own = nodes.installed()[0].program
    program = (
        f'#!/bin/sh\n[ "$1" = --version ] && echo v{says or version} && exit 0\nexec {own} "$@"\n'
    )
    registry.offer(package_name(), version, {"bin/node": program, "include/node/node.h": "//"})
    cli = f"#!/usr/bin/env node\nrequire({json.dumps(str(nodes.installed()[0].npm))})\n"
    registry.offer("npm", "11.0.1", {"bin/npm-cli.js": cli, "bin/npx-cli.js": cli})


def asks(site: EnvironmentSite, registry: NpmRegistry, version: str = "98") -> None:
    """Let a repository ask a Node.js, and one package beside it."""
    package = {"name": "shop", "version": "1.0.0", "dependencies": {"left": "*"}}
    entry = registry.offer("left", "1.2.3", {"index.js": "module.exports = 1;"})
    site.files |= {
        "package.json": json.dumps(package),
        "package-lock.json": lock_of(package, {"left": entry}),
        ".nvmrc": version,
    }


def made(site: EnvironmentSite) -> Modules:
    return node.make(site.look(), Install(), ".")


def test_a_node_is_brought_by_its_registrys_digest_and_kept(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    """The facts say which and from where; the second time nobody is asked for an archive."""
    offer_node(registry)
    asks(site, registry)
    first = made(site)
    assert (first.node.version, first.facts.runtime) == (VERSION, f"Node.js {VERSION}")
    assert registry.integrity[package_name()] in first.facts.brought
    assert f"{package_name()}@{VERSION}" in first.facts.brought
    assert not first.instead_of
    programs = first.node.program.parent
    words = [str(programs / "npm"), "--version"]
    npm = subprocess.run(words, capture_output=True, text=True, check=True)
    assert npm.stdout[:1].isdigit()
    assert not first.node.program.stat().st_mode & 0o222
    before = len([path for path in registry.requested if path.endswith(".tgz")])
    assert made(site).node == first.node
    assert len([path for path in registry.requested if path.endswith(".tgz")]) == before


def test_neither_npmrc_nor_lock_of_the_commit_says_where_it_is_from(
    site: EnvironmentSite, registry: NpmRegistry, tmp_path: Path
) -> None:
    """A registry of the author's, with a Node.js of theirs, is not asked for anything."""
    offer_node(registry)
    asks(site, registry)
    with pytest.MonkeyPatch.context() as patch, npm_registry(tmp_path / "theirs", patch) as theirs:
        offer_node(theirs)
        site.files[".npmrc"] = (
            f"registry={theirs.address}/\nnode-linux-x64:registry={theirs.address}/\n"
            f"use-node-version={VERSION}\nscript-shell=/bin/false\n"
        )
        patch.undo()
        assert made(site).facts.brought
        assert theirs.requested == []


def test_another_archive_than_the_registry_names_is_not_taken(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    """Absent: nothing was brought that could be called that Node.js."""
    offer_node(registry)
    path = f"/{package_name()}/-/{package_name()}-{VERSION}.tgz"
    kept = registry.answers[f"/{package_name()}"]
    offer_node(registry, says="98.0.0")  # other bytes under the same name
    assert registry.answers[path]
    registry.answers[f"/{package_name()}"] = kept  # and the digest of before
    asks(site, registry)
    with pytest.raises(NoToolchain, match=r"98 \(\.nvmrc\) is wanted.*digest"):
        made(site)


def test_what_says_another_version_is_not_taken(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    """It is asked in the sandbox, where it runs."""
    offer_node(registry, says="12.0.0")
    asks(site, registry)
    with pytest.raises(NoToolchain, match=r"says 'v12\.0\.0"):
        made(site)


def test_a_version_that_nobody_offers_blocks_by_name(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    """So does a registry that has none."""
    asks(site, registry, "97")
    with pytest.raises(NoToolchain, match=r"97 \(\.nvmrc\) is wanted.*does not tell of"):
        made(site)
    offer_node(registry)
    with pytest.raises(NoToolchain, match=r"97 \(\.nvmrc\) is wanted.*none fits"):
        made(site)


def test_the_operator_can_have_none_brought(site: EnvironmentSite, registry: NpmRegistry) -> None:
    """Then what the files ask is absent, and nobody is asked for it."""
    offer_node(registry)
    asks(site, registry)
    look = site.look()
    object.__setattr__(look, "operator", Operator(bring_toolchains=False))
    with pytest.raises(NoToolchain, match="operator's file lets no toolchain") as raised:
        node.make(look, Install(), ".")
    assert "bring_toolchains" in raised.value.remedy
    assert registry.requested == []


def test_links_and_paths_outside_are_not_unpacked(
    site: EnvironmentSite, registry: NpmRegistry, tmp_path: Path
) -> None:
    """Of the archive of Node.js the program and its headers are taken, and no more."""
    offer_node(registry)
    own = nodes.installed()[0].program
    program = f'#!/bin/sh\n[ "$1" = --version ] && echo v{VERSION} && exit 0\nexec {own} "$@"\n'
    registry.offer(
        package_name(),
        VERSION,
        {
            "bin/node": program,
            "include/../../../outside": "x",
            "share/man.1": "x",
            "bin/other": "x",
        },
    )
    asks(site, registry)
    with pytest.raises(NoToolchain, match="no archive"):
        made(site)
    assert not list(tmp_path.rglob("outside"))


def test_a_planted_node_is_in_front_of_none(site: EnvironmentSite, registry: NpmRegistry) -> None:
    """Neither a package's program of that name nor one of the commit runs an install script."""
    offer_node(registry)
    asks(site, registry)
    planted = registry.offer(
        "node", "1.0.0", {"run": "#!/bin/sh\necho planted\n"}, bin={"node": "run"}
    )
    script = {"install": "node -e \"require('fs').writeFileSync('by', process.execPath)\""}
    left = registry.offer("left", "1.2.3", {"index.js": "1;"}, scripts=script)
    package = {"name": "shop", "version": "1.0.0", "dependencies": {"left": "*", "node": "*"}}
    site.files["package.json"] = json.dumps(package)
    site.files["package-lock.json"] = lock_of(package, {"left": left, "node": planted})
    site.files["node"] = site.files["bin/node"] = "#!/bin/sh\necho planted\n"
    modules = made(site)
    assert modules.facts.brought
    by = (modules.layer / "node_modules" / "left" / "by").read_text()
    assert by == str(nodes.installed()[0].program)
