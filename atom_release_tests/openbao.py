"""A real OpenBao in development mode for tests that sign with its transit engine."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import hvac
import pytest


@contextlib.contextmanager
def with_signing_key(environment: pytest.MonkeyPatch, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server whose transit engine holds the key `release`, named by the variables that its clients read; it ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(Path(sys.executable).parent / "bao"), "server", "-dev", "-dev-root-token-id=planted-root", f"-dev-listen-address={address}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env={"HOME": str(folder)}, start_new_session=True)
    try:
        environment.setenv("VAULT_ADDR", f"http://{address}")
        environment.setenv("VAULT_TOKEN", "planted-root")
        client = hvac.Client()
        for _ in range(300):
            with contextlib.suppress(OSError):
                if client.sys.is_initialized():
                    break
            time.sleep(0.1)
        client.sys.enable_secrets_engine("transit")
        client.secrets.transit.create_key("release", key_type="ed25519")
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
