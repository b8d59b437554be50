"""A small release with one service of every kind that a rehearsal must tell apart."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from atom_release.evidence.look import Look
from atom_release.evidence.source import open_tree
from atom_release.gate.manifest import Manifest

SHOP = """
import json, os, socket, sys, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import psycopg

def vault(path):
    asked = urllib.request.Request(os.environ["VAULT"] + "/v1/" + path, headers={"X-Vault-Token": os.environ["TOKEN"]})
    try:
        return json.load(urllib.request.urlopen(asked))
    except urllib.error.HTTPError as error:
        return error.code

class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        path, _, argument = self.path.partition("?")
        self.answer(getattr(self, path.strip("/"))(argument))
    def do_POST(self):
        tenant = json.loads(self.rfile.read(int(self.headers["content-length"])))["tenant"]
        with psycopg.connect(os.environ["DSN"]) as db:
            db.execute("select set_config('app.tenant_id', %s, false)", [tenant])
            db.execute("insert into item values (%s)", [tenant])
        with open(os.environ["SCRATCH"] + "/model", "a") as model:
            model.write("changed")
        os.makedirs(os.environ["SCRATCH"] + "/new/deep", exist_ok=True)
        print("sold with", os.environ["TOKEN"], flush=True)
        self.answer({"id": 7})
    def answer(self, what):
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def health(self, _):
        with psycopg.connect(os.environ["DSN"]) as db:
            return db.execute("select 1").fetchone()
    def items(self, tenant):
        with psycopg.connect(os.environ["DSN"]) as db:
            db.execute("select set_config('app.tenant_id', %s, false)", [tenant])
            return db.execute("select count(*) from item").fetchone()[0]
    def files(self, _):
        return sorted(os.listdir(os.environ["SCRATCH"]))
    def model(self, _):
        return open(os.environ["SCRATCH"] + "/model").read()
    def secret(self, path):
        return vault("secret/data/" + path)
    def seen(self, path):
        try:
            return os.listdir(path) if os.path.isdir(path) else open(path).read()
        except OSError as error:
            return type(error).__name__
    def me(self, _):
        return {"uid": os.getuid(), "environment": dict(os.environ), "cwd": os.getcwd()}
    def crash(self, _):
        os._exit(1)

with open(os.environ["SCRATCH"] + "/model", "w") as model:
    model.write("first")
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
"""
FILES = {
    "app/shop.py": SHOP,
    "app/broken.py": "import os\nraise SystemExit('no good: ' + os.environ['TOKEN'])\n",
    "app/needy.py": "import module_that_nobody_installed\n",
    "app/lame.py": "import own_part_that_is_not_there\n",
    "lib/own_part_that_is_not_there.py": "",
    "db/001_item.sql": (
        "CREATE ROLE shop;\nCREATE TABLE item (tenant_id text);\nALTER TABLE item ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY p ON item USING (tenant_id = current_setting('app.tenant_id', true));\nGRANT ALL ON item TO shop;\n"
    ),
    "db/002_broken.sql": "SELECT 1;\nALTER TABLE nowhere ADD COLUMN x integer;\n",
    "db/003_more.sql": "CREATE TABLE more (id integer);\n",
}
_SHOP_STARTS = {
    "command": ["{python}", "app/shop.py", "{port}"],
    "environment": {"DSN": "{postgres}", "VAULT": "{vault}", "TOKEN": "{vault_token}", "SCRATCH": "{scratch}", "OTHER": "{url:S.2}"},
}


def service(service_id: str, script: str, **more: object) -> dict[str, Any]:
    """Give a service of the manifest that runs a script of the tree."""
    start = {"command": ["{python}", f"app/{script}.py"], "environment": {"TOKEN": "{vault_token}"}, "ready": "10s"}
    return {"id": service_id, "name": script, "source": ["app"], "report": f"{script}.md", "health": "/health", "start": start, **more}


def manifest(**more: object) -> Manifest:
    """Give the manifest: a shop that works, and others that do not, each for another reason."""
    services = [service("S.1", "shop", start=_SHOP_STARTS), service("S.2", "broken"), service("S.3", "needy"), service("S.4", "lame")]
    services.append(service("S.5", "foreign", start={"command": ["program-that-nobody-has"]}))
    given = {
        "release": {"phase": "S", "name": "Shop", "version": "1", "tag": "v1", "branch": "release"},
        "services": services,
        "tenancy": {"migrations": "db/*.sql", "role": "shop"},
        "secrets": [{"name": "signing", "path": "shop/signing"}],
        **more,
    }
    return Manifest.model_validate(given)


def look(folder: Path, described: Manifest | None = None, *, hidden: tuple[Path, ...] = ()) -> Look:
    """Give the surroundings of a run on a repository made below `folder`."""
    repository = folder / "repository"
    if not repository.exists():
        for path, text in FILES.items():
            (repository / path).parent.mkdir(parents=True, exist_ok=True)
            (repository / path).write_text(text)
        for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "all"]):
            subprocess.run(["git", "-C", str(repository), *words], check=True)  # noqa: S607 - git, as the gate itself finds it
    return Look(described or manifest(), open_tree(repository, "HEAD"), folder / "scratch", lambda: datetime.now(UTC), hidden=hidden)
