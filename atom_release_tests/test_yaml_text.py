"""YAML within limits: what an author can write to keep the reader busy, and what stays readable."""

from __future__ import annotations

import pytest

from atom_release.yaml_text import DEEPEST, LARGEST, MOST_NODES, YamlTextError, read_yaml

LEVELS = "\n".join(
    ["- &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"- &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20)]
)
REFUSED = {
    "aliases that multiply": (LEVELS, "stands for more than"),
    "merged keys that multiply": (
        "a0: &a0 {x: 1}\n"
        + "".join(
            f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 12)
        ),
        "stands for more than",
    ),
    "an alias of itself": ("&a [*a]", "stands for itself"),
    "deep nesting in flow style": ("[" * 5000 + "]" * 5000, "deep"),
    "deep nesting in block style": (
        "\n".join(" " * level + "a:" for level in range(DEEPEST + 2)),
        "deep",
    ),
    "an integer without end": ("a: 1" + "0" * 5000, "a number of"),
    "hexadecimal without end": ("a: 0x" + "f" * 5000, "a number of"),
    "a key twice": ("a: 1\nb: 2\na: 3", "stands twice, line 3"),
    "a merge twice": ("a: {<<: {b: 1}, <<: {c: 2}}", "'<<' stands twice"),
    "a key twice deep inside": ("a: [{b: {c: 1, c: 2}}]", "stands twice"),
    "an unknown escape": ('a: "\\q"', "unknown escape"),
    "an escape character": ("a: \x1b[1G", "control characters"),
    "a day that is none": ("a: 2026-13-99", "cannot be read"),
    "more values than are read": ("[" + "a," * (MOST_NODES + 1) + "]", "stands for more than"),
    "more bytes than are read": ("a" * (LARGEST + 1), "at most"),
    "an object to be made": ("!!python/object/apply:os.getcwd []", "constructor"),
    "two documents": ("a: 1\n---\nb: 1", "single document"),
    "bytes that are no text": ("\udcff\udcfe\udcff", "unacceptable|decode"),
    "a key that is a mapping": ("? {a: b}\n: 1", "unhashable"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_document_is_refused_in_one_sentence(name: str) -> None:
    text, saying = REFUSED[name]
    with pytest.raises(YamlTextError, match=saying) as refused:
        read_yaml(text.encode(errors="surrogateescape"))
    assert "\n" not in str(refused.value)


GOOD = {
    "merged keys give way to written ones": (
        "x: &x {a: 1, b: 1}\ny: {<<: *x, a: 2}",
        {"x": {"a": 1, "b": 1}, "y": {"a": 2, "b": 1}},
    ),
    "an anchor used often": ("a: &a [1, 2]\nb: [*a, *a]", {"a": [1, 2], "b": [[1, 2], [1, 2]]}),
    "the same key in another mapping": ("a: {x: 1}\nb: {x: 1}", {"a": {"x": 1}, "b": {"x": 1}}),
    "numbers": ("[1, 0x1f, 1.5, 1e3]", [1, 31, 1.5, "1e3"]),
    "nothing": ("", None),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_people_write_is_read(name: str) -> None:
    text, data = GOOD[name]
    assert read_yaml(text.encode()) == data
