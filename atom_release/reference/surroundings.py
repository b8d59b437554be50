"""What stands around a scenario while this process judges it.

What the variables that its manifest names hold, and servers that answer there.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Mapping
from contextlib import ExitStack

from atom_release.reference.scenarios import find

_stack = ExitStack()
_made: dict[str, Mapping[str, str]] = {}
_guard = threading.Lock()


def environment(scenario: str) -> Mapping[str, str]:
    """Return the values of variables that a scenario sets.

    Its servers start at the first call and end with the run or the process.
    """
    around = find(scenario).around
    if around is None:
        return {}
    with _guard:
        if scenario not in _made:
            _made[scenario] = around(_stack)
        return _made[scenario]


def close_all() -> None:
    """End every server of this process's scenarios."""
    with _guard:
        _made.clear()
        _stack.close()


atexit.register(close_all)
