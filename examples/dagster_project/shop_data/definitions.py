"""What Dagster loads: all that lies in `defs`."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Return the shop's own assets with the release gate beside them."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
