"""What a rehearsal's services wrote, without the values that were made up for them.

Where a log lies and how its process is ended is `launcher`'s; what is looked for, the probes'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Service
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.rehearsal.services import log_name
from atom_release.lab.rehearsal.systems import Systems
from atom_release.lab.rehearsal.templates import redactor

_LONGEST = 64 << 20


@dataclass
class ServiceLogs:
    """The logs of one rehearsal's services; each secret in them is replaced by its name."""

    launcher: Launcher
    systems: Systems
    _read_from: Mapping[str, int] = field(default_factory=dict)  # name of a log -> bytes of it

    def begin(self) -> None:
        """Let what is written from now on be another user's."""
        self._read_from = self.launcher.sizes()

    def read(self, service_id: str) -> bytes:
        """Return all that a service wrote so far.

        Raises:
            ProbeFault: it is more than can be looked through.
        """
        log = self.launcher.log(log_name(service_id))
        if not log.exists():
            return b""
        with log.open("rb") as file:
            text = file.read(_LONGEST + 1)
        if len(text) > _LONGEST:
            raise ProbeFault(
                f"the log of {service_id} has more than {_LONGEST >> 20} MiB",
                "Let it log less.",
            )
        return self.redact(text)

    def entry(self, service: Service, state: str, *, whole: bool) -> bytes:
        """Return a service's part of a transcript, of a long log the end.

        Args:
            service: whose it is.
            state: what became of it, for the heading.
            whole: from the beginning, and not from where this user began.
        """
        name = log_name(service.id)
        begin = 0 if whole else self._read_from.get(name, 0)
        log = self.redact(self.launcher.since(name, begin))
        end = b"" if log.endswith(b"\n") or not log else b"\n"
        return f"== {service.id} {service.name}: {state}\n".encode() + log + end

    def redact(self, log: bytes) -> bytes:
        """Replace the rehearsal's own secrets by their names."""
        return redactor(self.systems.confidential())(log)
