"""What runs stored, for a browser on this machine: each artifact as its step signed it.

On loopback, to be read alone, by the address of its run, which no later run changes. What a release
wrote may be in it, so that no script in it is run and nothing is loaded from elsewhere.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from atom_release.errors import AtomReleaseError
from atom_release.records.store import Store
from atom_release.release import gate_key
from atom_release.source.operator_file import read_operator

if TYPE_CHECKING:
    from atom_release.release.work import Work
    from atom_release.settings import Settings

LOOPBACK = "127.0.0.1"
_KINDS = {".html": "text/html", ".svg": "image/svg+xml", ".parquet": "application/octet-stream"}
_TEXT = "text/plain"
_HEADERS = {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


def address_of(work: Work, name: str) -> str | None:
    """Return where a browser finds an artifact of this run; None where it is served nowhere."""
    served = work.settings.out_url
    if not served or name not in work.run.seen([name]):
        return None
    return "/".join((served.rstrip("/"), "runs", work.run.commit, work.run.name, quote(name)))


@contextmanager
def served(settings: Mapping[str, Settings], port: int) -> Iterator[str]:
    """Serve the artifacts of these settings' stores while the block runs, and give the address.

    Args:
        settings: by what stands before `runs/` in an address, nothing for a release alone.
        port: the port, on loopback.

    Raises:
        OSError: the port is taken.
    """
    server = _Server(settings, port)
    thread = threading.Thread(target=server.serve_forever, name="artifacts", daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, settings: Mapping[str, Settings], port: int) -> None:
        self.settings = settings
        super().__init__((LOOPBACK, port), _Handler)

    def read(self, path: str) -> bytes:
        """Return what lies at an address: `[KEY/]runs/COMMIT/RUN/NAME`.

        Raises:
            AtomReleaseError: it is not there, or not what its step signed.
            LookupError: this is no such address.
        """
        *before, word, commit, run, name = [unquote(part) for part in path.split("/")[1:]]
        settings = self.settings["/".join(before)]
        if word != "runs":
            raise LookupError(path)
        key = gate_key.open_key(
            settings, read_operator(settings.operator).operator, may_act=False, make=True
        )
        return Store(settings.out, key).run(commit, run).read(name)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version, sys_version = "atom-release", ""

    def do_GET(self) -> None:
        """Answer with one artifact."""
        place = urlsplit(self.path)
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if host not in {LOOPBACK, "localhost"}:  # another site's name that was made to mean us
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, b"not served under this name\n", _TEXT)
            return
        try:
            content = self.server.read(place.path)
        except (LookupError, ValueError):
            self._answer(HTTPStatus.NOT_FOUND, b"no artifact has this address\n", _TEXT)
        except AtomReleaseError as error:
            self._answer(HTTPStatus.NOT_FOUND, f"{error}\n".encode(), _TEXT)
        else:
            suffix = place.path[place.path.rfind(".") :]
            self._answer(HTTPStatus.OK, content, _KINDS.get(suffix, _TEXT))

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the standard library's name
        """Say nothing: Dagster's own servers write in the same terminal."""

    def _answer(self, status: HTTPStatus, content: bytes, kind: str) -> None:
        self.send_response(status)
        charset = "" if kind == "application/octet-stream" else "; charset=utf-8"
        self.send_header("Content-Type", f"{kind}{charset}")
        self.send_header("Content-Length", str(len(content)))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
