"""A package-lock.json and package.json files are text: what is taken from them, and what refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atom_release.lab.environments import NoEnvironment
from atom_release.lab.environments.node.lock import Lock, read_lock

DIGEST = "sha512-" + "A" * 86 + "=="
FINE = {
    "version": "1.2.3",
    "resolved": "https://registry.npmjs.org/left/-/left-1.2.3.tgz",
    "integrity": DIGEST,
}


def read(packages: dict[str, Any], *folders: str, version: int = 3) -> Lock:
    content = json.dumps({"lockfileVersion": version, "packages": packages})
    return read_lock(content.encode(), "package-lock.json", {"", *folders})


def test_an_archive_is_taken_by_name_version_and_digest_whatever_its_address() -> None:
    """The address of another host is no place that is asked: only the registry's own form counts."""
    elsewhere = FINE | {"resolved": "https://evil.example/npm/left/-/left-1.2.3.tgz"}
    lock = read({"": {"name": "x", "scripts": {"a": "b"}}, "node_modules/left": elsewhere})
    assert [tarball.label for tarball in lock.tarballs] == ["left@1.2.3"]
    assert "evil" not in lock.text
    assert "scripts" not in lock.text


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (FINE | {"integrity": ""}, "without its integrity"),
        (FINE | {"integrity": "sha512-A"}, "without its integrity"),
        (FINE | {"integrity": "sha512-AAAA"}, "without its integrity"),
        ({"version": "1.2.3", "resolved": FINE["resolved"]}, "without its integrity"),
        (FINE | {"resolved": "git+ssh://git@host/left.git#abc"}, "no package registry"),
        (FINE | {"resolved": "https://host/left.tar.gz"}, "no package registry"),
        (FINE | {"resolved": "file:../left.tgz"}, "no package registry"),
        (FINE | {"version": "--registry=http://evil"}, "no package registry"),
        (FINE | {"name": "--script-shell=sh"}, "no package registry"),
        ({"link": True, "resolved": "../outside"}, "no package of this repository"),
        ({"link": True, "resolved": "/etc"}, "no package of this repository"),
        ("text", "no package at"),
    ],
)
def test_what_no_registry_has_is_refused_by_name(entry: Any, sentence: str) -> None:  # noqa: ANN401
    """Each with the words that were there."""
    with pytest.raises(NoEnvironment, match=sentence):
        read({"": {}, "node_modules/left": entry})


def test_a_member_of_the_workspace_is_a_folder_of_the_tree() -> None:
    """A link to a member stands; one to another folder is refused (above)."""
    packages = {
        "": {"workspaces": ["packages/*"]},
        "packages/a": {"name": "a", "bin": {"a": "cli.js"}},
        "node_modules/a": {"link": True, "resolved": "packages/a"},
    }
    lock = read(packages, "packages/a")
    assert json.loads(lock.text)["packages"]["node_modules/a"]["link"] is True
    assert "cli.js" not in lock.text
    with pytest.raises(NoEnvironment, match="no package of this repository"):
        read(packages)


def test_an_older_lock_is_told() -> None:
    """Version 1 has no digests of all packages in one place."""
    with pytest.raises(NoEnvironment, match="lockfileVersion 2 or 3"):
        read({"": {}}, version=1)


@pytest.mark.parametrize(
    ("entry", "taken"),
    [
        ({"optional": True, "os": ["aix"]}, False),
        ({"optional": True, "cpu": ["!x64", "!arm64"]}, False),
        ({"optional": True, "os": ["linux", "darwin"]}, True),
        ({"os": ["aix"]}, True),
    ],
)
def test_an_optional_package_of_another_machine_is_not_brought(
    entry: dict[str, Any], *, taken: bool
) -> None:
    """Npm passes over it too; one that is not optional is always asked."""
    assert bool(read({"": {}, "node_modules/left": FINE | entry}).tarballs) is taken
