"""The models that were trained: signed artifacts in a folder, and which of them a person approved and activated."""

import hashlib
import json
import os
from pathlib import Path

BUNDLED = Path(__file__).parents[1] / "predictive-engine" / "model.json"

class NotApproved(Exception):
    """Activation waits for a person."""


class Unknown(Exception):
    """There is no such version."""


class Registry:
    """Versions in one folder; nothing is served from it before it is approved and activated."""

    def __init__(self, folder, sign, audit):
        """Keep artifacts in `folder`, sign them with `sign`, record activations in `audit`."""
        self.folder = Path(folder)
        self.sign = sign
        self.audit = audit

    def add(self, weights, bias):
        """Store a new version, signed and awaiting approval, and give its name."""
        version = f"v1.{len(list(self.folder.glob('v1.*.json'))) + 1}"
        artifact = json.dumps({"version": version, "weights": weights, "bias": bias}, sort_keys=True).encode()
        self._write(f"{version}.json", artifact)
        self._write(f"{version}.json.sig", self.sign(artifact).encode())
        return version

    def approve(self, version, approver, reason):
        """Record a person's approval."""
        self._artifact(version)
        self._write(f"{version}.approval", json.dumps({"approver": approver, "reason": reason}).encode())

    def activate(self, version):
        """Serve a version that a person approved.

        Raises:
            Unknown: there is no such version.
            NotApproved: nobody approved it.
        """
        self._artifact(version)
        approval = self.folder / f"{version}.approval"
        if not approval.exists():
            raise NotApproved(f"{version} awaits approval")
        self.serve(version, **json.loads(approval.read_text()))

    def serve(self, version, approver, reason):
        """Let a version be what is served, and record by whose word."""
        before = self.active()["digest"]
        digest = hashlib.sha256(self._artifact(version)).hexdigest()
        said = {"version": version, "artifact": f"{version}.json", "signature": (self.folder / f"{version}.json.sig").read_text(), "digest": digest}
        self.audit.add(version=version, approver=approver, reason=reason, before=before, after=digest)
        self._write("active.json", json.dumps(said).encode())

    def active(self):
        """Give the version that is served and its digest."""
        place = self.folder / "active.json"
        if not place.exists():
            return {"version": "v1.0", "digest": hashlib.sha256(BUNDLED.read_bytes()).hexdigest()}
        said = json.loads(place.read_text())
        return {"version": said["version"], "digest": said["digest"]}

    def _artifact(self, version):
        place = self.folder / f"{version}.json"
        if "/" in version or not version.startswith("v1.") or not place.exists():
            raise Unknown(f"no model {version}")
        return place.read_bytes()

    def _write(self, name, content):
        temporary = self.folder / f".{name}.new"
        temporary.write_bytes(content)
        os.replace(temporary, self.folder / name)
