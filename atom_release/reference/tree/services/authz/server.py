"""C.3 tenant RBAC: issues and verifies tokens with a tenant claim; keeps users behind row-level security."""

import os
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "platform")]

import rbac
from platform_metrics import Metrics
from platform_tokens import Unauthorized, claims_of, verify


class PostgresUsers:
    """Users in PostgreSQL, behind row-level security."""

    def __init__(self, database):
        """Keep them in that database."""
        self.database = database

    def add(self, tenant, name):
        """Store a user of a tenant and give the user's id."""
        rows = self.database.execute(tenant, "INSERT INTO users (tenant_id, display_name) VALUES (%s, %s) RETURNING id::text", (tenant, name))
        return rows[0][0]

    def all(self, tenant):
        """Give the users of a tenant."""
        rows = self.database.execute(tenant, "SELECT id::text, display_name FROM users ORDER BY display_name, id")
        return [{"id": user, "display_name": name} for user, name in rows]


def create_app(store, key, secrets):
    """Give the application over a store of users, the token key and the clients' secrets."""
    metrics = Metrics("authz")

    async def token(request):
        body = await request.json()
        try:
            issued = rbac.issue(body.get("client_id"), body.get("client_secret"), secrets, key, body.get("role", "operator"))
        except rbac.Denied as error:
            return JSONResponse({"error": str(error)}, 401)
        return JSONResponse({"access_token": issued, "token_type": "Bearer", "expires_in": rbac.LIFETIME})

    async def check(request):
        try:
            return JSONResponse(verify(str((await request.json()).get("token")), key))
        except Unauthorized as error:
            return JSONResponse({"error": str(error)}, 401)

    async def users(request):
        try:
            claims = claims_of(request.headers, key)
            rbac.permit(claims, "users:write" if request.method == "POST" else "users:read")
        except Unauthorized as error:
            return JSONResponse({"error": str(error)}, 401)
        except rbac.Denied as error:
            return JSONResponse({"error": str(error)}, 403)
        if request.method == "POST":
            name = str((await request.json()).get("display_name", ""))[:200]
            return JSONResponse({"id": store.add(claims["tenant_id"], name)}, 201)
        return JSONResponse({"users": store.all(claims["tenant_id"])})

    async def health(_request):
        return JSONResponse({"status": "ok"})

    routes = [
        Route("/token", token, methods=["POST"]),
        Route("/verify", check, methods=["POST"]),
        Route("/users", users, methods=["GET", "POST"]),
        Route("/health", health),
        Route("/metrics", metrics.scrape),
    ]
    return Starlette(routes=routes, middleware=[metrics.middleware()])


def main():
    """Serve with the key and the clients' secrets from Vault, and the users in PostgreSQL."""
    from platform_database import Database
    from platform_serving import serve
    from platform_vault import read_secret

    secrets = {"gate-a": read_secret("atom/clients/a"), "gate-b": read_secret("atom/clients/b")}
    serve(create_app(PostgresUsers(Database(os.environ["DATABASE_URL"])), read_secret("atom/jwt"), secrets))


if __name__ == "__main__":
    main()
