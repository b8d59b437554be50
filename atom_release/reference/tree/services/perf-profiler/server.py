"""C.2 performance profiler: profiles the other services' endpoints and keeps the samples."""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "platform")]

import profiling
from platform_metrics import Metrics

BUDGET_MS = 800
MOST = 50


class PostgresSamples:
    """Profiles in PostgreSQL."""

    def __init__(self, database):
        """Keep them in that database."""
        self.database = database

    def add(self, target, path, result):
        """Store one profile."""
        statement = "INSERT INTO perf_samples (target, path, requests, errors, p95_ms) VALUES (%s, %s, %s, %s, %s)"
        self.database.execute(None, statement, (target, path, result["requests"], result["errors"], result.get("p95_ms")))

    def worst(self):
        """Give the number of profiles and the worst p95 of each target."""
        rows = self.database.execute(None, "SELECT target, count(*), max(p95_ms) FROM perf_samples GROUP BY target ORDER BY target")
        return [{"target": target, "profiles": count, "worst_p95_ms": p95} for target, count, p95 in rows]


def ask(url):
    """Say whether the address answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            answer.read()
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def create_app(store, targets, ask=ask):
    """Give the application over a store of profiles and the addresses that may be profiled."""
    metrics = Metrics("perf_profiler")

    async def profile(request):
        body = await request.json()
        target, path, count = body.get("target"), body.get("path"), body.get("requests", 10)
        if target not in targets or not isinstance(path, str) or not path.startswith("/"):
            return JSONResponse({"error": "no such target or path"}, 422)
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST:
            return JSONResponse({"error": f"requests must be 1 to {MOST}"}, 422)
        seconds, errors = await run_in_threadpool(profiling.profile, lambda: ask(targets[target] + path), count)
        result = profiling.summarize(seconds, errors, BUDGET_MS)
        store.add(target, path, result)
        return JSONResponse(result)

    async def summary(_request):
        return JSONResponse({"targets": store.worst()})

    async def health(_request):
        return JSONResponse({"status": "ok"})

    routes = [
        Route("/profile", profile, methods=["POST"]),
        Route("/summary", summary),
        Route("/health", health),
        Route("/metrics", metrics.scrape),
    ]
    return Starlette(routes=routes, middleware=[metrics.middleware()])


def main():
    """Serve with the profiles in PostgreSQL and the peers' addresses from the environment."""
    from platform_database import Database
    from platform_serving import serve

    targets = {"predictive-engine": os.environ["PREDICTIVE_URL"], "analytics": os.environ["ANALYTICS_URL"]}
    serve(create_app(PostgresSamples(Database(os.environ["DATABASE_URL"])), targets))


if __name__ == "__main__":
    main()
