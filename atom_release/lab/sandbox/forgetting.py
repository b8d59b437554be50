"""A tree in which a run may write what it likes, and of which nothing stays."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from atom_release.lab.sandbox.box import Sandbox
    from atom_release.lab.sandbox.order import Layer


@contextmanager
def forgotten_copy(
    sandbox: Sandbox, tree: Path, room: Path, beneath: Layer | None
) -> Iterator[Path]:
    """Yield the tree itself where the sandbox forgets what is written there, else a copy.

    Args:
        sandbox: in which the run is made.
        tree: what it is made over.
        room: a folder of this run alone, which goes away.
        beneath: what lies under the tree, as if the commit held it.
    """
    if "mount-namespace" in sandbox.holds:
        yield tree
        return
    copy = room / "tree"
    shutil.copytree(tree, copy, symlinks=True)
    if beneath:
        shutil.copytree(beneath.folder, copy, symlinks=True, dirs_exist_ok=True)
    yield copy
