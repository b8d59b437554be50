"""The question `validator`: can the release's own validator say no?"""

from atom_release.probes.validator.probe import probe_validator

__all__ = ["probe_validator"]
