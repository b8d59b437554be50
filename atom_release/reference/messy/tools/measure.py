"""Write evidence/load.json: how many transfers a second the services compute, for a phase."""

import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "services" / name) for name in ("fees", "rates")]

from fees import fee  # noqa: E402
from rates import convert  # noqa: E402

TIMES = 2000


def per_second(transfer):
    """Return how often a transfer is computed in a second."""
    began = time.perf_counter()
    for amount in range(1, TIMES + 1):
        transfer(amount)
    return round(TIMES / (time.perf_counter() - began))


transfers = {"fees": fee, "rates": lambda amount: convert(amount, "EUR", "USD")}
measured = {
    "phase": sys.argv[1],
    "services": {
        name: {"status": "measured", "transfers_per_second": per_second(transfer)}
        for name, transfer in transfers.items()
    },
}
(ROOT / "evidence" / "load.json").write_text(json.dumps(measured, indent=2) + "\n")
