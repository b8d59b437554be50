"""Texts are parsed one at a time, whoever asks."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor

from atom_release.lab.python_syntax import parse_python

TEXT = "\n".join(f"def f{number}(a):\n    return [{{a: (a, a + 1)}}]\n" for number in range(400))


def test_threads_that_parse_at_once_get_their_trees() -> None:
    """Two at once met a SystemError in Python 3.11, now and then."""
    with ThreadPoolExecutor(4) as pool:
        trees = list(pool.map(parse_python, [TEXT] * 24))
    assert [len(tree.body) for tree in trees] == [400] * 24
    assert ast.dump(trees[0]) == ast.dump(trees[-1])
