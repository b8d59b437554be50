"""The rehearsals of this process.

One for each commit and manifest, started when first asked for.
"""

from __future__ import annotations

import threading

from atom_release.lab.look import Look
from atom_release.lab.rehearsal.rehearsal import Rehearsal

_rehearsals: dict[tuple[str, str], Rehearsal] = {}
_guard = threading.Lock()


def current(look: Look) -> Rehearsal:
    """Return this process's rehearsal of that commit and manifest, started on the first call.

    One of another that nobody has is ended.
    """
    key = (look.tree.commit, look.manifest.model_dump_json())
    with _guard:
        for other, rehearsal in list(_rehearsals.items()):
            if rehearsal.closed or (other != key and not rehearsal.lent):
                rehearsal.close()
                del _rehearsals[other]
        if key not in _rehearsals:
            _rehearsals[key] = Rehearsal.start(look)
        return _rehearsals[key]


def close_all() -> None:
    """End every rehearsal of this process."""
    with _guard:
        for rehearsal in _rehearsals.values():
            rehearsal.close()
        _rehearsals.clear()
