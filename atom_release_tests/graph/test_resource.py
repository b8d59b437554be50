"""The settings of a run reach its steps through the resource, all of them."""

from __future__ import annotations

from pathlib import Path

from atom_release.graph.resource import ReleaseResource
from atom_release.settings import Settings


def test_no_setting_is_lost_on_the_way_to_a_step() -> None:
    """But the inbox, which only sensors read."""
    settings = Settings(
        manifest=Path("/m.yaml"),
        repository=Path("/r"),
        revision="main",
        out="/o",
        scenario="green",
        home=Path("/h"),
        dry_run=True,
        fresh=True,
        key=Path("/k"),
        waivers=Path("/w"),
        tag_key="ssh:/t",
        operator=Path("/operator.yaml"),
        state="postgresql://gate@db/team",
        out_url="https://artifacts.example.org",
    )
    unset = Settings()
    left = [
        name
        for name, value in vars(settings).items()
        if value == getattr(unset, name) and name not in {"inbox", "scenario"}
    ]
    assert not left, f"this test says nothing of {left}"
    assert ReleaseResource.from_settings(settings).settings() == settings
