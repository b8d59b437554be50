"""Isolation in a schema that the release's own program made: taken over, never probed where it was.

The program ran where the release's code runs, and so could whatever else runs there. Its schema,
roles and settings are restored on the server that no code of the release reaches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atom_release.errors import ProbeFault
from atom_release.gate.vocabulary import Answer
from atom_release.lab.migrations.replay import Replay
from atom_release.lab.migrations.scratch import Server, scratch_database
from atom_release.lab.migrations.transfer import Dump, restore_schema
from atom_release.probes.tenancy.probe import examine_scratch, isolation_evidence

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.lab.look import Look


def probe_transferred(
    look: Look,
    server: Server,
    dump: Dump,
    held: tuple[str, ...] = (),
    allowed_settings: frozenset[str] = frozenset(),
) -> Evidence:
    """Answer `isolation` about a schema that was dumped elsewhere; `held` as in `probe_tenancy`.

    Raises:
        ProbeFault: the manifest names no tenancy.
    """
    tenancy = look.manifest.tenancy
    if tenancy is None:
        raise ProbeFault("the manifest names no tenancy: there is nothing to isolate")
    made = any(name == tenancy.role for name, _ in dump.roles)
    with scratch_database(server, tenancy.role, create_role=not made) as scratch:
        extra: dict[str, Any] = {"tools": {"postgresql": scratch.version}, "isolation": held}
        try:
            restore_schema(server, scratch.database, dump)
        except ProbeFault as fault:
            return look.found("isolation", "postgres", Answer.UNKNOWN, str(fault), **extra)
        isolation = examine_scratch(scratch, tenancy, [], allowed_settings)
        return isolation_evidence(look, tenancy, Replay(), isolation, extra)
