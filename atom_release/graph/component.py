"""The gate as a component of somebody else's Dagster project: `type: atom_release.Release`.

A project adds a folder with a `defs.yaml` to its own code location, and has the release's assets,
checks, jobs and sensors beside its own. What is released stands in `release.yaml`, in the commit
that is judged, and never in the component's YAML: an author of the release must not be able to
loosen it there. The attributes say where that is, and where this project keeps what comes of it.
"""

# No postponed annotations here: dagster reads those of a component's attributes as objects.

from pathlib import Path

import dagster as dg
from pydantic import Field

from atom_release import settings as environment
from atom_release.graph.building import build_definitions


class Release(dg.Component, dg.Model, dg.Resolvable):
    """The gate of one release: judges `release.yaml` of a repository, and tags on GREEN alone.

    Relative paths are meant from the project's root. What is not given is what the environment
    says (`ATOM_RELEASE_*`), and without that the reference release.
    """

    repository: str | None = Field(
        default=None, description="the repository that is judged; `release.yaml` is read in it"
    )
    revision: str = Field(default="HEAD", description="the commit, branch or tag that is judged")
    manifest: str | None = Field(
        default=None,
        description="a manifest from elsewhere: then the release is audited, and nothing is tagged",
    )
    scenario: str | None = Field(
        default=None, description="a variant of the reference release, where no repository is named"
    )
    out: str | None = Field(default=None, description="folder or URL that the reports are put into")
    home: str | None = Field(default=None, description="folder of keys and history")
    operator: str | None = Field(default=None, description="the operator's file")
    key: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]*$",
        description="what its names begin with: needed where two manifests have the same",
    )
    inbox: str | None = Field(default=None, description="folder of uncommitted reports to audit")

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return the release's definitions, whose jobs run in one process each."""
        settings = self.settings(context.project_root)
        return build_definitions(settings=settings, hosted=True, named=self.key or "")

    def settings(self, root: Path) -> environment.Settings:
        """Return what the attributes say, and what the environment says of the rest."""
        given = environment.from_environment()
        paths = {
            name: (root / str(value)).resolve()
            for name in ("repository", "manifest", "home", "operator", "inbox")
            if (value := getattr(self, name)) is not None
        }
        out = self.out
        if out is not None and "://" not in out:
            out = str((root / out).resolve())
        return given.with_options(**paths, out=out, revision=self.revision, scenario=self.scenario)
