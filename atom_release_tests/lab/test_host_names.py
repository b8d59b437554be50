"""What services of a rehearsal may call each other, and what stands beside them."""

from __future__ import annotations

from atom_release.gate.manifest import Manifest
from atom_release.lab.rehearsal.host_names import host_names


def test_services_are_called_by_their_names_and_systems_by_those_of_their_suites() -> None:
    """A name that no host can have is none, and loopback's own is not given away."""
    suite = {"paths": ["tests"], "needs": ["postgres"], "hosts": ["db", "cache"]}
    named = {"C.1": "api", "C.2": "Web front", "C.3": "localhost"}
    services = [
        {"id": service_id, "name": name, "source": ["x"], "suite": suite}
        for service_id, name in named.items()
    ]
    release = {"phase": "C", "name": "x", "version": "1", "tag": "v1", "branch": "release/x"}
    manifest = Manifest.model_validate({"release": release, "services": services})
    assert host_names(manifest) == ("api", "db", "cache")
