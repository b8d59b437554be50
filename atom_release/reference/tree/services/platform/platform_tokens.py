"""Tenant tokens: a JWT counts only with a valid signature, an expiry and a tenant."""

import uuid

import jwt


class Unauthorized(Exception):
    """The request carries no token that counts."""


def verify(token, key):
    """Give the claims of a token.

    Raises:
        Unauthorized: signature, expiry or tenant are missing or wrong.
    """
    try:
        claims = jwt.decode(token, key, algorithms=["HS256"], options={"require": ["exp", "tenant_id"]})
        uuid.UUID(claims["tenant_id"])
    except (jwt.InvalidTokenError, ValueError, AttributeError, TypeError) as error:
        raise Unauthorized("a valid token with a tenant is needed") from error
    return claims


def claims_of(headers, key):
    """Give the claims of a request's bearer token.

    Raises:
        Unauthorized: there is none that counts.
    """
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Unauthorized("a bearer token is needed")
    return verify(token, key)


def tenant_of(headers, key):
    """Give the tenant of a request.

    Raises:
        Unauthorized: there is no token that counts.
    """
    return claims_of(headers, key)["tenant_id"]
