"""PostgreSQL as an ordinary role, one transaction a statement, with the tenant set for row-level security."""

import threading

import psycopg


class Database:
    """One connection a thread, opened again when the server closed it."""

    def __init__(self, url):
        """Connect to that URL at first use."""
        self.url = url
        self._local = threading.local()

    def execute(self, tenant, statement, parameters=()):
        """Run one statement for a tenant (None: for none) and give its rows; once more on a new connection if the old one is gone."""
        try:
            return self._once(tenant, statement, parameters)
        except psycopg.OperationalError:
            self._local.connection = None
            return self._once(tenant, statement, parameters)

    def _once(self, tenant, statement, parameters):
        connection = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            connection = self._local.connection = psycopg.connect(self.url, connect_timeout=5)
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant or "",))
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []
