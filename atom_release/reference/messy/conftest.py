"""Lets the suites import the services where they lie."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "services" / name) for name in ("fees", "rates")]
