"""Write evidence/policies.json: whether an address of a person stands in a service's code."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
ADDRESS = re.compile(r"[\w.]+@[\w.]+[.]\w+")

files = sorted((ROOT / "services").rglob("*.py"))
bad = [path.name for path in files if ADDRESS.search(path.read_text())]
answer = {"files": len(files), "P-1": "FAIL" if bad else "PASS"}
(ROOT / "evidence" / "policies.json").write_text(json.dumps(answer, indent=2) + "\n")
