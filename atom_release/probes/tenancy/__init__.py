"""Are tenants kept apart? The migrations on a real PostgreSQL.

Asked by behaviour as the application's own role.
"""

from atom_release.probes.tenancy.probe import probe_tenancy

__all__ = ["probe_tenancy"]
