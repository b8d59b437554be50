"""Locks of pnpm and yarn are text: what they name, and where npm is told to lay it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atom_release.lab.environments import NoEnvironment
from atom_release.lab.environments.node.graph import Graph, Needs, Package
from atom_release.lab.environments.node.npm_lock import is_former, read_npm
from atom_release.lab.environments.node.placement import Details, lay_out, needed
from atom_release.lab.environments.node.pnpm_lock import read_pnpm
from atom_release.lab.environments.node.yarn_lock import read_yarn

DIGEST = "sha512-" + "A" * 86 + "=="
PNPM_9 = f"""
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      left: {{specifier: ^1.0.0, version: 1.2.3(right@2.0.0)}}
      other: {{specifier: 'npm:right@2', version: right@2.0.0}}
      shop: {{specifier: 'workspace:*', version: link:packages/shop}}
  packages/shop:
    devDependencies:
      right: {{specifier: ^1.0.0, version: 1.0.0}}
packages:
  left@1.2.3: {{resolution: {{integrity: {DIGEST}}}, peerDependencies: {{right: '*'}}}}
  right@1.0.0: {{resolution: {{integrity: {DIGEST}}}}}
  right@2.0.0: {{resolution: {{integrity: {DIGEST}}}}}
snapshots:
  left@1.2.3(right@2.0.0): {{dependencies: {{right: 2.0.0}}}}
  right@1.0.0: {{}}
  right@2.0.0: {{}}
"""
PNPM_6 = f"""
lockfileVersion: '6.0'
dependencies:
  left: {{specifier: ^1.0.0, version: 1.2.3(right@2.0.0)}}
packages:
  /left@1.2.3(right@2.0.0):
    resolution: {{integrity: {DIGEST}}}
    dependencies: {{right: 2.0.0}}
  /right@2.0.0: {{resolution: {{integrity: {DIGEST}}}}}
"""
PNPM_5 = f"""
lockfileVersion: 5.4
specifiers: {{'@of/left': ^1.0.0}}
dependencies: {{'@of/left': 1.2.3_right@2.0.0}}
packages:
  /@of/left/1.2.3_right@2.0.0:
    resolution: {{integrity: {DIGEST}}}
    dependencies: {{right: 2.0.0}}
  /right/2.0.0: {{resolution: {{integrity: {DIGEST}}}}}
"""
YARN_1 = f"""# yarn lockfile v1


"@of/left@^1.0.0", "@of/left@^1.2.0":
  version "1.2.3"
  resolved "https://registry.yarnpkg.com/@of/left/-/left-1.2.3.tgz#{"a" * 40}"
  integrity {DIGEST}
  dependencies:
    right "^2.0.0"
  optionalDependencies:
    elsewhere "1.0.0"

right@^2.0.0:
  version "2.0.0"
  resolved "https://registry.yarnpkg.com/right/-/right-2.0.0.tgz#{"b" * 40}"

"short@npm:right@^1.0.0":
  version "1.0.0"
  resolved "https://registry.yarnpkg.com/right/-/right-1.0.0.tgz#{"c" * 40}"
"""
NPM_6: dict[str, Any] = {
    "lockfileVersion": 1,
    "dependencies": {
        "left": {
            "version": "1.2.3",
            "integrity": DIGEST,
            "requires": {"right": "^1.0.0", "elsewhere": "1", "held": "1"},
            "dependencies": {
                "right": {"version": "1.0.0", "integrity": DIGEST},
                "held": {"version": "1.0.0", "bundled": True},
            },
        },
        "right": {"version": "2.0.0", "integrity": DIGEST, "requires": {"left": "*"}},
        "elsewhere": {"version": "1.0.0", "integrity": DIGEST, "optional": True},
        "unasked": {"version": "1.0.0", "integrity": DIGEST},
        "renamed": {"version": "npm:@of/real@3.0.0", "integrity": DIGEST},
    },
}
BERRY = """
__metadata:
  version: 8

"left@npm:^1.0.0":
  version: 1.2.3
  resolution: "left@npm:1.2.3"
  dependencies:
    right: "npm:^2.0.0"
  checksum: 10/abc
  linkType: hard

"right@npm:^2.0.0":
  version: 2.0.0
  resolution: "right@npm:2.0.0"
  linkType: hard

"right@patch:right@npm%3A^2.0.0#optional!builtin<compat/right>":
  version: 2.0.0
  resolution: "right@patch:right@npm%3A2.0.0#optional!builtin<compat/right>::version=2.0.0"
  linkType: hard

"shop@workspace:.":
  version: 0.0.0-use.local
  resolution: "shop@workspace:."
  linkType: soft
"""


def pnpm(text: str, *folders: str) -> Graph:
    return read_pnpm(text.encode(), "pnpm-lock.yaml", {"", *folders})


def yarn(text: str, package: dict[str, Any], **members: dict[str, Any]) -> Graph:
    return read_yarn(text.encode(), "yarn.lock", {"": package, **members})


def laid(graph: Graph, **names: str) -> dict[str, Any]:
    stated = {folder: names.get(folder, folder or "top") for folder in graph.folders}
    packages: dict[str, Any] = json.loads(lay_out(graph, stated, {}))["packages"]
    return packages


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (PNPM_6, ["left@1.2.3", "right@2.0.0"]),
        (PNPM_5, ["@of/left@1.2.3", "right@2.0.0"]),
    ],
)
def test_older_locks_of_pnpm_name_the_same(text: str, labels: list[str]) -> None:
    """Their keys are written otherwise, with peers behind them."""
    graph = pnpm(text)
    assert sorted(package.label for package in graph.packages.values()) == labels
    assert all(package.digest for package in graph.packages.values())


def test_what_differs_lies_deeper_and_members_are_links() -> None:
    """Each folder finds the version that its lock names; an alias has its registry's name beside."""
    packages = laid(pnpm(PNPM_9, "packages/shop"), **{"packages/shop": "shop"})
    assert packages["node_modules/shop"] == {"link": True, "resolved": "packages/shop"}
    assert packages["node_modules/other"]["name"] == "right"
    versions = {place: entry.get("version") for place, entry in packages.items()}
    assert versions["node_modules/left"] == "1.2.3"
    right = "node_modules/right"
    by_left = versions.get(f"node_modules/left/{right}", versions.get(right))
    by_shop = versions.get(f"packages/shop/{right}", versions.get(right))
    assert (by_left, by_shop) == ("2.0.0", "1.0.0")
    assert packages[""]["dependencies"] == {"left": "1.2.3", "other": "npm:right@2.0.0"}
    assert packages["packages/shop"]["dependencies"] == {"right": "1.0.0"}


def test_a_package_that_was_laid_is_not_hidden_by_a_later_one() -> None:
    """What one found further out stays what it finds there."""
    versions = {"deep": "1.0.0", "x1": "1.0.0", "x2": "2.0.0"}
    names = {"deep": "deep", "x1": "x", "x2": "x"}
    needs = {"deep": Needs({"x": "x2"}), "x1": Needs(), "x2": Needs()}
    packages = {
        key: Package(names[key], versions[key], "sha1", "AA", needs[key]) for key in versions
    }
    graph = Graph(
        "lock", packages, {"": Needs({"deep": "deep", "x": "x1"}), "a": Needs({"x": "x2"})}
    )
    laid_out = laid(graph)
    assert laid_out["node_modules/x"]["version"] == "1.0.0"
    assert laid_out["node_modules/deep/node_modules/x"]["version"] == "2.0.0"
    assert laid_out["a/node_modules/x"]["version"] == "2.0.0"


def test_the_first_yarn_names_archives_by_digest_or_by_the_one_of_its_address() -> None:
    """An alias, a scope, an optional package that its lock does not hold."""
    graph = yarn(YARN_1, {"dependencies": {"@of/left": "^1.2.0", "short": "npm:right@^1.0.0"}})
    by_label = {package.label: package for package in graph.packages.values()}
    assert sorted(by_label) == ["@of/left@1.2.3", "right@1.0.0", "right@2.0.0"]
    assert by_label["@of/left@1.2.3"].kind == "sha512"
    assert by_label["right@2.0.0"].kind == "sha1"


def test_a_version_that_the_package_file_forces_is_taken() -> None:
    """`resolutions` of package.json: the lock holds the forced range alone."""
    text = YARN_1.replace("right@^2.0.0:", "right@^3.0.0:")
    package = {"dependencies": {"@of/left": "^1.0.0"}, "resolutions": {"**/right": "^3.0.0"}}
    labels = {entry.label for entry in yarn(text, package).packages.values()}
    assert labels == {"@of/left@1.2.3", "right@2.0.0"}


def test_a_later_yarn_names_versions_and_no_digest_of_their_archives() -> None:
    """What yarn itself changes for its own way of loading is taken as the registry has it."""
    graph = yarn(BERRY, {"name": "shop", "dependencies": {"left": "^1.0.0"}})
    assert {entry.label: entry.digest for entry in graph.packages.values()} == {
        "left@1.2.3": "",
        "right@2.0.0": "",
    }


@pytest.mark.parametrize(
    ("read", "sentence"),
    [
        (lambda: pnpm(PNPM_9), "no package of this repository"),
        (lambda: pnpm(f"{PNPM_6}\npatchedDependencies: {{left@1.2.3: {{path: x}}}}"), "patches of"),
        (lambda: pnpm(PNPM_6.replace("/right@2.0.0:", "/wrong@2.0.0:")), "does not name"),
        (lambda: pnpm(PNPM_6.replace(DIGEST, "sha512-A")), "without its integrity"),
        (
            lambda: pnpm(PNPM_6.replace("integrity:", "tarball: 'https://host/x.tgz', integrity:")),
            "no package registry",
        ),
        (lambda: pnpm("- 1"), "no lock of pnpm"),
        (lambda: yarn(YARN_1, {"dependencies": {"absent": "^1.0.0"}}), "does not name"),
        (
            lambda: yarn(
                YARN_1.replace("registry.yarnpkg.com/right/-/right-2.0.0.tgz", "host/x.tgz"),
                {"dependencies": {"@of/left": "^1.0.0"}},
            ),
            "no package registry",
        ),
        (
            lambda: yarn(
                BERRY.replace('"left@npm:1.2.3"', '"left@patch:left@npm%3A1#./mine.patch"'),
                {"dependencies": {"left": "^1.0.0"}},
            ),
            "no package registry",
        ),
    ],
)
def test_what_no_registry_has_is_refused_by_name(read: Any, sentence: str) -> None:  # noqa: ANN401
    """Each with the words that were there."""
    with pytest.raises(NoEnvironment, match=sentence):
        read()


def test_an_optional_package_of_another_machine_is_left_out() -> None:
    """Whether its lock says so or its own package.json."""
    packages = {
        "a": Package("a", "1.0.0", "sha1", "AA", machines={"os": ["aix"]}),
        "b": Package("b", "1.0.0", "sha1", "AA"),
        "c": Package("c", "1.0.0", "sha1", "AA"),
    }
    named = {key: key for key in packages}
    graph = Graph("lock", packages, {"": Needs(named, frozenset({"a", "b"}))})
    details = {"b@1.0.0": Details(machines={"cpu": ["!x64", "!arm64"]})}
    assert needed(graph, details) == {"c"}
    assert "b" not in json.dumps(json.loads(lay_out(graph, {"": "top"}, details))["packages"][""])


def test_a_lock_is_read_from_the_bytes_alone() -> None:
    """A lock larger than a manifest may be is read, one beyond any limit refused."""
    many = "".join(f"  /x@1.{n}.0: {{resolution: {{integrity: {DIGEST}}}}}\n" for n in range(2_000))
    assert len(pnpm(f"{PNPM_6}{many}").packages) == 2
    with pytest.raises(NoEnvironment, match="cannot be read"):
        pnpm(f"lockfileVersion: 9\npackages:\n{'  a: {b: c}' * 3_000_000}")


def npm(stated: dict[str, Any], **needs: str) -> Graph:
    packages = {"": {"dependencies": needs}}
    return read_npm(json.dumps(stated).encode(), "package-lock.json", packages)


def test_a_lock_of_npm_6_is_laid_out_as_it_says() -> None:
    """Each package gets the one within it, else the one further out; what it bundles it holds."""
    packages = laid(npm(NPM_6, left="^1", right="^2", renamed="*"))
    shown = {place: entry.get("version") for place, entry in packages.items() if place}
    assert shown == {
        "node_modules/left": "1.2.3",
        "node_modules/left/node_modules/right": "1.0.0",
        "node_modules/right": "2.0.0",
        "node_modules/elsewhere": "1.0.0",
        "node_modules/renamed": "3.0.0",
    }
    assert packages["node_modules/renamed"]["name"] == "@of/real"
    assert needed(
        npm(NPM_6, left="^1"), {"elsewhere@1.0.0": Details(machines={"os": ["aix"]})}
    ) == {
        "left",
        "left > right",
    }


def test_a_lock_of_npm_6_names_what_package_json_asks_and_registries_alone() -> None:
    with pytest.raises(NoEnvironment, match="needs absent, which it does not name"):
        npm(NPM_6, absent="1")
    away = {"dependencies": {"left": {"version": "git+https://example.org/left.git#1"}}}
    with pytest.raises(NoEnvironment, match="no package registry's archive"):
        npm(away, left="1")


def test_what_npm_7_writes_is_no_former_lock() -> None:
    assert is_former(json.dumps(NPM_6).encode())
    assert not is_former(json.dumps({**NPM_6, "packages": {}}).encode())
    assert not is_former(b"[")
