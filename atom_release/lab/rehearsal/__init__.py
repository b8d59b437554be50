"""The rehearsal: the release's own services and migrations, started by the gate on this machine.

`current(look)` gives the one rehearsal of this process for that release; `lease()` gives it to one
user at a time, in its first state.
"""

from atom_release.lab.migrations.apply import Applied, apply_migrations
from atom_release.lab.rehearsal.openbao import OpenBao
from atom_release.lab.rehearsal.postgres import OWNER, Postgres
from atom_release.lab.rehearsal.registry import close_all, current
from atom_release.lab.rehearsal.rehearsal import Rehearsal
from atom_release.lab.rehearsal.systems import DATABASE
from atom_release.lab.rehearsal.templates import Lacking

__all__ = [
    "DATABASE",
    "OWNER",
    "Applied",
    "Lacking",
    "OpenBao",
    "Postgres",
    "Rehearsal",
    "apply_migrations",
    "close_all",
    "current",
]
