"""Clients, their tenants and roles, and the tokens they are given."""

import hmac
import time

import jwt

TENANTS = {"gate-a": "11111111-1111-4111-8111-111111111111", "gate-b": "22222222-2222-4222-8222-222222222222"}
LIFETIME = 900
PERMISSIONS = {"viewer": {"users:read"}, "operator": {"users:read", "users:write"}}


class Denied(Exception):
    """The client is not who it says, or may not do that."""


def issue(client_id, secret, secrets, key, role="operator", now=None):
    """Give a token for a client that knows its secret.

    Raises:
        Denied: it does not, or there is no such client or role.
    """
    known = secrets.get(client_id)
    if known is None or not isinstance(secret, str) or not hmac.compare_digest(known, secret) or role not in PERMISSIONS:
        raise Denied("unknown client or wrong secret")
    issued = int(time.time() if now is None else now)
    claims = {"sub": client_id, "tenant_id": TENANTS[client_id], "role": role, "iat": issued, "exp": issued + LIFETIME}
    return jwt.encode(claims, key, algorithm="HS256")


def permit(claims, permission):
    """Let a role do what it may.

    Raises:
        Denied: it may not.
    """
    if permission not in PERMISSIONS.get(claims.get("role"), set()):
        raise Denied(f"{permission} is not permitted")
