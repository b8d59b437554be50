"""People are told of a refused release by a webhook and by e-mail, over the real protocols."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from atom_release.notify import Notices, NotTold, Refusal, RefusedCriterion, tell
from atom_release.notify.tell import TRIES
from atom_release.settings import notices_from_environment

REFUSAL = Refusal(
    release="C Finalization",
    version="v3.0.0",
    verdict="RED",
    reason="1 of 2 criteria do not hold: AC1 FAIL",
    commit="a" * 40,
    run="run-1",
    as_of="2025-11-19T10:00:00+00:00",
    criteria=(RefusedCriterion(id="AC1", outcome="FAIL", reason="report/C.1: no file matches"),),
)


class Hook:
    """A server that takes webhooks, and answers as it is told."""

    def __init__(self, *answers: int) -> None:
        """Answer with these, and with the last from then on."""
        self.answers = list(answers)
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.heard.append((self.path, dict(self.headers), body))
                answer = hook.answers.pop(0) if len(hook.answers) > 1 else hook.answers[0]
                self.send_response(answer)
                if answer == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)


class Post(socketserver.StreamRequestHandler):
    """A mail server's side of one conversation, as RFC 5321 has it."""

    def handle(self) -> None:
        """Take one message, or refuse the receiver whose name begins with `nobody`."""
        server: PostOffice = self.server  # type: ignore[assignment]
        self.say("220 post.example ESMTP")
        for line in iter(self.rfile.readline, b""):
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                server.messages.append(b"".join(text.removeprefix(b".") for text in lines))
                self.say("250 taken")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            elif verb == b"RCPT" and b"<nobody" in line:
                self.say("550 no such mailbox")
            else:
                self.say("250 post.example" if verb == b"EHLO" else "250 fine")

    def say(self, line: str) -> None:
        """Answer one line."""
        self.wfile.write(f"{line}\r\n".encode())


class PostOffice(socketserver.TCPServer):
    """The messages that a mail server took."""

    def __init__(self) -> None:
        """Listen on loopback."""
        self.messages: list[bytes] = []
        super().__init__(("127.0.0.1", 0), Post)


@contextmanager
def served(server: socketserver.BaseServer) -> Iterator[int]:
    """Serve in a thread, and yield the port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]  # type: ignore[misc,index]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_webhook_gets_the_refusal_as_json() -> None:
    hook = Hook(204)
    with served(hook.server) as port:
        tell(REFUSAL, Notices(webhook=f"http://127.0.0.1:{port}/hook?key=1"))
    ((path, headers, body),) = hook.heard
    assert (path, headers["Content-Type"]) == ("/hook?key=1", "application/json")
    assert headers["Idempotency-Key"] == "run-1"
    document = json.loads(body)
    assert document["schema_version"] == "atom-release/refusal/v1"
    assert (document["verdict"], document["criteria"][0]["id"]) == ("RED", "AC1")
    assert Refusal.model_validate_json(body) == REFUSAL


def test_a_webhook_that_answers_late_is_asked_again() -> None:
    hook = Hook(503, 503, 200)
    pauses: list[float] = []
    with served(hook.server) as port:
        tell(REFUSAL, Notices(webhook=f"http://127.0.0.1:{port}/hook"), pauses.append)
    assert (len(hook.heard), pauses) == (3, [0.5, 1.0])


@pytest.mark.parametrize("answer", [302, 404, 500])
def test_a_webhook_that_takes_nothing_is_told_without_its_address(answer: int) -> None:
    """What lets one write to the channel stands in no message; a redirect is not followed."""
    hook = Hook(answer)
    with served(hook.server) as port, pytest.raises(NotTold, match=str(answer)) as caught:
        tell(REFUSAL, Notices(webhook=f"http://127.0.0.1:{port}/hook?key=1"), lambda _: None)
    assert "key=1" not in str(caught.value)
    assert [path for path, _, _ in hook.heard] == ["/hook?key=1"] * TRIES


def test_an_e_mail_has_the_text_and_the_data() -> None:
    office = PostOffice()
    with served(office) as port:
        notices = Notices(
            mail_server=f"smtp://127.0.0.1:{port}",
            mail_from="gate@example.org",
            mail_to=("team@example.org", "lead@example.org"),
        )
        tell(REFUSAL, notices)
    (raw,) = office.messages
    message = message_from_bytes(raw)
    assert message["Subject"] == "C Finalization v3.0.0: RED"
    assert message["To"] == "team@example.org, lead@example.org"
    _, text, data = message.walk()
    assert "AC1 FAIL: report/C.1: no file matches" in str(text.get_payload(decode=True), "utf-8")  # type: ignore[arg-type]
    assert Refusal.model_validate_json(str(data.get_payload(decode=True), "utf-8")) == REFUSAL  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("to", "server", "why"),
    [
        (("nobody@example.org", "team@example.org"), "smtp://127.0.0.1:{port}", "1 receivers"),
        (("team@example.org",), "smtp://me:secret@127.0.0.1:{port}", "no TLS"),
        (("team@example.org",), "smtp://127.0.0.1:1", "did not take"),
        ((), "smtp://127.0.0.1:{port}", "not named"),
        (("team@example.org",), "post.example.org", "not named"),
    ],
)
def test_a_mail_that_did_not_go_is_told_in_words(
    to: tuple[str, ...], server: str, why: str
) -> None:
    office = PostOffice()
    with served(office) as port:
        notices = Notices(mail_server=server.format(port=port), mail_to=to)
        with pytest.raises(NotTold, match=why) as caught:
            tell(REFUSAL, notices, lambda _: None)
    assert "secret" not in str(caught.value)


def test_one_way_that_fails_keeps_no_other_from_being_tried() -> None:
    hook, office = Hook(500), PostOffice()
    with served(hook.server) as port, served(office) as post:
        notices = Notices(
            webhook=f"http://127.0.0.1:{port}/",
            mail_server=f"smtp://127.0.0.1:{post}",
            mail_to=("team@example.org",),
        )
        with pytest.raises(NotTold, match="answered 500"):
            tell(REFUSAL, notices, lambda _: None)
    assert len(office.messages) == 1


def test_who_is_told_stands_in_the_environment() -> None:
    given = notices_from_environment(
        {
            "ATOM_RELEASE_NOTIFY_SMTP": "smtp://post",
            "ATOM_RELEASE_NOTIFY_TO": "a@example.org, b@example.org",
        }
    )
    assert Notices(**given) == Notices(
        mail_server="smtp://post", mail_to=("a@example.org", "b@example.org")
    )
    assert not Notices(**notices_from_environment({})).wanted
