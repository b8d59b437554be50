"""Which forge speaks at an address."""

from __future__ import annotations

from atom_release.forge import Forge
from atom_release.forge.github import GitHub
from atom_release.forge.gitlab import API_PATH, GitLab


def forge_at(address: str) -> Forge:
    """Return the forge whose API is at this address.

    GitLab where its path is that of GitLab's API (`/api/v4`), else GitHub, or a server that speaks
    its REST API.
    """
    return GitLab() if address.rstrip("/").endswith(API_PATH) else GitHub()
