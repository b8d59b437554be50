"""Packages are made from what a lock names: real npm and sandbox, a registry on loopback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from atom_release.gate.manifest import Install
from atom_release.lab.environments import NoEnvironment, NoToolchain, node
from atom_release.lab.environments.node import Modules
from atom_release.lab.environments.node.package_files import Project, refuse_elsewhere
from atom_release_tests.fixtures.environment_site import EnvironmentSite
from atom_release_tests.fixtures.npm_registry import (
    NEEDS_NODE,
    NpmRegistry,
    lock_of,
)

pytestmark = NEEDS_NODE
PACKAGE: dict[str, Any] = {"name": "shop", "version": "1.0.0"}


def asks(site: EnvironmentSite, lock: dict[str, Any] | None = None, **more: Any) -> None:  # noqa: ANN401
    """Let a repository ask `left` of any version, by this entry of its lock, if it has one."""
    package = {**PACKAGE, "dependencies": {"left": "*"}, **more}
    site.files["package.json"] = json.dumps(package)
    if lock is not None:
        site.files["package-lock.json"] = lock_of(package, {"left": lock})


def made(site: EnvironmentSite) -> Modules:
    return node.make(site.look(), Install(), ".")


@pytest.mark.slow
def test_packages_are_brought_by_digest_from_the_operators_registry(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    """Neither the author's .npmrc nor an address in the lock is asked; nothing of the author runs.

    What was made is taken again, without asking anybody.
    """
    entry = registry.offer("left", "1.2.3", {"index.js": "module.exports = 1;"})
    asks(
        site,
        entry | {"resolved": "http://127.0.0.1:9/npm/left/-/left-1.2.3.tgz"},
        scripts={"preinstall": "touch ran", "postinstall": "touch ran", "prepare": "touch ran"},
    )
    site.files[".npmrc"] = "registry=http://127.0.0.1:9/\n//127.0.0.1:9/:_authToken=theirs\n"
    first = made(site)
    assert (first.layer / "node_modules/left/index.js").read_text() == "module.exports = 1;"
    assert {path.name for path in first.layer.iterdir()} == {"node_modules"}
    assert set(registry.requested) == {"/left/-/left-1.2.3.tgz"}
    times = len(registry.requested)
    assert first.facts.packages == {"left": "1.2.3"}
    assert (first.facts.language, first.facts.settled) == ("JavaScript", "")
    assert not list(first.layer.rglob("ran"))
    inode = (first.layer / "node_modules").stat().st_ino
    assert (made(site).layer / "node_modules").stat().st_ino == inode
    assert len(registry.requested) == times


@pytest.mark.slow
def test_another_archive_than_the_locks_is_refused_by_name(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    """A registry that serves other bytes than the lock names is not believed."""
    entry = registry.offer("left", "1.2.3", {"index.js": "1;"})
    registry.offer("left", "1.2.3", {"index.js": "steal();"})
    asks(site, entry)
    with pytest.raises(NoEnvironment, match=r"digest that the lock names for left@1\.2\.3"):
        made(site)


@pytest.mark.slow
def test_without_a_lock_versions_are_settled_once(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    """A later version does not change what was settled, and the facts say that nothing named it."""
    registry.offer("left", "1.2.3", {"index.js": "1;"})
    asks(site)
    first = made(site)
    registry.offer("left", "1.3.0", {"index.js": "2;"})
    site.files["src/other.js"] = "1;"
    assert (made(site).facts.packages, first.facts.packages) == ({"left": "1.2.3"},) * 2
    assert "no lock" in first.facts.settled


ELSEWHERE = (
    "git+https://host/left.git",
    "file:../left",
    "user/left",
    "github:user/left",
    "git@host:user/left",
    "~/left",
    "left.tgz",
    "http://127.0.0.1:1/left",
    "npm:left@file:../left",
    "workspace:*",
)


@pytest.mark.parametrize("place", ["dependencies", "overrides"])
def test_without_a_lock_npm_is_not_asked_what_no_registry_has(
    site: EnvironmentSite, place: str
) -> None:
    """It would go there with the gate's network and the gate's eyes."""
    asks(site, **{place: {"left": "github:user/left"}})
    with pytest.raises(NoEnvironment, match="no package registry has"):
        made(site)


@pytest.mark.parametrize("text", ELSEWHERE)
def test_what_no_registry_has_is_refused_wherever_it_is_asked(text: str) -> None:
    for package in (
        {"dependencies": {"left": text}},
        {"peerDependencies": {"left": text}},
        {"overrides": {"left": text}},
        {"overrides": {"right@^1": {".": "1.0.0", "left": text}}},
    ):
        with pytest.raises(NoEnvironment, match="no package registry has"):
            refuse_elsewhere(Project("", {"": package}, None, None, (), {}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "latest",
        "^1.2.3",
        "1.x || >=2.5.0 <3",
        "1.2.3 - 2.3.4",
        "npm:@scope/left@^1",
        "~1.0.0-rc.1+b",
    ],
)
def test_what_a_registry_has_is_asked(text: str) -> None:
    package = {"dependencies": {"left": text}, "overrides": {"left": "$left", "right": {".": text}}}
    refuse_elsewhere(Project("", {"": package}, None, None, (), {}))


STEAL = """
const fs = require("fs"), net = require("net"), path = require("path");
const seen = [];
for (const place of [KEY, process.env.HOME, "/root", "/home", path.resolve("../../../..")]) {
  try { seen.push(...fs.readdirSync(place).map((name) => path.join(place, name))); } catch {}
  try { seen.push(fs.readFileSync(place, "utf8")); } catch {}
}
try { fs.writeFileSync(path.join(ARCHIVES, "poison"), "x"); seen.push("poisoned"); } catch {}
seen.push(...Object.keys(process.env).filter((name) => /key|token|userconfig/i.test(name)));
fs.writeFileSync("seen.json", JSON.stringify(seen));
const call = net.connect(PORT, "127.0.0.1", () => { fs.writeFileSync("called", ""); });
call.on("error", () => process.exit(0));
"""


@pytest.mark.slow
def test_an_install_script_sees_no_key_no_network_and_no_cache(
    site: EnvironmentSite, registry: NpmRegistry, tmp_path: Path
) -> None:
    """It runs in the sandbox alone: it did run, and it found and reached nothing."""
    key = tmp_path / "keys" / "gate.pem"
    key.parent.mkdir()
    key.write_text("the secret key")
    archives = tmp_path / "scratch" / "environments" / "archives"
    port = registry.address.rpartition(":")[2]
    program = STEAL.replace("KEY", json.dumps(str(key))).replace("PORT", port)
    program = program.replace("ARCHIVES", json.dumps(str(archives)))
    scripts = {"postinstall": "node steal.js"}
    asks(site, registry.offer("left", "1.2.3", {"steal.js": program}, scripts=scripts))
    site.hidden = (key.parent,)
    left = made(site).layer / "node_modules/left"
    seen = json.loads((left / "seen.json").read_text())
    assert not [text for text in seen if "secret" in text or "gate.pem" in text]
    assert "poisoned" not in seen
    assert not (archives / "poison").exists()
    assert not (left / "called").exists()


@pytest.mark.slow
def test_an_install_script_that_fails_is_told_by_its_package(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    """The packages are there all the same: tests may not need what it would have built."""
    scripts = {"install": "echo the compiler wants a network; exit 3"}
    asks(site, registry.offer("left", "1.2.3", {"index.js": "1;"}, scripts=scripts))
    unbuilt = made(site).facts.unbuilt
    assert list(unbuilt) == ["left"]
    assert "without network" in unbuilt["left"]


@pytest.mark.slow
def test_a_program_named_node_shadows_none(site: EnvironmentSite, registry: NpmRegistry) -> None:
    """What a package calls `node` comes after the machine's on the path of a suite."""
    files = {"fake.js": "#!/bin/sh\necho fake"}
    asks(site, registry.offer("left", "1.2.3", files, bin={"node": "fake.js"}))
    site.files["test/path.test.js"] = (
        "const { test } = require('node:test'); const assert = require('node:assert');\n"
        "const { execSync } = require('node:child_process');\n"
        "test('node', () => assert.equal(execSync('node -p 6*7').toString(), '42\\n'));\n"
    )
    site.files["src/index.js"] = "exports.one = () => 1;"
    evidence = site.ask()
    assert "1 of 1 tests passed" in evidence.reason


def test_packages_in_the_commit_are_refused(site: EnvironmentSite) -> None:
    """They would stand in front of those that the lock names."""
    asks(site)
    site.files["node_modules/left/index.js"] = "1;"
    with pytest.raises(NoEnvironment, match="the commit holds node_modules itself"):
        made(site)


def test_a_lock_of_another_tool_is_told_by_name(site: EnvironmentSite) -> None:
    """It is not passed over: other versions would be tested than the author's."""
    asks(site)
    site.files["bun.lock"] = "{}"
    with pytest.raises(NoEnvironment, match=r"bun\.lock is not read"):
        made(site)


def test_a_node_that_the_files_ask_and_nobody_has_blocks(
    site: EnvironmentSite,
    registry: NpmRegistry,  # noqa: ARG001 - no other is asked
) -> None:
    """By the package's engines."""
    asks(site, engines={"node": ">=99"})
    with pytest.raises(NoToolchain, match="engines"):
        made(site)


@pytest.mark.slow
def test_members_of_a_workspace_are_those_of_the_copy(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    """A member is a link into the tree, and has its own packages beside it."""
    entry = registry.offer("left", "1.2.3", {"index.js": "1;"})
    older = registry.offer("left", "1.0.0", {"index.js": "0;"})
    member = {"name": "a", "version": "1.0.0", "dependencies": {"left": "1.0.0"}}
    package = {**PACKAGE, "workspaces": ["parts/*"], "dependencies": {"left": "1.2.3"}}
    site.files |= {
        "package.json": json.dumps(package),
        "parts/a/package.json": json.dumps(member),
        "package-lock.json": json.dumps(
            {
                "lockfileVersion": 3,
                "packages": {
                    "": package,
                    "parts/a": member,
                    "node_modules/a": {"resolved": "parts/a", "link": True},
                    "node_modules/left": entry,
                    "parts/a/node_modules/left": older,
                },
            }
        ),
    }
    modules = node.make(site.look(), Install(), "parts/a")
    assert modules.places == ("node_modules", "parts/a/node_modules")
    assert str((modules.layer / "node_modules/a").readlink()) == "../parts/a"
    assert modules.find("left", "parts/a") == "parts/a/node_modules/left"
    assert modules.find("left", "") == "node_modules/left"


@pytest.mark.slow
def test_a_lock_of_pnpm_is_installed_as_it_names(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    """Programs and scripts stand in the archives alone; what differs lies where it is needed."""
    new = registry.offer("deep", "2.0.0", {"index.js": "module.exports = 2;"})
    old = registry.offer("deep", "1.0.0", {"index.js": "module.exports = 1;"})
    left = registry.offer(
        "left",
        "1.2.3",
        {"index.js": "module.exports = require('deep');", "cli.js": "#!/usr/bin/env node\n"},
        bin={"left": "cli.js"},
        scripts={"postinstall": "touch made"},
    )
    site.files["package.json"] = json.dumps({**PACKAGE, "dependencies": {"deep": "workspace:^1"}})
    site.files["pnpm-workspace.yaml"] = "packages: ['parts/*']\n"
    site.files["parts/own/package.json"] = json.dumps({"name": "own", "version": "1.0.0"})
    site.files["pnpm-lock.yaml"] = f"""
lockfileVersion: '9.0'
importers:
  .: {{dependencies: {{deep: {{version: 1.0.0}}, left: {{version: 1.2.3}}}}}}
  parts/own: {{}}
packages:
  deep@1.0.0: {{resolution: {{integrity: {old["integrity"]}}}}}
  deep@2.0.0: {{resolution: {{integrity: {new["integrity"]}}}}}
  left@1.2.3: {{resolution: {{integrity: {left["integrity"]}}}}}
snapshots:
  deep@1.0.0: {{}}
  deep@2.0.0: {{}}
  left@1.2.3: {{dependencies: {{deep: 2.0.0}}}}
"""
    modules = made(site)
    folder = modules.layer / "node_modules"
    assert (folder / "deep/index.js").read_text() == "module.exports = 1;"
    assert (folder / "left/node_modules/deep/index.js").read_text() == "module.exports = 2;"
    assert (folder / ".bin/left").exists()
    assert (folder / "left/made").exists()
    assert (folder / "own").is_symlink()
    assert modules.facts.settled == ""
    assert modules.facts.packages == {"deep": "1.0.0, 2.0.0", "left": "1.2.3"}


@pytest.mark.slow
def test_a_lock_of_a_later_yarn_names_versions_and_the_registry_the_digests(
    site: EnvironmentSite, registry: NpmRegistry
) -> None:
    """They are asked once, and the facts say so."""
    registry.offer("left", "1.2.4", {"index.js": "module.exports = 4;"})
    registry.offer("left", "1.2.3", {"index.js": "module.exports = 3;"})
    site.files["package.json"] = json.dumps({**PACKAGE, "dependencies": {"left": "^1.0.0"}})
    site.files["yarn.lock"] = (
        '\n__metadata:\n  version: 8\n\n"left@npm:^1.0.0":\n  version: 1.2.3\n'
        '  resolution: "left@npm:1.2.3"\n  checksum: 10/abc\n'
    )
    modules = made(site)
    assert (modules.layer / "node_modules/left/index.js").read_text() == "module.exports = 3;"
    assert (
        "the digests of 1 archives are those that the registry gave once" in modules.facts.settled
    )
    times = len(registry.requested)
    made(site)
    assert len(registry.requested) == times
