"""What `pgrls`, where it is installed, says of the same schema.

Shown beside the probe's own findings, and deciding nothing.

It reads the catalog and judges by rules; it has no rows, so it neither clears a schema nor accuses
one here. It runs as a program of its own, in an empty folder, so that no configuration of the
judged tree takes part, and never sees a tenant's row.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atom_release.lab.throwaway import passing

if TYPE_CHECKING:
    from atom_release.lab.migrations.scratch import Scratch

_SECONDS = 60.0
_LISTED = 100


def program() -> str | None:
    """Return the path of the program, beside this interpreter or on the PATH.

    None where it is not installed.
    """
    return shutil.which(
        "pgrls", path=os.pathsep.join((str(Path(sys.executable).parent), *os.get_exec_path()))
    )


def examine_database(scratch: Scratch) -> dict[str, Any]:
    """Return what it says of the scratch database for the facts.

    Its version and findings, or why there are none.
    """
    companion = program()
    if companion is None:
        return {"state": "not installed"}
    try:
        ran = _run(companion, "lint", "--format", "json", database=scratch.address(scratch.owner))
        violations = json.loads(ran.stdout)["violations"]
        version = _run(companion, "--version").stdout.strip()
        findings = [
            _finding(violation)
            for violation in violations
            if not str(violation["location"]).startswith(scratch.database)
        ]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        return {"state": f"gave no answer: {type(error).__name__}"}
    return {
        "state": "asked",
        "version": version,
        "count": len(findings),
        "findings": findings[:_LISTED],
    }


def _finding(violation: dict[str, Any]) -> dict[str, str]:
    return {
        "rule": str(violation["rule_id"]),
        "severity": str(violation["severity"]),
        "where": str(violation["location"]),
        "what": str(violation["title"]),
    }


def _run(
    program_path: str, *arguments: str, database: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run it; the address goes by its environment, where no list of processes shows it."""
    with passing() as folder:
        environment = {
            "PATH": os.defpath,
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "DATABASE_URL": database,
        }
        return subprocess.run(
            [program_path, *arguments],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
