"""Why an environment could not be made: never the release's fault."""

from __future__ import annotations

from atom_release.errors import ProbeFault


class NoEnvironment(ProbeFault):
    """What the files ask for could not be had or built here.

    `output` is all that the failing step said, where one was run: a sentence holds its end alone.
    """

    output: str = ""


class NoToolchain(NoEnvironment):
    """The files name a toolchain, and this machine has none that fits."""
