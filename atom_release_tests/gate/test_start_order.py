"""Services that are started after others: named ones that start, and in no circle."""

from __future__ import annotations

from typing import Any

import pytest

from atom_release.gate.manifest.service import Service
from atom_release.gate.manifest.start_order import misordered


def service(name: str, *after: str, starts: bool = True) -> Service:
    stated: dict[str, Any] = {"id": name, "name": name, "source": ["x"]}
    start = {"start": {"command": ["a"], "after": after}} if starts else {}
    return Service.model_validate(stated | start)


@pytest.mark.parametrize(
    ("services", "trouble"),
    [
        ([service("A.1", "A.2"), service("A.2", "A.3"), service("A.3")], None),
        ([service("A.1", "A.2")], "A.1 is started after A.2, which nothing starts"),
        ([service("A.1", "A.2"), service("A.2", starts=False)], "which nothing starts"),
        ([service("A.1", "A.2"), service("A.2", "A.1")], "wait for one another: A.1"),
        ([service("A.1", "A.1")], "wait for one another"),
    ],
)
def test_the_order_is_of_services_that_start_and_ends(
    services: list[Service], trouble: str | None
) -> None:
    message = misordered(services)
    assert (message is None) if trouble is None else (trouble in (message or ""))
