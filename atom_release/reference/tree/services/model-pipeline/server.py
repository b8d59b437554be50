"""C.5 model pipeline: trains, signs, waits for a person's approval, activates."""

import os
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "platform")]

import training
from platform_metrics import Metrics
from platform_tokens import Unauthorized, claims_of
from registry import NotApproved, Registry, Unknown


class PostgresAudit:
    """Activations in PostgreSQL: who, why, before and after."""

    COLUMNS = ("version", "approver", "reason", "before", "after")

    def __init__(self, database):
        """Keep them in that database."""
        self.database = database

    def add(self, **row):
        """Record one activation."""
        statement = "INSERT INTO model_audit (version, approver, reason, before_digest, after_digest) VALUES (%s, %s, %s, %s, %s)"
        self.database.execute(None, statement, tuple(row[name] for name in self.COLUMNS))

    def last(self, version):
        """Give the newest activation of a version, or None."""
        statement = "SELECT version, approver, reason, before_digest, after_digest FROM model_audit WHERE version = %s ORDER BY at DESC LIMIT 1"
        rows = self.database.execute(None, statement, (version,))
        return dict(zip(self.COLUMNS, rows[0], strict=True)) if rows else None


def create_app(registry, key, data=training.DATA):
    """Give the application over a registry of models and the token key."""
    metrics = Metrics("model_pipeline")

    def for_operator(answer):
        async def endpoint(request):
            try:
                claims = claims_of(request.headers, key)
            except Unauthorized as error:
                return JSONResponse({"error": str(error)}, 401)
            if claims.get("role") != "operator":
                return JSONResponse({"error": "an operator is needed"}, 403)
            try:
                return await answer(request)
            except Unknown as error:
                return JSONResponse({"error": str(error)}, 404)
            except NotApproved as error:
                return JSONResponse({"error": str(error)}, 409)

        endpoint.__name__ = answer.__name__
        return endpoint

    async def train(_request):
        rows, labels = training.read(data)
        weights, bias = await run_in_threadpool(training.train, rows, labels)
        version = registry.add(weights, bias)
        return JSONResponse({"version": version, "accuracy": training.accuracy(weights, bias, rows, labels)}, 201)

    async def approve(request):
        body = await request.json()
        if not body.get("approver") or not body.get("reason"):
            return JSONResponse({"error": "approver and reason are needed"}, 422)
        registry.approve(request.path_params["version"], str(body["approver"]), str(body["reason"]))
        return JSONResponse({"approved": request.path_params["version"]})

    async def activate(request):
        registry.activate(request.path_params["version"])
        return JSONResponse(registry.active())

    async def active(_request):
        return JSONResponse(registry.active())

    async def audit(request):
        found = registry.audit.last(request.path_params["version"])
        return JSONResponse(found) if found else JSONResponse({"error": "never activated"}, 404)

    async def health(_request):
        return JSONResponse({"status": "ok"})

    routes = [
        Route("/train", for_operator(train), methods=["POST"]),
        Route("/models/active", active),
        Route("/models/{version}/approve", for_operator(approve), methods=["POST"]),
        Route("/models/{version}/activate", for_operator(activate), methods=["POST"]),
        Route("/models/{version}/audit", for_operator(audit)),
        Route("/health", health),
        Route("/metrics", metrics.scrape),
    ]
    return Starlette(routes=routes, middleware=[metrics.middleware()])


def main():
    """Serve with both keys from Vault, the models in their folder and the audit in PostgreSQL."""
    from platform_database import Database
    from platform_serving import serve
    from platform_signing import private_key, sign
    from platform_vault import read_secret

    signing = private_key(read_secret("atom/model-signing"))
    folder = Path(os.environ["MODELS_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    registry = Registry(folder, lambda artifact: sign(artifact, signing), PostgresAudit(Database(os.environ["DATABASE_URL"])))
    serve(create_app(registry, read_secret("atom/jwt")))


if __name__ == "__main__":
    main()
