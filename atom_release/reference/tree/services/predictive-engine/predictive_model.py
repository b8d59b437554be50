"""Logistic model of failure: four load figures in, a probability out."""

import base64
import json
import math
from pathlib import Path

FEATURES = ("cpu", "memory", "error_rate", "latency")
BUNDLED = Path(__file__).with_name("model.json")


class BadSignature(Exception):
    """The activated model is not what the pipeline signed."""


def load(path):
    """Read a model artifact."""
    return json.loads(Path(path).read_text())


def score(model, features):
    """Give the probability of failure.

    Raises:
        ValueError: a feature is missing or not a number.
    """
    values = []
    for name in FEATURES:
        value = features.get(name) if isinstance(features, dict) else None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"feature {name} must be a number")
        values.append(float(value))
    total = model["bias"] + sum(weight * value for weight, value in zip(model["weights"], values, strict=True))
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


def verify(artifact, signature, public_key):
    """Check the pipeline's signature (ECDSA P-256 over SHA-256, base64 DER).

    Raises:
        BadSignature: it does not match.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        public_key.verify(base64.b64decode(signature), artifact, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise BadSignature("the activated model's signature does not verify") from error


class ActiveModel:
    """The model that is served: the one that the pipeline activated, or the bundled one."""

    def __init__(self, folder, public_key=None):
        """Look for the activation in `folder`; verify with `public_key`."""
        self.folder = Path(folder) if folder else None
        self.public_key = public_key
        self._stamp = None
        self._model = load(BUNDLED)

    def current(self):
        """Give the model to serve now, read again only when the activation changed."""
        active = self.folder / "active.json" if self.folder else None
        stamp = active.stat().st_mtime_ns if active and active.exists() else None
        if stamp != self._stamp:
            self._model = self._activated(active) if stamp else load(BUNDLED)
            self._stamp = stamp
        return self._model

    def _activated(self, active):
        said = json.loads(active.read_text())
        artifact = (self.folder / said["artifact"]).read_bytes()
        verify(artifact, said["signature"], self.public_key)
        return json.loads(artifact)
