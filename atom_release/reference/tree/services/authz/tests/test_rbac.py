"""C.3: who gets a token, what it says, and whose users are shown."""

import sys
import time
from pathlib import Path

import jwt
import pytest
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1]))

import rbac
import server

KEY = "k" * 32
SECRETS = {"gate-a": "alpha", "gate-b": "beta"}


class Memory:
    def __init__(self):
        self.users = []

    def add(self, tenant, name):
        self.users.append((tenant, name))
        return str(len(self.users))

    def all(self, tenant):
        return [{"display_name": name} for owner, name in self.users if owner == tenant]


@pytest.fixture
def client():
    return TestClient(server.create_app(Memory(), KEY, SECRETS))


def bearer(client_id):
    return {"Authorization": f"Bearer {rbac.issue(client_id, SECRETS[client_id], SECRETS, KEY)}"}


def test_a_token_says_tenant_role_and_expiry():
    claims = jwt.decode(rbac.issue("gate-a", "alpha", SECRETS, KEY, now=time.time()), KEY, algorithms=["HS256"])
    assert claims["tenant_id"] == rbac.TENANTS["gate-a"]
    assert claims["role"] == "operator"
    assert claims["exp"] - claims["iat"] == rbac.LIFETIME


@pytest.mark.parametrize(("client_id", "secret"), [("gate-a", "beta"), ("nobody", "alpha"), ("gate-a", None)])
def test_a_wrong_secret_gets_no_token(client_id, secret):
    with pytest.raises(rbac.Denied, match="unknown client"):
        rbac.issue(client_id, secret, SECRETS, KEY)


def test_a_viewer_may_not_write():
    rbac.permit({"role": "viewer"}, "users:read")
    with pytest.raises(rbac.Denied, match="users:write"):
        rbac.permit({"role": "viewer"}, "users:write")


def test_the_endpoint_issues_and_verifies(client):
    token = client.post("/token", json={"client_id": "gate-b", "client_secret": "beta"}).json()["access_token"]
    assert client.post("/verify", json={"token": token}).json()["tenant_id"] == rbac.TENANTS["gate-b"]
    assert client.post("/token", json={"client_id": "gate-b", "client_secret": "alpha"}).status_code == 401


@pytest.mark.parametrize("missing", ["tenant_id", "exp"])
def test_a_token_without_tenant_or_expiry_is_refused(client, missing):
    claims = {"tenant_id": rbac.TENANTS["gate-a"], "exp": time.time() + 60}
    del claims[missing]
    assert client.post("/verify", json={"token": jwt.encode(claims, KEY, algorithm="HS256")}).status_code == 401


def test_users_are_shown_to_their_tenant_only(client):
    assert client.post("/users", json={"display_name": "Operator One"}, headers=bearer("gate-a")).status_code == 201
    assert client.get("/users", headers=bearer("gate-a")).json() == {"users": [{"display_name": "Operator One"}]}
    assert client.get("/users", headers=bearer("gate-b")).json() == {"users": []}


def test_metrics_count_what_was_answered(client):
    assert client.get("/users").status_code == 401
    assert 'authz_requests_total{endpoint="users",status="401"} 1.0' in client.get("/metrics").text
