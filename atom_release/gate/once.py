"""Working a thing out once for each object that it is worked out from.

A manifest never changes once it is read, and every criterion of every step asks it the same: what a
release of many services costs must not grow with their square. Told apart are objects, not what
they hold, since a manifest is not hashable; what was worked out is forgotten with them.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

_Given = TypeVarTuple("_Given")
_R = TypeVar("_R")


def once_each(function: Callable[[*_Given], _R]) -> Callable[[*_Given], _R]:
    """Make a function that works its result out once for the same objects, given by position.

    The result must hold none of them, or they would never be forgotten.
    """
    kept: dict[tuple[int, ...], tuple[tuple[weakref.ref[object], ...], _R]] = {}

    @functools.wraps(function)
    def remembering(*args: *_Given) -> _R:
        objects: tuple[object, ...] = args
        ids = tuple(map(id, objects))
        entry = kept.get(ids)
        if entry is not None and all(
            kept_of() is given for kept_of, given in zip(entry[0], objects, strict=True)
        ):
            return entry[1]
        result = function(*args)

        def forget(_: weakref.ref[object]) -> None:
            kept.pop(ids, None)

        kept[ids] = (tuple(weakref.ref(given, forget) for given in objects), result)
        return result

    return remembering
