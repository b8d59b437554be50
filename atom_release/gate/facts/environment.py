"""The facts of an environment that was made for a suite."""

from __future__ import annotations

from pydantic import Field

from atom_release.gate.facts.model import Facts


class EnvironmentFacts(Facts):
    """What a suite's Python, or its Node.js, was made of."""

    python: str = ""
    language: str = "Python"
    runtime: str = Field(default="", description="what runs it, where that is no Python")
    brought: str = Field(
        default="", description="where what runs it is from, where this machine had none that fits"
    )
    packages: dict[str, str] = Field(default_factory=dict, description="name -> version")
    digest: str = Field(default="", description="over the digests of all files that were installed")
    network: str = Field(default="", description="while what was done there was one")
    files: list[str] = Field(default_factory=list, description="files of the commit that asked")
    groups: list[str] = Field(default_factory=list)
    extras: list[str] = Field(default_factory=list)
    project: list[str] = Field(
        default_factory=list, description="folders of the copy that the project is imported from"
    )
    built: list[str] = Field(
        default_factory=list, description="files that the project's build wrote beside its sources"
    )
    passed_over: list[str] = Field(
        default_factory=list, description="options of requirements files that were not followed"
    )
    settled: str = Field(
        default="", description="how versions were chosen, where no lock of the commit names them"
    )
    unbuilt: dict[str, str] = Field(
        default_factory=dict,
        description=(
            "what could not be had or built here, a package, the project or a toolchain -> why"
        ),
    )
