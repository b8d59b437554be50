"""The shop's own asset, which knows nothing of releases."""

import dagster as dg


@dg.asset(group_name="shop", description="Orders of one day.")
def orders() -> list[int]:
    """Return the orders."""
    return [12, 7, 30]
