"""HTTP requests a manifest names: what is sent, and what counts as its right answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from atom_release.gate.manifest.fields import Key, Strict, Title

_LONGEST_ROUTE = 200

Pointer = Annotated[str, Field(pattern=r"^/")]
"""A JSON pointer into an answer, e.g. `/data/items/0`."""


class Request(Strict):
    """One HTTP request, and what counts as its right answer.

    `{name}` in path, headers and body is filled from values taken earlier (`take`), the gate's
    logins, and `{token:<login>}`.
    """

    service: str | None = Field(
        default=None, description="service id; default the service it stands under"
    )
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str = Field(pattern=r"^/")
    headers: dict[str, str] = Field(default_factory=dict)
    body: JsonValue = Field(
        default=None,
        description=(
            "sent as JSON; with the header Content-Type: application/x-www-form-urlencoded as the"
            " fields of a form"
        ),
    )
    expect: tuple[int, ...] = Field(default=(200,), min_length=1)
    has: tuple[Pointer, ...] = Field(
        default=(),
        description=(
            "JSON pointers to what a right answer has, for services that tell errors in the body"
        ),
    )
    take: dict[str, str] = Field(
        default_factory=dict, description="name -> JSON pointer into the answer"
    )


class Endpoint(Request):
    """A request whose latency is measured."""

    name: Title = Field(min_length=1)


Route = Annotated[
    str, Field(pattern=r"^(GET|POST|PUT|PATCH|DELETE) /[!-~]*(?!\n)$", max_length=_LONGEST_ROUTE)
]
"""A method and a path, whose parameters stand in braces, angles or behind a colon."""


class Login(Strict):
    """A request whose answer is a token, usable as `{token:<name>}`."""

    name: Key
    request: Request
    pointer: str = Field(description="JSON pointer to the token")
