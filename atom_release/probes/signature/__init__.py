"""Signed artifacts (P-2).

Each has a signature that verifies, every tampered copy is refused, and the key that signs is not in
the tree.

Artifacts are files of the judged tree, or what the rehearsed services write when they are asked to
train or to deploy (`produced`). How signatures are written is `verification`'s, where private keys
hide is `private_halves`'; nothing here is known of any service.
"""

from atom_release.probes.signature.probe import probe_committed
from atom_release.probes.signature.produced import probe_produced

__all__ = ["probe_committed", "probe_produced"]
