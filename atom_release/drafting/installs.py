"""Which environment a service's own files ask for, as a manifest says it."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atom_release.drafting.findings import Service

_ASKS_PACKAGES = re.compile(
    r"pyproject\.toml|setup\.(py|cfg)|requirements.*\.txt|uv\.lock|poetry\.lock|pylock\.toml"
)


def install_of(service: Service) -> str | dict[str, Any] | None:
    """Return the environment that the service's own files ask for its suite.

    The one of the outermost folder that has such files; None where none has, so that the suite runs
    in the gate's own Python.
    """
    folders = sorted(
        {
            posixpath.dirname(path)
            for path in service.package_files
            if _ASKS_PACKAGES.fullmatch(posixpath.basename(path))
        },
        key=lambda folder: (folder.count("/"), folder),
    )
    if not folders:
        return None
    return {"folder": folders[0]} if folders[0] else "auto"


def has_packages(service: Service) -> bool:
    """Return whether anything says which packages the service is made with."""
    names = {posixpath.basename(path) for path in service.package_files}
    return bool(install_of(service)) or "package.json" in names
