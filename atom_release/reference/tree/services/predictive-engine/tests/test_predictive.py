"""C.1: the score, the stored predictions, and the model that is served."""

import json
import sys
import time
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1]))

import server
import platform_signing
import predictive_model

KEY = "k" * 32
TENANT = "11111111-1111-4111-8111-111111111111"
FEATURES = {"cpu": 0.9, "memory": 0.8, "error_rate": 0.7, "latency": 0.6}


class Memory:
    def __init__(self):
        self.rows = []

    def add(self, *row):
        self.rows.append(row)

    def latest(self, tenant, limit):
        return [{"run_id": row[1]} for row in reversed(self.rows) if row[0] == tenant][:limit]


def bearer(tenant=TENANT, **claims):
    token = jwt.encode({"tenant_id": tenant, "exp": time.time() + 60, **claims}, KEY, algorithm="HS256")
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def store():
    return Memory()


@pytest.fixture
def client(store, tmp_path):
    return TestClient(server.create_app(store, KEY, predictive_model.ActiveModel(tmp_path)))


def test_score_is_the_logistic_of_the_weighted_sum():
    assert predictive_model.score({"weights": [1, 0, 0, 0], "bias": 0}, {**FEATURES, "cpu": 0}) == 0.5
    assert predictive_model.score({"weights": [2, 0, 0, 0], "bias": 0}, {**FEATURES, "cpu": 1}) == pytest.approx(0.880797, abs=1e-6)


@pytest.mark.parametrize("features", [{}, {**FEATURES, "cpu": "high"}])
def test_features_must_be_numbers(features):
    with pytest.raises(ValueError, match="feature cpu"):
        predictive_model.score({"weights": [1, 1, 1, 1], "bias": 0}, features)


def test_a_prediction_is_answered_and_kept_for_the_tenant(client, store):
    answer = client.post("/predict", json={"run_id": "r1", "features": FEATURES}, headers=bearer())
    assert answer.status_code == 200
    assert answer.json()["prediction"] == 1
    assert store.rows[0][:3] == (TENANT, "r1", "v1.0")
    assert client.get("/predictions", headers=bearer()).json() == {"predictions": [{"run_id": "r1"}]}


def test_without_a_tenant_nothing_is_predicted(client, store):
    assert client.post("/predict", json={"features": FEATURES}).status_code == 401
    assert client.get("/predictions", headers={"Authorization": "Bearer x"}).status_code == 401
    assert store.rows == []


def test_an_activated_model_is_served_only_with_its_signature(tmp_path):
    key, another = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    artifact = json.dumps({"version": "v1.1", "weights": [0, 0, 0, 0], "bias": 0}).encode()
    (tmp_path / "v1.1.json").write_bytes(artifact)
    (tmp_path / "active.json").write_text(json.dumps({"artifact": "v1.1.json", "signature": platform_signing.sign(artifact, key)}))
    assert predictive_model.ActiveModel(tmp_path, key.public_key()).current()["version"] == "v1.1"
    with pytest.raises(platform_signing.BadSignature):
        predictive_model.ActiveModel(tmp_path, another.public_key()).current()
    (tmp_path / "v1.1.json").write_bytes(artifact.replace(b"0", b"9"))
    with pytest.raises(platform_signing.BadSignature):
        predictive_model.ActiveModel(tmp_path, key.public_key()).current()


def test_metrics_count_what_was_answered(client):
    client.post("/predict", json={"features": FEATURES}, headers=bearer())
    assert 'predictive_engine_requests_total{endpoint="predict",status="200"} 1.0' in client.get("/metrics").text
    assert client.get("/health").json()["status"] == "ok"
