"""C.2: percentiles, budgets, and what may be profiled."""

import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1]))

import profiling
import server


class Memory:
    def __init__(self):
        self.rows = []

    def add(self, *row):
        self.rows.append(row)

    def worst(self):
        return [{"target": row[0], "profiles": 1, "worst_p95_ms": row[2]["p95_ms"]} for row in self.rows]


@pytest.fixture
def client():
    return TestClient(server.create_app(Memory(), {"analytics": "http://peer"}, ask=lambda url: url == "http://peer/health"))


def test_percentile_is_a_sample_that_was_seen():
    assert profiling.percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert profiling.percentile(range(1, 101), 0.95) == 95
    with pytest.raises(ValueError, match="no samples"):
        profiling.percentile([], 0.95)


def test_errors_are_not_fast_answers():
    seconds, errors = profiling.profile(lambda: False, 3)
    assert (seconds, errors) == ([], 3)
    assert not profiling.summarize(seconds, errors, 800)["within_budget"]


def test_the_budget_is_strict():
    assert not profiling.summarize([0.8], 0, 800)["within_budget"]
    assert profiling.summarize([0.799], 0, 800)["within_budget"]


def test_a_profile_is_made_and_kept(client):
    answer = client.post("/profile", json={"target": "analytics", "path": "/health", "requests": 5})
    assert answer.json()["requests"] == 5
    assert answer.json()["within_budget"]
    assert client.get("/summary").json()["targets"][0]["target"] == "analytics"


@pytest.mark.parametrize("body", [{"target": "elsewhere", "path": "/"}, {"target": "analytics", "path": "http://x"}, {"target": "analytics", "path": "/", "requests": 0}])
def test_only_known_targets_are_profiled(client, body):
    assert client.post("/profile", json=body).status_code == 422


def test_metrics_count_what_was_answered(client):
    client.get("/health")
    assert 'perf_profiler_requests_total{endpoint="health",status="200"} 1.0' in client.get("/metrics").text
