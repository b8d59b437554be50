"""A release gate as a Dagster asset graph.

Decides from evidence whether a release may be tagged, and tags it only on green.
"""

from importlib import import_module
from typing import Any

__version__ = "0.2.0"


def __getattr__(name: str) -> Any:  # noqa: ANN401 - as Python asks modules
    """Return the Dagster component, which other projects name `atom_release.Release`.

    It is loaded when it is asked for, so that who wants the rest need not wait for Dagster.
    """
    if name == "Release":
        # By its name: who imports this package for its version imports no Dagster by that.
        return import_module("atom_release.graph.component").Release
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """Return the names of this module, the component's among them."""
    return [*globals(), "Release"]
