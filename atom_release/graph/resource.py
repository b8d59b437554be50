"""The resource that every asset of a release takes: the settings of its run."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from atom_release import settings as environment
from atom_release.graph.blueprint import Blueprint


class ReleaseResource(dg.ConfigurableResource[None]):
    """Where the release, its store and the gate's home are.

    The settings of this process, shown in the launchpad.
    """

    manifest: str = ""
    repository: str = ""
    revision: str = "HEAD"
    out: str = "reports"
    scenario: str = "green"
    home: str = ".atom"
    key: str = ""
    waivers: str = ""
    tag_key: str = ""
    operator: str = ""
    state: str = ""
    out_url: str = ""
    dry_run: bool = False
    fresh: bool = False

    @classmethod
    def from_settings(cls, settings: environment.Settings) -> ReleaseResource:
        """Return the resource that carries these settings."""
        return cls(
            manifest=str(settings.manifest or ""),
            repository=str(settings.repository or ""),
            revision=settings.revision,
            out=settings.out,
            scenario=settings.scenario,
            home=str(settings.home),
            key=str(settings.key or ""),
            waivers=str(settings.waivers or ""),
            tag_key=settings.tag_key or "",
            operator=str(settings.operator or ""),
            state=settings.state or "",
            out_url=settings.out_url or "",
            dry_run=settings.dry_run,
            fresh=settings.fresh,
        )

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """End what still runs ahead of its step.

        Where a run is interrupted between two steps no step ends it, and Python would wait for the
        threads that it runs in.
        """
        from atom_release.release.suites_beside import end_all

        del context
        end_all()

    def settings(self, location: Path | None = None) -> environment.Settings:
        """Return the settings back.

        `location` is the manifest's file where the definitions were loaded with one.
        """
        manifest = location or (Path(self.manifest) if self.manifest else None)
        return environment.Settings(
            manifest=manifest,
            repository=Path(self.repository) if self.repository else None,
            revision=self.revision,
            out=self.out,
            scenario=self.scenario,
            home=Path(self.home),
            key=Path(self.key) if self.key else None,
            waivers=Path(self.waivers) if self.waivers else None,
            tag_key=self.tag_key or None,
            operator=Path(self.operator) if self.operator else None,
            state=self.state or None,
            out_url=self.out_url or None,
            dry_run=self.dry_run,
            fresh=self.fresh,
        )


def settings_in(resources: object, blueprint: Blueprint) -> environment.Settings:
    """Return the settings of a release's run, from the resource that carries them."""
    release: ReleaseResource = getattr(resources, blueprint.resource)
    return release.settings(blueprint.location)
