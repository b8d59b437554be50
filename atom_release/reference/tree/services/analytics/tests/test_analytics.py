"""C.4: the figures, the redaction, and who may read them."""

import sys
import time
from pathlib import Path

import jwt
import pytest
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1]))

import figures
import redaction
import server

KEY = "k" * 32
TENANT = "11111111-1111-4111-8111-111111111111"


class Memory:
    def __init__(self):
        self.messages = []

    def probabilities(self, tenant):
        return [0.9, 0.5] if tenant == TENANT else []

    def add_feedback(self, tenant, message):
        self.messages.append((tenant, message))

    def feedback(self, tenant):
        return [{"at": "2026-11-01", "message": message} for owner, message in self.messages if owner == tenant]


@pytest.fixture
def client():
    return TestClient(server.create_app(Memory(), KEY))


def bearer(key=KEY, algorithm="HS256", **change):
    claims = {"tenant_id": TENANT, "exp": time.time() + 60, **change}
    return {"Authorization": f"Bearer {jwt.encode({k: v for k, v in claims.items() if v is not None}, key, algorithm=algorithm)}"}


def test_summary_of_no_predictions_is_zero_not_an_error():
    assert figures.summarize([]) == {"predictions": 0, "mean_probability": 0.0, "high_risk_share": 0.0}


def test_summary_counts_mean_and_high_risk(client):
    answer = client.get("/summary", headers=bearer()).json()
    assert answer == {"tenant": TENANT, "predictions": 2, "mean_probability": 0.7, "high_risk_share": 0.5}


def test_another_tenant_sees_nothing(client):
    other = bearer(tenant_id="22222222-2222-4222-8222-222222222222")
    assert client.get("/summary", headers=other).json()["predictions"] == 0


@pytest.mark.parametrize("change", [{"tenant_id": None}, {"exp": None}, {"exp": 1}, {"key": "x" * 32}, {"tenant_id": "all"}])
def test_a_token_that_does_not_count_opens_nothing(client, change):
    assert client.get("/summary", headers=bearer(**change)).status_code == 401


def test_redaction_takes_out_what_names_a_person():
    text = redaction.redact("Ada Example wrote from ada@example.org, card 4111 1111 1111 1111, call +49 30 1234 5678", ["Ada Example"])
    assert not {"Ada", "Example", "ada@", "4111", "1234"} & set(text.replace(",", " ").split())
    assert text.count(redaction.MARK) >= 4


def test_feedback_is_stored_and_exported_redacted(client):
    body = {"author": "Ada Example", "message": "Ada Example, ada@example.org: slow"}
    assert client.post("/feedback", json=body, headers=bearer()).status_code == 201
    for place in ("/feedback", "/export.csv"):
        answer = client.get(place, headers=bearer())
        assert "slow" in answer.text
        assert "ada@example.org" not in answer.text
        assert "Ada" not in answer.text


def test_a_formula_is_not_exported_as_one():
    assert figures.to_csv([{"message": "=1+1"}], ("message",)) == "message\n'=1+1\n"


def test_metrics_count_what_was_answered(client):
    client.get("/summary")
    assert 'analytics_requests_total{endpoint="summary",status="401"} 1.0' in client.get("/metrics").text
