"""Which Node.js a project is run with: the machine's, one that is brought, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from atom_release.lab.environments import NoToolchain
from atom_release.lab.environments.node import nodes
from atom_release.lab.environments.node.named import Preferred
from atom_release.lab.environments.node.nodes import Node
from atom_release_tests.fixtures.npm_registry import NEEDS_NODE

pytestmark = NEEDS_NODE
Bring = Callable[[Mapping[str, str], Node], Node]


def refuse(ranges: Mapping[str, str], _own: Node) -> Node:
    raise NoToolchain(f"none is offered within {', '.join(ranges.values())}")


def offer(ranges: Mapping[str, str], own: Node) -> Node:
    """Bring one whose version says what was asked."""
    return Node(Path("/brought/bin/node"), " ".join(ranges.values()), own.npm, "brought")


def older() -> str:
    """Return a major that this machine has not."""
    have = {node.parts[0] for node in nodes.installed()}
    return str(next(major for major in range(10, 40) if major not in have))


def test_a_node_that_is_lacking_blocks() -> None:
    """Every range has to be met; a range that npm cannot read asks nothing."""
    with pytest.raises(NoToolchain, match=r"Node\.js >=99 .*is wanted.*none is offered"):
        nodes.choose({"package.json, engines": ">=99"}, None, refuse)
    for ranges in ({"engines": ">= 12", ".nvmrc": ""}, {"engines": "no range at all"}):
        chosen = nodes.choose(ranges, None, refuse)
        assert (chosen.node, chosen.instead_of) == (chosen.own, {})


def test_a_node_that_the_files_ask_is_brought() -> None:
    """Npm is this machine's all the same."""
    chosen = nodes.choose({"package.json, engines": ">=99"}, None, offer)
    assert (chosen.node.version, chosen.own in nodes.installed()) == (">=99", True)


def test_what_the_authors_had_is_brought_and_else_the_nearest_is_said_to_be() -> None:
    """Nothing is said where the machine has it, or where its own files rule it out."""
    major = older()
    had = Preferred("Dockerfile", major, major)
    assert nodes.choose({}, had, offer).node.version == major
    nearest = nodes.choose({}, had, refuse)
    assert nearest.node == nearest.own
    assert list(nearest.instead_of) == [f"Node.js {major} (Dockerfile)"]
    assert not nodes.choose({"engines": f">{major}"}, had, refuse).instead_of
    own = str(nodes.installed()[0].parts[0])
    assert not nodes.choose({}, Preferred("Dockerfile", own, own), refuse).instead_of


@pytest.mark.parametrize(
    "text",
    [
        "--require=/etc/passwd",
        "latest || evil",
        "../../x",
        "http://127.0.0.1:9/node.tgz",
        "9" * 2000,
        "$(touch ran)",
        "\u0000",
    ],
)
def test_a_range_that_is_none_asks_nothing(text: str) -> None:
    """It reaches npm's reader as one word behind all options, and no shell."""
    assert nodes.choose({"engines": text}, None, refuse).node in nodes.installed()
