"""C.5: training, signing, and the approval that activation waits for."""

import sys
import time
from pathlib import Path

import jwt
import pytest
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1]))

import registry
import server
import training

KEY = "k" * 32


class Memory:
    def __init__(self):
        self.rows = []

    def add(self, **row):
        self.rows.append(row)

    def last(self, version):
        return next((row for row in reversed(self.rows) if row["version"] == version), None)


@pytest.fixture
def models(tmp_path):
    return registry.Registry(tmp_path, lambda artifact: "signed", Memory())


@pytest.fixture
def client(models):
    return TestClient(server.create_app(models, KEY))


def bearer(role="operator"):
    claims = {"tenant_id": "11111111-1111-4111-8111-111111111111", "role": role, "exp": time.time() + 60}
    return {"Authorization": f"Bearer {jwt.encode(claims, KEY, algorithm='HS256')}"}


def test_training_learns_the_bundled_data():
    rows, labels = training.read()
    weights, bias = training.train(rows, labels)
    assert training.accuracy(weights, bias, rows, labels) > 0.85
    assert (weights, bias) == training.train(rows, labels)


def test_activation_waits_for_a_person(models):
    version = models.add([1, 1, 1, 1], 0)
    with pytest.raises(registry.NotApproved):
        models.activate(version)
    assert models.active()["version"] == "v1.0"


def test_an_approved_model_is_activated_and_recorded(models):
    version = models.add([1, 1, 1, 1], 0)
    models.approve(version, "R. Manager", "better recall")
    before = models.active()["digest"]
    models.activate(version)
    assert models.active()["version"] == version
    row = models.audit.last(version)
    assert (row["approver"], row["reason"], row["before"], row["after"]) == ("R. Manager", "better recall", before, models.active()["digest"])


@pytest.mark.parametrize("version", ["v1.9", "../etc", "v1.0"])
def test_an_unknown_version_cannot_be_activated(models, version):
    with pytest.raises(registry.Unknown):
        models.activate(version)


def test_the_whole_way_over_http(client):
    version = client.post("/train", headers=bearer()).json()["version"]
    assert client.post(f"/models/{version}/activate", headers=bearer()).status_code == 409
    assert client.post(f"/models/{version}/approve", json={"approver": "R. Manager"}, headers=bearer()).status_code == 422
    client.post(f"/models/{version}/approve", json={"approver": "R. Manager", "reason": "tested"}, headers=bearer())
    assert client.post(f"/models/{version}/activate", headers=bearer()).json()["version"] == version
    assert client.get(f"/models/{version}/audit", headers=bearer()).json()["approver"] == "R. Manager"


def test_only_an_operator_trains(client):
    assert client.post("/train").status_code == 401
    assert client.post("/train", headers=bearer("viewer")).status_code == 403


def test_metrics_count_what_was_answered(client):
    client.get("/models/active")
    assert 'model_pipeline_requests_total{endpoint="active",status="200"} 1.0' in client.get("/metrics").text
