# ruff: noqa: ANN401 - what test services take and give is any JSON
"""A real service under uvicorn on the loopback, a real repository, and what a probe needs of a rehearsal around them."""

from __future__ import annotations

import logging
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atom_release.evidence.exchange import Exchange
from atom_release.evidence.look import Look
from atom_release.evidence.source import open_tree
from atom_release.gate.manifest import Manifest, Service

RELEASE = {"phase": "X", "name": "Example", "version": "v1", "tag": "v1", "branch": "review/v1"}


@dataclass
class Rehearsed:
    """What probes use of a rehearsal."""

    base_urls: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    lacks: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    logs: dict[str, bytes] = field(default_factory=dict)
    isolation: tuple[str, ...] = ("none",)

    def exchange(self) -> Exchange:
        """Give a conversation with the services."""
        return Exchange(self.base_urls)

    def log_of(self, service_id: str) -> bytes:
        """Give what a service is said to have logged."""
        return self.logs.get(service_id, b"")


@contextmanager
def serving(*routes: Route) -> Iterator[str]:
    """Serve the routes from a thread of this process and give the base URL."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()  # so that no request comes too early
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=list(routes)), log_level=logging.CRITICAL, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        taken.close()


def route(path: str, answer: Any, *methods: str) -> Route:
    """A route that answers with what a function of the request gives: a Response, or something to write as JSON."""

    async def endpoint(asked: Asked) -> Response:
        given = await answer(asked) if callable(answer) and not isinstance(answer, Response) else answer
        return given if isinstance(given, Response) else JSONResponse(given)

    return Route(path, endpoint, methods=list(methods) or ["GET"])


def service_of(**fields: Any) -> Service:
    return Service.model_validate({"id": "X.1", "name": "one", "source": ["src"], "report": "r.md", **fields})


def look_at(folder: Path, service: Service, files: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None) -> Look:
    """A look at a real repository that holds the files, committed."""
    repository = folder / "repository"
    repository.mkdir(exist_ok=True)
    for path, text in {"README": "x", **(files or {})}.items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(text)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(repository)]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x", "--allow-empty"]):
        subprocess.run([*git, *arguments], check=True)
    manifest = Manifest.model_validate({"release": RELEASE, "services": [service.model_dump(mode="json", exclude_none=True)]})
    return Look(
        manifest=manifest,
        tree=open_tree(repository, "HEAD"),
        scratch=folder / "scratch",
        clock=lambda: datetime.now(UTC),
        environment=environment or {},
    )
