"""Artifacts that carry a detached signature (P-2).

Where they are, whose public key verifies them, and which service must refuse a tampered one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from pydantic import Field, model_validator

from atom_release.gate.manifest.fields import InRepository, Key, Strict, VariableName
from atom_release.gate.manifest.request import Request


class Consumer(Strict):
    """How a produced artifact comes into use, and the request that then depends on it."""

    deploy: tuple[Request, ...] = Field(min_length=1, description="puts what was produced into use")
    use: Request = Field(description="answered as in `expect` with a genuine artifact")
    refused: tuple[int, ...] = Field(
        default=(409, 422, 500, 502, 503),
        min_length=1,
        description="what `use` answers with a tampered one, if it was deployed",
    )

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> Self:
        if set(self.refused) & set(self.use.expect):
            message = (
                "an answer cannot be both expected of a genuine artifact and a refusal of a"
                " tampered one"
            )
            raise ValueError(message)
        return self


class Signed(Strict):
    """Files with a signature beside them.

    `<file>.sig` as `cosign sign-blob` writes it (base64), or `<file>.bundle`.
    """

    name: Key
    paths: tuple[InRepository, ...] = Field(
        min_length=1,
        description="globs in the judged tree; with `produce`, below the rehearsal's {scratch}",
    )
    public_key: InRepository | None = Field(default=None, description="PEM file in the judged tree")
    public_key_variable: VariableName | None = Field(
        default=None, description="variable that holds the PEM, or the absolute path of its file"
    )
    public_key_from: Key | None = Field(
        default=None, description="rehearsal secret whose public half verifies"
    )
    produce: tuple[Request, ...] = Field(
        default=(),
        description="requests after which the rehearsed services have written the artifacts",
    )
    consumer: Consumer | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        message = _lack(self)
        if message:
            raise ValueError(message)
        return self


def _lack(signed: Signed) -> str:
    named = [
        source
        for source in (signed.public_key, signed.public_key_variable, signed.public_key_from)
        if source is not None
    ]
    if len(named) != 1:
        return "name the public key in one way: public_key, public_key_variable or public_key_from"
    if not signed.produce and (signed.public_key_from or signed.consumer):
        return (
            "public_key_from and consumer belong to artifacts that the rehearsal produces: name"
            " `produce`"
        )
    consumer = signed.consumer
    if not all(
        _named(
            [
                *signed.produce,
                *(consumer.deploy if consumer else ()),
                *([consumer.use] if consumer else ()),
            ]
        )
    ):
        return "each request of a signed artifact names its service"
    return ""


def _named(requests: Iterable[Request]) -> Iterable[bool]:
    return (request.service is not None for request in requests)
