"""Fresh secrets of every kind that is looked for, which never leave the process.

The forms that issuers gave their tokens are too many to plant all of them in each run: some are
drawn, others each time.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import string

_LETTERS = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_DRAWN = 6
_CONSONANTS = "bcdfghjkmnpqrtvwz23456789"  # without x, of which placeholders are made


def canaries() -> dict[str, bytes]:
    """Return files, each with one secret that must be found in it."""
    return {**_keys(), **_phrases(_word()), **_issued()}


def _word() -> str:
    """Return letters that spell nothing by chance."""
    return "Zq7" + "".join(secrets.choice(_CONSONANTS) for _ in range(24))


def _text(length: int, letters: str = _LETTERS) -> str:
    """Return letters, the last three of which keep them from being of one kind."""
    return "".join(secrets.choice(letters) for _ in range(length - 3)) + "a7" + letters[0]


def _digits(length: int) -> str:
    return "".join(secrets.choice("23456789") for _ in range(length))


def _keys() -> dict[str, bytes]:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import pkcs12

    key = ec.generate_private_key(ec.SECP256R1())
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, form, none)
    der = key.private_bytes(serialization.Encoding.DER, form, none)
    part = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
    whole = base64.b64encode(os.urandom(32)).decode()
    return {
        "canary/deploy.pem": pem,
        "canary/blob.bin": b"\0\1\2\0" + pem,
        "canary/deploy.der": der,
        "canary/deploy.p12": pkcs12.serialize_key_and_certificates(None, key, None, None, none),
        "canary/tls.yaml": b"data:\n  tls.key: " + base64.b64encode(pem) + b"\n",
        "canary/jwk.json": json.dumps({"kty": "EC", "crv": "P-256", "d": part}).encode(),
        "canary/wg0.conf": f"[Interface]\nPrivateKey = {whole}\n".encode(),
        "canary/deploy.ppk": (
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 1\n"
            f"{whole}\nPrivate-Lines: 1\n{whole}\n"
        ).encode(),
    }


def _phrases(word: str) -> dict[str, bytes]:
    registry = base64.b64encode(f"app:{word}".encode()).decode()
    secret = base64.b64encode(word.encode()).decode()
    files = {
        "canary/.env": f"DEBUG=0\nJWT_SECRET={word}\n",
        "canary/settings.yaml": f"database:\n  password: {word}\n",
        "canary/connect.py": f'DSN = "postgresql://app:{word}@db.corp.net/app"\n',
        "canary/.netrc": f"machine api.corp.net login app password {word}\n",
        "canary/.pgpass": f"db.corp.net:5432:app:app:{word}\n",
        "canary/config.json": json.dumps({"auths": {"registry.corp.net": {"auth": registry}}}),
        "canary/secret.yaml": f"kind: Secret\ndata:\n  password: {secret}\n",
        "canary/role.sql": f"CREATE ROLE app LOGIN PASSWORD '{word}';\n",
        "canary/call.sh": f"curl -H 'Authorization: Bearer {word}' https://api.corp.net\n",
        "canary/dump.sh": f"PGPASSWORD={word} pg_dump app\n",
        "canary/app.config": f'<add key="ApiSecret" value="{word}" />\n',
        "canary/Db.cs": f'var c = "Server=db;User Id=app;Password={word};";\n',
    }
    wide = {"canary/wide.ini": f"db_password = {word}\n".encode("utf-16")}
    return {**{path: content.encode() for path, content in files.items()}, **wide}


def _issued() -> dict[str, bytes]:
    tokens = _tokens()
    drawn = secrets.SystemRandom().sample(sorted(tokens), _DRAWN)
    return {f"canary/{name}.py": f'connect("{tokens[name]}")\n'.encode() for name in drawn}


def _tokens() -> dict[str, str]:
    """Return one token of each of many issuers."""
    upper = string.ascii_uppercase + "234567"
    return {
        "aws": "AKIA" + "".join(secrets.choice(upper) for _ in range(15)) + "Q",
        "github": f"ghp_{_text(36)}",
        "github_app": f"ghs_{_text(36)}",
        "github_fine": f"github_pat_{_text(22)}_{_text(59)}",
        "gitlab": f"glpat-{_text(20)}",
        "slack": f"xoxb-{_digits(12)}-{_digits(12)}-{_text(24)}",
        "stripe": f"sk_live_{_text(24)}",
        "sendgrid": f"SG.{_text(22)}.{_text(43)}",
        "npm": f"npm_{_text(36)}",
        "vault": f"hvs.{_text(90)}",
        "doppler": f"dp.pt.{_text(43)}",
        "digitalocean": f"dop_v1_{_text(64, _HEX)}",
        "anthropic": f"sk-ant-api03-{_text(93)}AA",
        "shopify": f"shpat_{_text(32, _HEX)}",
        "linear": f"lin_api_{_text(40)}",
        "grafana": f"glsa_{_text(32)}_{_text(8, _HEX)}",
        "databricks": f"dapi{_text(32, _HEX)}",
        "pulumi": f"pul-{_text(40, _HEX)}",
        "figma": f"figd_{_text(40)}",
        "groq": f"gsk_{_text(52)}",
    }
