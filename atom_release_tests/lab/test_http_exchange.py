"""HTTP with the manifest's requests, against real servers and real silence."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Login, Request
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.http_faults import NotStarted, ProtocolFault, Refused, TimedOut, Unfilled
from atom_release.lab.rehearsal.ports import status_of
from atom_release_tests.fixtures.serving import serving


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked; some paths misbehave."""

    protocol_version = "HTTP/1.1"
    logins = 0

    def do_GET(self) -> None:  # noqa: D102 - http.server's name
        if self.path == "/redirect":
            return self._send(302, b"", location="/elsewhere")
        if self.path == "/text":
            return self._send(200, b"not json {")
        if self.path.startswith("/packed/"):
            coding = self.path.rpartition("/")[2]
            packed = gzip.compress(b"ok")
            times = coding.count("gzip")
            body = gzip.compress(packed) if times > 1 else packed
            return self._send(200, body, **{"content-encoding": coding})
        if self.path == "/break":
            self.close_connection = True
            return None
        if self.path == "/denied":
            return self._send(403, json.dumps({"id": "denied"}).encode())
        return self._echo(None)

    def do_POST(self) -> None:  # noqa: D102 - http.server's name
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/login":
            Echo.logins += 1
            return self._send(200, json.dumps({"access": {"token": f"t{Echo.logins}"}}).encode())
        return self._echo(body)

    def _echo(self, body: object) -> None:
        self._send(
            200,
            json.dumps(
                {"path": self.path, "headers": dict(self.headers), "body": body, "id": 7}
            ).encode(),
        )

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:  # noqa: D102 - http.server's name
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with serving(Echo) as address:
        yield f"http://{address}"


@pytest.fixture
def exchange(url: str) -> Iterator[Exchange]:
    login = Login(
        name="ada",
        request=Request(service="S.1", method="POST", path="/login", body={}),
        pointer="/access/token",
    )
    with Exchange({"S.1": url}, {"name": "ann/a b"}, [login]) as made:
        yield made


def test_templates_are_filled_in_path_headers_and_body(exchange: Exchange) -> None:
    """Quoted in the path; a literal brace in the body stays; this request's own values go first."""
    request = Request(
        method="POST",
        path="/x/{name}",
        headers={"x-name": "{name}"},
        body={"a": "is {name}", "b": ["{other} {", "{name}"], "c": {"{name}": 1}},
    )
    answer = exchange.send(request, service="S.1", extra={"name": "n/1"}).json
    assert answer["path"] == "/x/n%2F1"
    assert answer["headers"]["x-name"] == "n/1"
    assert answer["body"] == {"a": "is n/1", "b": ["{other} {", "n/1"], "c": {"{name}": 1}}


def test_taken_values_are_used_later_with_their_type(exchange: Exchange) -> None:
    """A number taken stays a number where it is the whole string of a body."""
    exchange.send(Request(path="/", take={"item": "/id", "none": "/nothing"}), service="S.1")
    answer = exchange.send(
        Request(method="POST", path="/{item}", body={"id": "{item}", "text": "no {item}"}),
        service="S.1",
    ).json
    assert (answer["path"], answer["body"]) == ("/7", {"id": 7, "text": "no 7"})
    assert "none" not in exchange.values


def test_nothing_is_taken_from_an_answer_that_was_not_expected(exchange: Exchange) -> None:
    """A refusal may hold the same field."""
    assert exchange.send(Request(path="/denied", take={"item": "/id"}), service="S.1").status == 403
    assert "item" not in exchange.values


def test_template_without_a_value_is_said_and_not_sent(exchange: Exchange) -> None:
    """A request for the literal `{item}` would be a 404 that means nothing."""
    with pytest.raises(Unfilled, match="item"):
        exchange.send(Request(path="/{item}"), service="S.1")


def test_token_is_fetched_when_first_needed_and_once(exchange: Exchange) -> None:
    """Logins are lazy."""
    before = Echo.logins
    request = Request(
        path="/", headers={"authorization": "Bearer {token:ada}", "again": "{token:ada}"}
    )
    assert exchange.send(Request(path="/"), service="S.1").status == 200
    assert Echo.logins == before
    first, second = (
        exchange.send(request, service="S.1").json["headers"]["authorization"] for _ in range(2)
    )
    assert first == second == f"Bearer t{before + 1}"


def test_login_that_fails_is_a_fault(url: str) -> None:
    """Its request's own token cannot be needed to get it, and a refusal is no token."""
    refused = Login(name="bob", request=Request(service="S.1", path="/denied"), pointer="/id")
    circular = Login(
        name="eve",
        request=Request(service="S.1", path="/", headers={"x": "{token:eve}"}),
        pointer="/id",
    )
    with Exchange({"S.1": url}, logins=[refused, circular]) as exchange:
        with pytest.raises(ProbeFault, match="answered 403"):
            exchange.send(Request(path="/{token:bob}"), service="S.1")
        with pytest.raises(ProbeFault, match="its own token"):
            exchange.send(Request(path="/{token:eve}"), service="S.1")


def test_redirect_is_an_answer_and_not_followed(exchange: Exchange) -> None:
    """Where a service points is not where the gate was told to ask."""
    answered = exchange.send(Request(path="/redirect"), service="S.1")
    assert (answered.status, answered.headers["location"]) == (302, "/elsewhere")


def test_answer_that_is_not_json_has_none(exchange: Exchange) -> None:
    """The body is there all the same."""
    answered = exchange.send(Request(path="/text"), service="S.1")
    assert (answered.json, answered.body) == (None, b"not json {")


def test_an_answer_may_be_packed_once(exchange: Exchange) -> None:
    assert exchange.send(Request(path="/packed/gzip"), service="S.1").body == b"ok"


@pytest.mark.parametrize("coding", ["gzip,gzip", "gzip,gzip,gzip", "br"])
def test_what_is_packed_in_another_way_is_not_unpacked(exchange: Exchange, coding: str) -> None:
    """Three kilobytes packed twice unpack to gigabytes, and what is not unpacked hides a person."""
    with pytest.raises(ProtocolFault, match="packed by"):
        exchange.send(Request(path=f"/packed/{coding}"), service="S.1")


def test_broken_connection_is_a_protocol_fault(exchange: Exchange) -> None:
    """The server took the request and hung up."""
    with pytest.raises(ProtocolFault):
        exchange.send(Request(path="/break"), service="S.1")


def test_service_without_an_address_did_not_start() -> None:
    """Nothing is sent anywhere."""
    with pytest.raises(NotStarted, match=r"S\.2"):
        Exchange({}).send(Request(path="/"), service="S.2")


def test_refused_and_unresolved_are_absence() -> None:
    """Nobody listens, or nobody has that name."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(Refused, match="refused"):
            Exchange({"S": f"http://127.0.0.1:{bound.getsockname()[1]}"}).send(
                Request(path="/"), service="S"
            )
    with pytest.raises(Refused, match="unresolved"):
        Exchange({"S": "http://no-such-host.invalid"}).send(Request(path="/"), service="S")


def test_silence_and_an_answer_without_end_time_out() -> None:
    """One that takes the connection and says nothing, and one that never stops talking."""
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimedOut):
        Exchange({"S": f"http://127.0.0.1:{silent.getsockname()[1]}"}, timeout=0.3).send(
            Request(path="/"), service="S"
        )
    with talking() as port, pytest.raises(TimedOut, match="whole"):
        Exchange({"S": f"http://127.0.0.1:{port}"}, timeout=0.5).send(
            Request(path="/"), service="S"
        )


def test_tls_against_plain_http_is_a_protocol_fault(url: str) -> None:
    """Somebody is there, and cannot be trusted."""
    with pytest.raises(ProtocolFault, match="tls"):
        Exchange({"S": url.replace("http:", "https:")}).send(Request(path="/"), service="S")


def test_fault_does_not_quote_what_was_filled_in() -> None:
    """A path may have been filled with a token."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(Refused) as caught:
            Exchange({"S": f"http://127.0.0.1:{bound.getsockname()[1]}"}).send(
                Request(path="/{key}"), service="S", extra={"key": "planted-secret"}
            )
    assert "planted-secret" not in str(caught.value)


@contextmanager
def talking() -> Iterator[int]:
    """Serve a body without end, a piece every 50 ms."""
    done = threading.Event()

    def talk() -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
            while not done.wait(0.05):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            done.set()
            thread.join()


DRIPS = {
    "a header in drips": [bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 60],
    "one interim answer after another": [b"HTTP/1.1 100 Continue\r\n\r\n"] * 60,
}
_WHOLE = b"\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def dripping(pieces: list[bytes]) -> Iterator[int]:
    """Return the port of a server that sends these pieces one after another, and then a whole answer."""
    ended = threading.Event()

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            for piece in pieces:
                connection.sendall(piece)
                if ended.wait(0.05):
                    return
            last = b"" if pieces[0][:1] == b"H" and len(pieces[0]) == 1 else b"HTTP/1.1 200 OK"
            connection.sendall(last + _WHOLE)
            ended.wait(5)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        yield listening.getsockname()[1]
        ended.set()


@pytest.mark.parametrize("pieces", DRIPS.values(), ids=DRIPS)
def test_one_deadline_holds_for_a_whole_exchange(pieces: list[bytes]) -> None:
    """Each read is short; all of them together are not waited for."""
    with (
        dripping(pieces) as port,
        Exchange({"a": f"http://127.0.0.1:{port}"}, timeout=0.4) as exchange,
        pytest.raises(TimedOut),
    ):
        exchange.send(Request(path="/"), service="a")


@pytest.mark.parametrize("pieces", DRIPS.values(), ids=DRIPS)
def test_who_takes_the_time_gets_the_answer(pieces: list[bytes]) -> None:
    with (
        dripping(pieces[:3] if len(pieces[0]) > 1 else pieces) as port,
        Exchange({"a": f"http://127.0.0.1:{port}"}, timeout=60) as exchange,
    ):
        assert exchange.send(Request(path="/"), service="a").body == b"ok"


@pytest.mark.parametrize("pieces", DRIPS.values(), ids=DRIPS)
def test_a_status_is_not_waited_for_beyond_its_time(pieces: list[bytes]) -> None:
    only = [piece for piece in pieces if b"OK" not in piece][:9] + [b"\r"] * 60
    with dripping(only if len(pieces[0]) == 1 else pieces) as port:
        assert status_of(f"http://127.0.0.1:{port}", "/", 0.4) == 0


def test_an_interim_status_is_none() -> None:
    with dripping([b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 503 No\r\n\r\n"]) as port:
        assert status_of(f"http://127.0.0.1:{port}", "/", 10) == 503


@pytest.mark.parametrize(
    ("kind", "body", "content", "sent"),
    [
        (None, {"a": "{word}"}, b'{"a":"\xc3\xa5"}', "application/json"),
        ("application/json; v=2", {"a": 1}, b'{"a":1}', "application/json; v=2"),
        (
            "application/x-www-form-urlencoded",
            {"user": "{word}", "roles": ["x", "y"]},
            b"user=%C3%A5&roles=x&roles=y",
            "application/x-www-form-urlencoded",
        ),
        ("text/plain", "{word} here", "\u00e5 here".encode(), "text/plain"),
        (None, None, None, None),
    ],
)
def test_a_body_is_sent_as_its_content_type_says(
    kind: str | None, body: object, content: bytes | None, sent: str | None
) -> None:
    headers = {"content-type": kind} if kind else {}
    request = Request.model_validate(
        {"method": "POST", "path": "/", "body": body, "headers": headers}
    )
    prepared = Exchange({"S": "http://a"}, {"word": "\u00e5"}).prepare(request, service="S")
    assert prepared.content == content
    assert {name.lower(): value for name, value in prepared.headers.items()}.get(
        "content-type"
    ) == sent
