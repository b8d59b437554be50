"""What an environment is made of, where a suite gets one of its own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from atom_release.gate.manifest.fields import InRepository, Strict

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(?!\n)$")]


class Install(Strict):
    """What is installed for a suite. What is not said is found in the folder's own files.

    Wheels and source archives are downloaded with the operator's own registry settings; whatever
    has to be built is built in the sandbox, without network.
    """

    folder: InRepository = Field(
        default=".",
        description=(
            "folder with the project's files: pyproject.toml or package.json, lock, requirements"
        ),
    )
    python: str | None = Field(
        default=None,
        pattern=r"^3\.\d+(\.\d+)?(?!\n)$",
        description="version of Python, e.g. 3.12; default what the files ask for",
    )
    project: bool = Field(
        default=True,
        description="install the project itself, so that the judged copy is what is imported",
    )
    lock: InRepository | None = Field(
        default=None,
        description="uv.lock, poetry.lock, pylock.toml or package-lock.json; default the folder's",
    )
    requirements: tuple[InRepository, ...] | None = Field(
        default=None,
        description="requirements files; default requirements.txt and those for tests",
    )
    extras: tuple[Name, ...] | None = Field(
        default=None,
        description="optional dependencies of the project; default those named for tests",
    )
    groups: tuple[Name, ...] | None = Field(
        default=None, description="dependency groups; default those named for tests"
    )
    packages: tuple[str, ...] = Field(
        default=(), description="further packages by name and version, such as `pytest-asyncio>=1`"
    )


InstallOrAuto = Literal["auto"] | Install
"""How an environment is asked for: by name of its parts, or as the files have it."""

INSTALL = (
    "an environment of the suite's own, made from its files: `auto`, or what of them; default the"
    " gate's own Python"
)
