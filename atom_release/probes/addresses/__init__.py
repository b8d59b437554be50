"""The question `addresses`: does a service serve the URLs that the release writes down?"""

from atom_release.probes.addresses.probe import probe_addresses
from atom_release.probes.addresses.written import services_written_of

__all__ = ["probe_addresses", "services_written_of"]
