"""The services together, over HTTP, as they will be used. Nothing here reads their source."""

import os

import httpx
import jwt
import pytest

FEATURES = {"cpu": 0.45, "memory": 0.5, "error_rate": 0.4, "latency": 0.5}


def url(service):
    return os.environ[f"{service}_URL"]


@pytest.fixture
def token():
    def of(client):
        body = {"client_id": f"gate-{client}", "client_secret": os.environ[f"CLIENT_{client.upper()}_SECRET"]}
        answer = httpx.post(f"{url('AUTHZ')}/token", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    return of


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def predict(token, run_id):
    answer = httpx.post(f"{url('PREDICTIVE')}/predict", json={"run_id": run_id, "features": FEATURES}, headers=bearer(token))
    assert answer.status_code == 200, answer.text
    return answer.json()


def summary(token):
    answer = httpx.get(f"{url('ANALYTICS')}/summary", headers=bearer(token))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_predictions_show_in_analytics_for_their_tenant_only(token):
    a, b = token("a"), token("b")
    before_a, before_b = summary(a)["predictions"], summary(b)["predictions"]
    predict(a, "only-a")
    assert summary(a)["predictions"] == before_a + 1
    assert summary(b)["predictions"] == before_b


def test_a_tenant_does_not_list_anothers_predictions(token):
    predict(token("a"), "listed-for-a")
    runs = {tenant: [one["run_id"] for one in httpx.get(f"{url('PREDICTIVE')}/predictions", headers=bearer(token(tenant))).json()["predictions"]] for tenant in "ab"}
    assert "listed-for-a" in runs["a"]
    assert "listed-for-a" not in runs["b"]


def test_a_token_without_a_tenant_opens_nothing(token):
    whole = token("a")
    claims = jwt.decode(whole, os.environ["JWT_KEY"], algorithms=["HS256"])
    del claims["tenant_id"]
    bare = jwt.encode(claims, os.environ["JWT_KEY"], algorithm="HS256")
    assert httpx.get(f"{url('ANALYTICS')}/summary", headers=bearer(whole)).status_code == 200
    assert httpx.get(f"{url('ANALYTICS')}/summary", headers=bearer(bare)).status_code == 401


def test_an_activated_model_changes_what_is_predicted(token):
    operator = token("a")
    before = predict(operator, "before")
    version = httpx.post(f"{url('MODELS')}/train", headers=bearer(operator)).json()["version"]
    refused = httpx.post(f"{url('MODELS')}/models/{version}/activate", headers=bearer(operator))
    assert refused.status_code == 409
    assert predict(operator, "refused")["model_version"] == before["model_version"]
    approval = {"approver": "Integration Suite", "reason": "cross-service test"}
    httpx.post(f"{url('MODELS')}/models/{version}/approve", json=approval, headers=bearer(operator))
    assert httpx.post(f"{url('MODELS')}/models/{version}/activate", headers=bearer(operator)).status_code == 200
    after = predict(operator, "after")
    assert after["model_version"] == version
    assert after["probability"] != before["probability"]
