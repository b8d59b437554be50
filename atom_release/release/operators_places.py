"""Which places of the settings are the operator's alone, and that no commit holds them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.settings import Settings
from atom_release.source.own_places import OwnPlace, check_own_places

if TYPE_CHECKING:
    from atom_release.source.commit import JudgedTree


def check_places(settings: Settings, tree: JudgedTree) -> None:
    """Check that home, output, keys and operator's file are not the judged repository's.

    Raises:
        Misuse: one of them is committed, or reached by a link that is.
    """
    check_own_places(_places(settings), tree)


def check_before_opening(settings: Settings) -> None:
    """Check the same before a commit is opened, by what work trees around the places track.

    Raises:
        Misuse: one of them is committed, or reached by a link that is.
    """
    check_own_places(_places(settings), None)


def _places(settings: Settings) -> Iterator[OwnPlace]:
    yield OwnPlace("The gate's home", settings.home, "ATOM_RELEASE_HOME")
    if settings.dagster_is_shared:
        yield OwnPlace("Dagster's home", settings.dagster_home, "DAGSTER_HOME")
    if settings.key is not None:
        yield OwnPlace("The gate's key", settings.key, "ATOM_RELEASE_KEY")
    kind, _, key = (settings.tag_key or "").partition(":")
    if kind == "ssh":
        yield OwnPlace("The tags' key", Path(key), "ATOM_RELEASE_TAG_KEY", judged_only=True)
    if settings.operator is not None:
        yield OwnPlace(
            "The operator's file", settings.operator, "ATOM_RELEASE_OPERATOR", judged_only=True
        )
    if "://" not in settings.out:
        yield OwnPlace("The folder of artifacts", Path(settings.out), "--out", only_links=True)
