"""C.4 analytics: aggregates and exports of one tenant, without anything that names a person."""

import os
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "platform")]

import figures
from platform_metrics import Metrics
from platform_tokens import Unauthorized, tenant_of
from redaction import redact


class PostgresFigures:
    """Predictions and feedback in PostgreSQL, behind row-level security."""

    def __init__(self, database):
        """Read them from that database."""
        self.database = database

    def probabilities(self, tenant):
        """Give the probabilities of a tenant's predictions, through the analytics view."""
        return [row[0] for row in self.database.execute(tenant, "SELECT probability FROM prediction_facts")]

    def add_feedback(self, tenant, message):
        """Store feedback that has been redacted."""
        self.database.execute(tenant, "INSERT INTO feedback (tenant_id, message) VALUES (%s, %s)", (tenant, message))

    def feedback(self, tenant):
        """Give a tenant's feedback, oldest first."""
        rows = self.database.execute(tenant, "SELECT created_at::text, message FROM feedback ORDER BY created_at, id LIMIT 1000")
        return [{"at": at, "message": message} for at, message in rows]


def create_app(store, key):
    """Give the application over a store of figures and the token key."""
    metrics = Metrics("analytics")

    def for_tenant(answer):
        async def endpoint(request):
            try:
                tenant = tenant_of(request.headers, key)
            except Unauthorized as error:
                return JSONResponse({"error": str(error)}, 401)
            return await answer(request, tenant)

        endpoint.__name__ = answer.__name__
        return endpoint

    async def summary(_request, tenant):
        return JSONResponse({"tenant": tenant, **figures.summarize(store.probabilities(tenant))})

    async def export(_request, tenant):
        return PlainTextResponse(figures.to_csv(store.feedback(tenant), ("at", "message")), media_type="text/csv")

    async def feedback(request, tenant):
        if request.method == "POST":
            body = await request.json()
            message = redact(str(body.get("message", ""))[:2000], [str(body.get("author", ""))])
            store.add_feedback(tenant, message)
            return JSONResponse({"stored": True}, 201)
        return JSONResponse({"feedback": store.feedback(tenant)})

    async def health(_request):
        return JSONResponse({"status": "ok"})

    routes = [
        Route("/summary", for_tenant(summary)),
        Route("/export.csv", for_tenant(export)),
        Route("/feedback", for_tenant(feedback), methods=["GET", "POST"]),
        Route("/health", health),
        Route("/metrics", metrics.scrape),
    ]
    return Starlette(routes=routes, middleware=[metrics.middleware()])


def main():
    """Serve with the key from Vault and the figures in PostgreSQL."""
    from platform_database import Database
    from platform_serving import serve
    from platform_vault import read_secret

    serve(create_app(PostgresFigures(Database(os.environ["DATABASE_URL"])), read_secret("atom/jwt")))


if __name__ == "__main__":
    main()
