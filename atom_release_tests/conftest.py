"""What holds for all tests: those that share real servers through a module's fixture stay together on one worker."""

from __future__ import annotations

from pathlib import Path

import pytest

_SHARING = {"live", "graph", "cli"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each file whose tests share something costly a group of its own; all others are spread freely."""
    for item in items:
        if _SHARING & set(Path(item.path).parts):
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
