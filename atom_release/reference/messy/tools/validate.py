"""Say whether the gateway beside the services is well: `validate.py URL`."""

import sys
import time
from urllib.request import urlopen

BUDGET_MS = 800

began = time.monotonic()
with urlopen(f"{sys.argv[1]}/status", timeout=5) as answer:
    answer.read()
latency_ms = (time.monotonic() - began) * 1000
if not latency_ms < BUDGET_MS:
    sys.exit(f"answered after {latency_ms:.0f} ms")
print(f"PASS: answered after {latency_ms:.0f} ms")
