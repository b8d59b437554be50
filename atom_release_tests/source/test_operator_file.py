"""The operator's file: what a good one comes to, and how a bad one is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from atom_release.errors import Misuse
from atom_release.gate.operator import DEFAULT_FLOOR, Operator
from atom_release.records.signing_keys import ensure_key
from atom_release.source.operator_file import check_outside, read_operator


def test_without_a_file_the_defaults_hold() -> None:
    assert read_operator(None).operator == Operator()
    assert read_operator(None).operator.floor == DEFAULT_FLOOR
    assert not read_operator(None).digest


def test_an_empty_file_is_the_defaults_and_has_a_digest(tmp_path: Path) -> None:
    (tmp_path / "operator.yaml").write_text("")
    operator = read_operator(tmp_path / "operator.yaml")
    assert operator.operator == Operator()
    assert operator.digest == hashlib.sha256(b"").hexdigest()


def test_a_key_is_read_from_the_file_that_lies_beside(tmp_path: Path) -> None:
    ensure_key(tmp_path / "ada")
    (tmp_path / "operator.yaml").write_text(
        "people: [{name: Ada, addresses: [ada@example.com, ada@home.example], keys: [ada.pub]}]\n"
    )
    operator = read_operator(tmp_path / "operator.yaml").operator
    assert operator.people[0].keys == ((tmp_path / "ada.pub").read_text().strip() + "\n",)


REFUSED = {
    "an unknown field": ("flor: []\n", "flor"),
    "an unknown criterion": ("floor: [AC9]\n", "AC9"),
    "a key that is not there": ("gates: [no.pub]\n", "no.pub"),
    "a key that is none": ("gates: [operator.yaml]\n", "no public key"),
    "two people with one address": (
        "people: [{name: A, addresses: [a@b.c]}, {name: B, addresses: [A@b.c]}]\n",
        "share the address",
    ),
    "a relative path to read": ("readable: [opt]\n", "absolute"),
    "a token instead of its variable": ("forge: {token: ghp-123}\n", "variable"),
    "no YAML": ("floor: [\n", "not YAML"),
    "a list": ("- a\n", "valid dictionary"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_misuse_that_names_the_place(name: str, tmp_path: Path) -> None:
    text, saying = REFUSED[name]
    (tmp_path / "operator.yaml").write_text(text)
    with pytest.raises(Misuse, match=saying):
        read_operator(tmp_path / "operator.yaml")


def test_a_file_that_is_not_there_is_misuse(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="cannot be read"):
        read_operator(tmp_path / "operator.yaml")


def test_a_file_in_the_judged_repository_is_not_the_operators(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    (tmp_path / "link.yaml").symlink_to(repository / "operator.yaml")
    check_outside(tmp_path / "operator.yaml", repository)
    for place in (repository / "operator.yaml", tmp_path / "link.yaml"):
        with pytest.raises(Misuse, match="lies in the repository"):
            check_outside(place, repository)
