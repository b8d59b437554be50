"""Drafting: what a repository is made of, as far as its files say, for a first manifest.

It reads the files of one commit as bytes, within limits, and runs nothing of them: no package
manager, no interpreter, no container. What it returns are findings, each with the place where it
was seen and, where it is a guess, why. What a manifest may hold is the gate's, where the files come
from is the caller's; nothing here decides anything about a release.

`ecosystems` has a module for each language's packages, `deployment` one for each way in which
services are deployed; `survey` brings both together, and `manifest` writes what was found.
"""
