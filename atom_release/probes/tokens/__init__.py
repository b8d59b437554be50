"""The question `tokens`: does the service take its tenant from a valid token, and nothing else?"""

from atom_release.probes.tokens.probe import probe_tokens

__all__ = ["probe_tokens"]
