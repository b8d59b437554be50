"""Procfiles: what a platform starts, by the kind of process."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.drafting import words
from atom_release.drafting.files import Files, folder_of
from atom_release.drafting.findings import Deployment, Place, Seen

_STEPS = {"release", "postdeploy"}


def deployments(files: Files) -> Iterator[Deployment]:
    """Yield every process of every Procfile, `web` first; a release step is a job."""
    for path in files.named("Procfile"):
        folder = folder_of(path)
        lines = [
            (match[1], match[2], number)
            for number, line in enumerate(files.text(path).splitlines(), start=1)
            if (match := re.match(r"([A-Za-z0-9_-]+):\s*(.+)$", line))
        ]
        for name, line, number in sorted(lines, key=lambda entry: entry[0] != "web"):
            steps, where = words.commands(line), Place(path, number)
            yield Deployment(
                name,
                folder,
                where,
                "Procfile",
                command=Seen(steps[-1], where) if steps else None,
                once=name in _STEPS,
                before=steps[:-1],
            )
