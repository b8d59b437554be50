"""Environments of suites, made from what their own files ask.

With a network, files are named and brought, and nothing of the project or of its dependencies runs.
In the sandbox, without network and as the subject, they are built and installed. What is made is
read-only to subjects and is never shared between repositories.

`make.make` is what probes use; nothing here knows what a suite is, or decides anything. It is not
imported here: who drafts a manifest reads the same files, and needs no client of a registry.
"""

from atom_release.lab.environments.faults import NoEnvironment, NoToolchain

__all__ = ["NoEnvironment", "NoToolchain"]
