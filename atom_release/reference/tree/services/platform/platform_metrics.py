"""Prometheus metrics of one service: requests by endpoint and status, seconds by endpoint."""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.middleware import Middleware
from starlette.responses import Response


class Metrics:
    """A registry of its own for each application, so that tests do not share one."""

    def __init__(self, service):
        """Count for that service."""
        self.registry = CollectorRegistry()
        self.requests = Counter(f"{service}_requests", "Requests answered.", ["endpoint", "status"], registry=self.registry)
        self.seconds = Histogram(f"{service}_request_seconds", "Time to answer.", ["endpoint"], registry=self.registry)

    async def scrape(self, _request):
        """Answer with the text format."""
        return Response(generate_latest(self.registry), headers={"content-type": CONTENT_TYPE_LATEST})

    def middleware(self):
        """Give the middleware that counts."""
        return Middleware(_Counting, metrics=self)

    def count(self, endpoint, status, seconds):
        """Count one answered request."""
        self.requests.labels(endpoint, str(status)).inc()
        self.seconds.labels(endpoint).observe(seconds)


class _Counting:
    def __init__(self, app, metrics):
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def counted(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, counted)
        finally:
            name = getattr(scope.get("endpoint"), "__name__", "other")
            if name != "scrape":  # looking at the metrics must not move them
                self.metrics.count(name, status, time.perf_counter() - began)
