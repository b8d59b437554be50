"""HTTP with the manifest's requests.

Templates filled, answers taken, redirects never followed, and each way to fail told apart.

A refused or unresolved address, a silence and a broken conversation mean different things to the
rules, so each is an error of its own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from atom_release.errors import ProbeFault
from atom_release.gate.json_pointer import resolve_pointer
from atom_release.gate.manifest import Login, Request
from atom_release.lab.closing import Closing
from atom_release.lab.http_faults import (
    FAULTS,
    NotStarted,
    ProtocolFault,
    TimedOut,
    Unfilled,
    kind_of,
)
from atom_release.lab.http_messages import Answered, Prepared, content_of, json_of

if TYPE_CHECKING:
    import httpx

    from atom_release.lab.http_deadline import DeadlineTransport

_LONGEST_ANSWER = 16 * 1024 * 1024
_CODINGS = ("gzip", "deflate")
"""What an answer may be packed by, once: a piece unpacks to a thousand times its length at most."""

_TEMPLATE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*(?::[A-Za-z0-9_.]+)?)\}")


@dataclass
class Exchange(Closing):
    """A conversation with the release's services over one client with keep-alive.

    `values` grows by what requests take.
    """

    base_urls: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict, repr=False)
    logins: Sequence[Login] = ()
    timeout: float = 10.0

    def __post_init__(self) -> None:
        """Start from a copy of the values: two conversations never share what they took."""
        self.values = dict(self.values)
        self._client: httpx.Client | None = None
        self._transport: DeadlineTransport | None = None
        self._resolving: set[str] = set()

    def send(
        self,
        request: Request,
        *,
        service: str,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """Send one request to its service and take from an expected answer what it names.

        `extra` are values for this request only.

        Raises:
            NotStarted: the service has no address.
            Unfilled: a template in path or headers has no value.
            Refused: nobody listens there.
            TimedOut: no whole answer in time.
            ProtocolFault: TLS failed, the connection broke or the answer is not HTTP.
        """
        prepared = self.prepare(request, service=service, extra=extra, headers=headers)
        answered = self._ask(prepared)
        self._take(request, answered)
        return answered

    def prepare(
        self,
        request: Request,
        *,
        service: str,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Prepared:
        """Return a request as it is sent, every template filled.

        A body is JSON, or what its `Content-Type` says: the fields of a form, or a text as it is.

        Raises:
            NotStarted: the service has no address.
            Unfilled: a template in path or headers has no value.
        """
        service = request.service or service
        base = self.base_urls.get(service)
        if base is None:
            raise NotStarted(f"{service} has no address: it did not start")
        values = {**self.values, **(extra or {})}
        filled = {
            name: self._fill(value, values)
            for name, value in {**request.headers, **(headers or {})}.items()
        }
        kind, content = content_of(filled, self._fill_body(request.body, values))
        return Prepared(
            f"{request.method} {request.path} of {service}",
            request.method,
            base.rstrip("/") + self._fill(request.path, values, in_url=True),
            {**kind, **filled},
            content,
        )

    def close(self) -> None:
        """Close the connections kept alive; the next request opens a new one."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _take(self, request: Request, answered: Answered) -> None:
        """Keep what an expected answer gives.

        What it lacks stays unknown, so that the request that needs it names it.
        """
        if answered.status not in request.expect:
            return
        for name, where in request.take.items():
            try:
                self.values[name] = resolve_pointer(answered.json, where)
            except LookupError:
                self.values.pop(name, None)

    def _fill(self, text: str, values: Mapping[str, Any], *, in_url: bool = False) -> str:
        def value(match: re.Match[str]) -> str:
            filled = str(self._value(match[1], values))
            return quote(filled, safe="") if in_url else filled

        return _TEMPLATE.sub(value, text)

    def _fill_body(self, body: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """Fill the strings of a JSON body.

        A string that is one template keeps the value's type, an unknown name stays as it stands.
        """
        if isinstance(body, dict):
            return {name: self._fill_body(value, values) for name, value in body.items()}
        if isinstance(body, list | tuple):
            return [self._fill_body(value, values) for value in body]
        if not isinstance(body, str):
            return body
        whole = _TEMPLATE.fullmatch(body)
        if whole and self._knows(whole[1], values):
            return self._value(whole[1], values)
        return _TEMPLATE.sub(
            lambda match: (
                str(self._value(match[1], values)) if self._knows(match[1], values) else match[0]
            ),
            body,
        )

    def _knows(self, name: str, values: Mapping[str, Any]) -> bool:
        return name in values or any(name == f"token:{login.name}" for login in self.logins)

    def _value(self, name: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        if name in values:
            return values[name]
        for login in self.logins:
            if name == f"token:{login.name}":
                return self._token(login)
        raise Unfilled(f"nothing gave a value for {{{name}}}")

    def _token(self, login: Login) -> str:
        """Log in once per conversation."""
        name = f"token:{login.name}"
        if name in self.values:
            return str(self.values[name])
        if login.request.service is None or name in self._resolving:
            raise ProbeFault(f"login {login.name} names no service, or needs its own token")
        self._resolving.add(name)
        try:
            answered = self.send(login.request, service=login.request.service)
        finally:
            self._resolving.discard(name)
        if answered.status not in login.request.expect:
            raise ProbeFault(f"login {login.name} answered {answered.status}")
        try:
            self.values[name] = str(resolve_pointer(answered.json, login.pointer))
        except LookupError:
            raise ProbeFault(f"login {login.name} answered without {login.pointer}") from None
        return str(self.values[name])

    def _ask(self, prepared: Prepared) -> Answered:
        import httpx

        name, started = prepared.name, time.perf_counter()
        try:
            client = self._connected(started + self.timeout)
            with client.stream(
                prepared.method,
                prepared.url,
                headers=dict(prepared.headers),
                content=prepared.content,
            ) as response:
                _check_coding(name, response.headers)
                content = self._read(response.iter_bytes(), started + self.timeout)
        except httpx.TimeoutException as error:
            raise TimedOut(f"{name}: no whole answer within {self.timeout:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FAULTS.get(kind_of(error), ProtocolFault)(
                f"{name}: {kind_of(error)} ({type(error).__name__})"
            ) from error
        seconds = time.perf_counter() - started
        return Answered(
            response.status_code,
            content,
            json_of(content),
            {name.lower(): value for name, value in response.headers.items()},
            seconds,
        )

    def _read(self, chunks: Iterator[bytes], deadline: float) -> bytes:
        content = bytearray()
        for chunk in chunks:
            content += chunk
            if len(content) > _LONGEST_ANSWER:
                raise ProtocolFault(f"the answer is longer than {_LONGEST_ANSWER} bytes")
            if time.perf_counter() > deadline:
                raise TimedOut(f"the answer was not whole after {self.timeout:g} s")
        return bytes(content)

    def _connected(self, ends: float) -> httpx.Client:
        """Return the client; all of the next exchange, its header too, must end by that moment."""
        if self._client is None or self._transport is None:
            import httpx

            from atom_release.lab.http_deadline import DeadlineTransport

            encrypted = any(url.startswith("https:") for url in self.base_urls.values())
            # Reading the certificate store takes longer than a request; plain HTTP on loopback
            # needs none.
            self._transport = DeadlineTransport(verify=encrypted)
            self._client = httpx.Client(
                timeout=self.timeout,
                headers={"Accept-Encoding": ", ".join(_CODINGS)},
                follow_redirects=False,
                trust_env=False,
                transport=self._transport,
            )
        self._transport.deadline.ends = ends
        return self._client


def _check_coding(name: str, headers: httpx.Headers) -> None:
    """Refuse an answer that is packed in a way nobody asked for, before anything is unpacked."""
    codings = [
        coding.strip().lower()
        for coding in headers.get_list("content-encoding", split_commas=True)
        if coding.strip().lower() not in {"", "identity"}
    ]
    if len(codings) > 1 or not {*codings}.issubset(_CODINGS):
        raise ProtocolFault(
            f"{name}: the answer is packed by {' and '.join(codings)[:80]}, and"
            f" {' or '.join(_CODINGS)} was asked for, once"
        )
