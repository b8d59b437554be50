"""What a project's files say of the Node.js that it is for: ranges of versions, and no more."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from atom_release.lab.environments.node.named import asked_ranges, preferred, version_range
from atom_release.source.commit import open_tree

OF_TODAY = "2026-06-01"


def preference(
    folder: Path,
    files: dict[str, str],
    *,
    directory: str = "",
    day: str = OF_TODAY,
    volta: object = None,
) -> tuple[str, str]:
    """Return where it stands and which is best, of a commit of these files."""
    tree = open_tree(committed(folder, files, day), "HEAD")
    had = preferred(tree, directory, directory, {} if volta is None else {"volta": volta})
    return had.place, had.best


def committed(folder: Path, files: dict[str, str], day: str) -> Path:
    folder.mkdir(exist_ok=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    author = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    moment = {"GIT_COMMITTER_DATE": f"{day}T10:00:00Z", "PATH": "/usr/local/bin:/usr/bin:/bin"}
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        [*author, "commit", "-qm", "all", "--allow-empty"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True, env=moment)  # noqa: S607 - the git on the path
    return folder


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("v20.11.1\n", "20"),
        ("lts/iron", "20"),
        ("lts/dubnium", "10"),
        ("# x\n18", "18"),
        ("14.x", "14"),
        ("lts/*", ""),
        ("lts/-1", ""),
        ("node", ""),
        ("", ""),
        ("../../x", ""),
        ("latest || evil", ""),
        ("https://127.0.0.1:9/node.tgz", ""),
        ("--registry=http://127.0.0.1:9", ""),
        ("iojs-v3", ""),
        ("18-of-mine", ""),
        ("9999999999", ""),
        ("18 --registry=http://127.0.0.1:9", "18"),
    ],
)
def test_a_file_of_developers_names_a_major_or_nothing(text: str, wanted: str) -> None:
    """A full version stands for its major; no other word of the file goes on."""
    assert version_range(text) == wanted


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"Dockerfile": "FROM node:10\n"}, ("Dockerfile", "10")),
        (
            {
                "Dockerfile": "FROM --platform=linux/amd64 docker.io/library/node:12.22-alpine AS x\n"
            },
            ("Dockerfile", "12"),
        ),
        ({"Dockerfile": "ARG V=14\nFROM node:${V}-slim\n"}, ("Dockerfile", "14")),
        ({"Dockerfile": "FROM node:${V:-16}-slim\n"}, ("Dockerfile", "16")),
        ({"Dockerfile": "FROM node:lts-gallium\n"}, ("Dockerfile", "16")),
        (
            {"Dockerfile": "FROM node:18 AS b\nFROM node:16\nFROM nginx:1.27\n"},
            ("Dockerfile", "16"),
        ),
        ({"Dockerfile.dev": "FROM node:10\n"}, ("Dockerfile.dev", "10")),
        (
            {"docker-compose.yml": "services:\n  a:\n    image: node:12-alpine\n"},
            ("docker-compose.yml", "12"),
        ),
        ({".tool-versions": "python 3.11\nnodejs 18.2.0\n"}, (".tool-versions", "18")),
        (
            {".github/workflows/ci.yml": "with:\n  node-version: [10.x, 12.x] # and 14\n"},
            (".github/workflows/ci.yml", "10 || 12"),
        ),
        (
            {".travis.yml": 'language: node_js\nnode_js:\n  - "8"\n  - lts/*\n'},
            (".travis.yml", "8"),
        ),
        # of others no word is taken: what names no version leaves the day of the commit
        ({"Dockerfile": "FROM node:latest\n"}, ("of the commit's day, 2026-06-01", "24")),
        ({"Dockerfile": "FROM evil.example/evil:10\n"}, ("of the commit's day, 2026-06-01", "24")),
        ({"Dockerfile": "FROM node:../../10\n"}, ("of the commit's day, 2026-06-01", "24")),
        ({"Dockerfile": "FROM node:$(curl evil)\n"}, ("of the commit's day, 2026-06-01", "24")),
    ],
)
def test_what_the_authors_had(
    tmp_path: Path, files: dict[str, str], wanted: tuple[str, str]
) -> None:
    """By the image that is deployed, the developers' tools, the pipeline."""
    assert preference(tmp_path / "r", files) == wanted


def test_a_folders_own_image_is_asked_before_the_roots(tmp_path: Path) -> None:
    """And one that only another folder has is not asked at all."""
    files = {
        "Dockerfile": "FROM node:18\n",
        "api/Dockerfile": "FROM node:14\n",
        "web/Dockerfile": "FROM node:12\n",
    }
    assert preference(tmp_path / "r", files, directory="api") == ("api/Dockerfile", "14")


def test_a_version_that_volta_pins_is_preferred(tmp_path: Path) -> None:
    assert preference(tmp_path / "r", {}, volta={"node": "14.17.0"})[1] == "14"
    assert preference(tmp_path / "s", {}, volta={"node": ["../x"]})[1] == "24"


@pytest.mark.parametrize(
    ("day", "wanted"), [("2015-01-01", "8"), ("2019-10-20", "10"), ("2019-10-21", "12")]
)
def test_the_day_of_a_commit_tells_what_there_was(tmp_path: Path, day: str, wanted: str) -> None:
    """Where no file does: nobody had a Node.js that came later."""
    assert preference(tmp_path / "r", {}, day=day)[1] == wanted


def test_what_engines_say_is_passed_on_as_it_is(tmp_path: Path) -> None:
    """Only npm's reader of ranges knows which of them is one; see `nodes`."""
    tree = open_tree(committed(tmp_path / "r", {".nvmrc": "../../x"}, OF_TODAY), "HEAD")
    root = {"engines": {"node": "^10 || evil"}}
    assert dict(asked_ranges(tree, "", "", root)) == {
        "package.json, engines": "^10 || evil",
        ".nvmrc": "",
    }
