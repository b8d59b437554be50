"""A GitHub for one repository on loopback: git over HTTP, and the part of the REST API that opens pull requests; it remembers what it was told.

Every request is held against GitHub's own description of its API, and every answer too: what this server takes and says, GitHub does.
It can be told to refuse, to fail, and to do what it was asked and then lose the answer.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from atom_release_tests.forge import described
from atom_release_tests.serving import serving

TOKEN = "right-hunter2"
_API, _NAME = "/api/v3", "acme/atom"
Answer = tuple[int, Any]


@dataclass
class GitHub:
    """The repository `acme/atom`: its references are those of a real bare repository."""

    origin: Path
    base: str = ""
    pulls: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    instead: dict[str, Answer] = field(default_factory=dict)
    limited: bool = False
    lost: set[str] = field(default_factory=set)
    drafts: bool = True
    hidden: int = 0

    @property
    def api(self) -> str:
        """The address of the API."""
        return f"http://{self.base}{_API}"

    @property
    def remote(self) -> str:
        """The address of the repository for git."""
        return f"http://{self.base}/{_NAME}.git"

    def pull(self, branch: str = "review", base: str = "main", **rest: object) -> dict[str, Any]:
        """Let a pull request be there that somebody else opened."""
        return self._new({"title": "by a person", "head": branch, "base": base, **rest})

    def answer(self, method: str, target: str, token: str, sent: Any) -> tuple[str, Answer]:  # noqa: ANN401 - any JSON
        """Answer one request of the API, as described."""
        split = urlsplit(target)
        operation, form = described.operation(method, split.path.removeprefix(_API))
        self.asked.append(operation)
        if "requestBody" in form:
            described.check({**form["requestBody"], "additionalProperties": False}, sent)
        if token != TOKEN:
            return operation, (401, {"message": "Bad credentials"})
        if operation in self.instead:
            return operation, self.instead[operation]
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        status, document = self._does(operation, split.path.split("/"), query, sent)
        described.check(form["responses"][str(status)], document)
        return operation, (status, document)

    def _does(self, operation: str, path: list[str], query: dict[str, str], sent: Any) -> Answer:  # noqa: ANN401 - any JSON
        if operation == "pulls/create":
            return self._create(sent)
        if operation == "pulls/list":
            if self.hidden:
                self.hidden -= 1
                return 200, []
            return 200, [self._shown(one, "pulls/list") for one in self.pulls if self._asked_for(one, query)]
        if operation == "pulls/update":
            self._numbered(path[-1]).update(sent)
            return 200, self._shown(self._numbered(path[-1]), operation)
        if operation == "repos/create-commit-status":
            self.statuses.setdefault(path[-1], []).append(sent)
            return 201, {**least(operation, 201), **sent}
        return 200, self._read(operation, path)

    def _read(self, operation: str, path: list[str]) -> dict[str, Any]:
        found = least(operation, 200)
        if operation == "repos/get":
            return {**found, "permissions": {"admin": False, "pull": True, "push": True}}
        if operation == "repos/get-combined-status-for-ref":
            simple = described.least({"$ref": "#/components/schemas/simple-commit-status"})
            return {**found, "statuses": [{**simple, **one} for one in self.statuses.get(path[-2], [])]}
        return {**found, "sha": path[-1], "url": f"{self.api}/repos/{_NAME}/commits/{path[-1]}"} if operation == "repos/get-commit" else found

    def _asked_for(self, one: dict[str, Any], query: dict[str, str]) -> bool:
        state = query.get("state", "open")
        return (query.get("head"), query.get("base")) == (f"acme:{one['head']}", one["base"]) and state in {"all", one["state"]}

    def _numbered(self, number: str) -> dict[str, Any]:
        return next(one for one in self.pulls if one["number"] == int(number))

    def _create(self, sent: dict[str, Any]) -> Answer:
        same = [one for one in self.pulls if (one["head"], one["base"], one["state"]) == (sent["head"], sent["base"], "open")]
        if same:
            return _invalid(f"A pull request already exists for acme:{sent['head']}.")
        if sent.get("draft") and not self.drafts:
            return _invalid("Draft pull requests are not supported in this repository.")
        head, base = self._tip(sent["head"]), self._tip(sent["base"])
        if not head or not base:
            return _invalid("head is invalid")
        if not _git(self.origin, "rev-list", f"{base}..{head}"):
            return _invalid(f"No commits between {sent['base']} and {sent['head']}")
        return 201, self._shown(self._new(sent), "pulls/create", 201)

    def _new(self, sent: dict[str, Any]) -> dict[str, Any]:
        one = {"body": None, "draft": False, "state": "open", "merged_at": None, "number": len(self.pulls) + 1, **sent}
        self.pulls.insert(0, one)
        return one

    def _tip(self, branch: str) -> str:
        return _git(self.origin, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")

    def _shown(self, one: dict[str, Any], operation: str, status: int = 200) -> dict[str, Any]:
        """Give a pull request as the API shows it."""
        schema = described.operation(*_WHERE[operation])[1]["responses"][str(status)]
        found: dict[str, Any] = described.least(schema["items"] if operation == "pulls/list" else schema)
        found["head"] |= {"ref": one["head"], "sha": one.get("sha") or self._tip(one["head"])}
        found["base"] |= {"ref": one["base"]}
        number = one["number"]
        told = {name: one[name] for name in ("title", "body", "draft", "state", "number", "merged_at")}
        return found | told | {"url": f"{self.api}/repos/{_NAME}/pulls/{number}", "html_url": f"http://{self.base}/{_NAME}/pull/{number}"}


_WHERE = {
    "pulls/create": ("POST", f"/repos/{_NAME}/pulls"),
    "pulls/list": ("GET", f"/repos/{_NAME}/pulls"),
    "pulls/update": ("PATCH", f"/repos/{_NAME}/pulls/1"),
    "repos/create-commit-status": ("POST", f"/repos/{_NAME}/statuses/0"),
    "repos/get": ("GET", f"/repos/{_NAME}"),
    "repos/get-commit": ("GET", f"/repos/{_NAME}/commits/0"),
    "repos/get-combined-status-for-ref": ("GET", f"/repos/{_NAME}/commits/0/status"),
    "users/get-authenticated": ("GET", "/user"),
}


def least(operation: str, status: int) -> dict[str, Any]:
    """Give the smallest answer of an operation."""
    found: dict[str, Any] = described.least(described.operation(*_WHERE[operation])[1]["responses"][str(status)])
    return found


def _git(origin: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(origin), *arguments], check=True, capture_output=True, text=True).stdout.strip()  # noqa: S607 - the git on PATH


def _invalid(message: str) -> Answer:
    error = {"resource": "PullRequest", "code": "custom", "message": message}
    return 422, {"message": "Validation Failed", "documentation_url": "https://forge.example.org", "errors": [error]}


@contextmanager
def github(origin: Path) -> Iterator[GitHub]:
    """Serve a bare repository as GitHub would, for as long as the block lasts; what was asked wrongly fails the test at its end."""
    forge = GitHub(origin)

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path.startswith(_API):
                self._ask(sent)
            else:
                self._git(sent)

        do_GET = do_POST = do_PATCH = _any  # noqa: N815 - names given by the server

        def _ask(self, sent: bytes) -> None:
            token = (self.headers.get("authorization") or "").partition(" ")[2]
            try:
                operation, (status, document) = forge.answer(self.command, self.path, token, json.loads(sent) if sent else None)
            except Exception as error:  # noqa: BLE001 - told at the end of the block
                forge.wrong.append(f"{self.command} {self.path}: {type(error).__name__} {str(error)[:400]}")
                operation, status, document = "", 500, {"message": "wrong"}
            if operation in forge.lost:
                self.close_connection = True
                return
            headers = {"x-ratelimit-remaining": "0"} if forge.limited else {}
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self._answer(status, body, {"content-type": "application/json", **headers})

        def _git(self, sent: bytes) -> None:
            split = urlsplit(self.path)
            given = {
                "GIT_PROJECT_ROOT": str(origin),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": split.path.removeprefix(f"/{_NAME}.git"),
                "QUERY_STRING": split.query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("content-type", ""),
                "CONTENT_LENGTH": str(len(sent)),
                "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding", ""),
                "GIT_PROTOCOL": self.headers.get("git-protocol", ""),
                "PATH": os.environ["PATH"],
                "REMOTE_USER": "ada",
            }
            said = subprocess.run(["git", "http-backend"], input=sent, env=given, capture_output=True, check=True).stdout  # noqa: S607 - the git on PATH
            head, _, body = said.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self._answer(int(headers.pop("Status", "200").split()[0]), body, headers)

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(Handler) as base:
        forge.base = base
        yield forge
    assert not forge.wrong, forge.wrong
