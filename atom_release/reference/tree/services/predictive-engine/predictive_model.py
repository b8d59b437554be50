"""Logistic model of failure: four load figures in, a probability out."""

import json
import math
from pathlib import Path

from platform_signing import public_key, verify

FEATURES = ("cpu", "memory", "error_rate", "latency")
BUNDLED = Path(__file__).with_name("model.json")
BUNDLED_KEY = Path(__file__).with_name("model.pub")


def load(artifact, signature, key):
    """Read a model artifact that was signed.

    Raises:
        BadSignature: it is not what was signed.
    """
    verify(artifact, signature, key)
    return json.loads(artifact)


def bundled():
    """Read the model that comes with the service."""
    return load(BUNDLED.read_bytes(), BUNDLED.with_name(f"{BUNDLED.name}.sig").read_text(), public_key(BUNDLED_KEY.read_text()))


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


class ActiveModel:
    """The model that is served: the one that the pipeline activated, or the bundled one."""

    def __init__(self, folder, key=None):
        """Look for the activation in `folder`; verify with the public key `key`."""
        self.folder = Path(folder) if folder else None
        self.key = key
        self._stamp = None
        self._model = bundled()

    def current(self):
        """Give the model to serve now, read again only when the activation changed."""
        active = self.folder / "active.json" if self.folder else None
        stamp = active.stat().st_mtime_ns if active and active.exists() else None
        if stamp != self._stamp:
            self._model = self._activated(active) if stamp else bundled()
            self._stamp = stamp
        return self._model

    def _activated(self, active):
        said = json.loads(active.read_text())
        return load((self.folder / said["artifact"]).read_bytes(), said["signature"], self.key)
