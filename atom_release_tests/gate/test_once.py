"""What is worked out once for each object: the same object, never its equal, and no leak."""

from __future__ import annotations

import gc

from atom_release.gate.once import once_each


class Thing:
    """Something that is equal to every other one."""

    def __eq__(self, other: object) -> bool:
        """Return whether that is a thing too."""
        return isinstance(other, Thing)

    def __hash__(self) -> int:
        """Return what all things have in common."""
        return 0


def test_the_same_object_is_worked_out_once_and_its_equal_anew() -> None:
    counted: list[Thing] = []

    @once_each
    def count(thing: Thing) -> int:
        counted.append(thing)
        return len(counted)

    first, equal = Thing(), Thing()
    assert [count(first), count(first), count(equal), count(first)] == [1, 1, 2, 1]


def test_pairs_are_told_apart_by_both_of_their_objects() -> None:
    @once_each
    def pair(left: Thing, right: Thing) -> list[int]:
        return [id(left), id(right)]

    left_thing, other = Thing(), Thing()
    assert pair(left_thing, other) is pair(left_thing, other)
    assert pair(left_thing, other) is not pair(other, left_thing)
    assert pair(left_thing, left_thing) is not pair(left_thing, other)


def test_what_came_of_an_object_is_forgotten_with_it() -> None:
    """An object that gets the place of one that is gone is no old acquaintance."""

    class Result:
        alive = 0

        def __init__(self) -> None:
            Result.alive += 1

        def __del__(self) -> None:
            Result.alive -= 1

    @once_each
    def work_out(_: Thing) -> Result:
        return Result()

    for _ in range(50):
        work_out(Thing())
    gc.collect()
    assert Result.alive == 0
