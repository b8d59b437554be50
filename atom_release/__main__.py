"""`python -m atom_release` is `atom-release`."""

from atom_release.cli.app import main

main()
