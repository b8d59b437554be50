"""What steps' processes are forked from has all that they work with, and nothing is open in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import atom_release

_LOOK = """
import json, os, sys
before = set(os.listdir("/proc/self/fd"))
import atom_release.graph.step_modules
print(json.dumps({
    "modules": sorted(name for name in sys.modules if name.startswith("atom_release.")),
    "threads": len(os.listdir("/proc/self/task")),
    "children": open(f"/proc/self/task/{os.getpid()}/children").read().split(),
    "opened": sorted(os.readlink(f"/proc/self/fd/{fd}")
                     for fd in set(os.listdir("/proc/self/fd")) - before
                     if os.path.lexists(f"/proc/self/fd/{fd}")),
}))
"""


def test_it_has_every_use_case_and_probe_and_has_opened_nothing() -> None:
    looked = subprocess.run(
        [sys.executable, "-c", _LOOK], check=True, capture_output=True, text=True
    )
    process = json.loads(looked.stdout)
    root = Path(atom_release.__file__).parent
    wanted = {
        ".".join(("atom_release", *file.relative_to(root).with_suffix("").parts))
        for room in ("release", "probes")
        for file in (root / room).rglob("*.py")
        if file.name != "__init__.py"
    }
    assert len(wanted) > 100
    assert wanted <= set(process["modules"])
    assert process["threads"] == 1
    assert (process["children"], process["opened"]) == ([], [])
