"""C.1 predictive engine: predicts failures for a tenant and keeps what it predicted."""

import os
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "platform")]

import predictive_model
from platform_metrics import Metrics
from platform_signing import BadSignature, public_key
from platform_tokens import Unauthorized, tenant_of


class PostgresPredictions:
    """Predictions in PostgreSQL, behind row-level security."""

    def __init__(self, database):
        """Keep them in that database."""
        self.database = database

    def add(self, tenant, run_id, version, probability, prediction):
        """Store one prediction for a tenant."""
        statement = "INSERT INTO predictions (tenant_id, run_id, model_version, probability, prediction) VALUES (%s, %s, %s, %s, %s)"
        self.database.execute(tenant, statement, (tenant, run_id, version, probability, prediction))

    def latest(self, tenant, limit):
        """Give a tenant's newest predictions."""
        rows = self.database.execute(
            tenant, "SELECT run_id, model_version, probability, prediction FROM predictions ORDER BY created_at DESC LIMIT %s", (limit,)
        )
        return [dict(zip(("run_id", "model_version", "probability", "prediction"), row, strict=True)) for row in rows]


def create_app(store, key, active):
    """Give the application over a store of predictions, the token key and the served model."""
    metrics = Metrics("predictive_engine")

    async def predict(request):
        try:
            tenant = tenant_of(request.headers, key)
        except Unauthorized as error:
            return JSONResponse({"error": str(error)}, 401)
        body = await request.json()
        try:
            model = active.current()
            probability = predictive_model.score(model, body.get("features"))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 422)
        except BadSignature as error:
            return JSONResponse({"error": str(error)}, 503)
        prediction = int(probability >= 0.5)
        store.add(tenant, str(body.get("run_id", "")), model["version"], probability, prediction)
        return JSONResponse({"probability": probability, "prediction": prediction, "model_version": model["version"]})

    async def predictions(request):
        try:
            tenant = tenant_of(request.headers, key)
        except Unauthorized as error:
            return JSONResponse({"error": str(error)}, 401)
        return JSONResponse({"predictions": store.latest(tenant, min(100, int(request.query_params.get("limit", "20"))))})

    async def health(_request):
        return JSONResponse({"status": "ok", "model_version": active.current()["version"]})

    routes = [
        Route("/predict", predict, methods=["POST"]),
        Route("/predictions", predictions),
        Route("/health", health),
        Route("/metrics", metrics.scrape),
    ]
    return Starlette(routes=routes, middleware=[metrics.middleware()])


def main():
    """Serve with the key from Vault, the store in PostgreSQL and the models that the pipeline activates."""
    from platform_database import Database
    from platform_vault import read_secret

    key = read_secret("atom/jwt")
    active = predictive_model.ActiveModel(os.environ.get("MODELS_DIR"), public_key(read_secret("atom/model-verifying")))
    from platform_serving import serve

    serve(create_app(PostgresPredictions(Database(os.environ["DATABASE_URL"])), key, active))


if __name__ == "__main__":
    main()
