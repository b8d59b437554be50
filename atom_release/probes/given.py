"""The variables that tests and checks get beside the rehearsed services, and who stands in for one.

Filled from the manifest's templates. Which services there are, and what the answers mean, is the
probes' own.
"""

from __future__ import annotations

import re
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_PLAIN = re.compile(r"\{(?:url:[A-Za-z0-9.]+|python|port|scratch|vault)\}")
_TEMPLATE = re.compile(r"\{[a-z]")
_PASSWORD = re.compile(r"//[^/@:]*:([^/@]+)@|password=(\S+)")
_SHORTEST = 6
_URL = re.compile(r"\{url:([A-Za-z0-9.]+)\}")


@dataclass(frozen=True)
class Given:
    """The environment that is given, the variables that could not be filled, with the reason.

    And the ones that are nobody's affair.
    """

    values: Mapping[str, str]
    lacking: Mapping[str, str]
    private: Sequence[str]

    @property
    def secret(self) -> list[str]:
        """The values that may hold a token or a password, whole and the password alone."""
        return [
            part
            for name in self.private
            for part in (self.values[name], *_passwords(self.values[name]))
            if len(part) >= _SHORTEST
        ]


def _passwords(value: str) -> list[str]:
    return [part for password in _PASSWORD.findall(value) for part in password if part]


def addressed(environment: Mapping[str, str]) -> list[str]:
    """Return the services whose address the variables ask for."""
    return sorted({name for text in environment.values() for name in _URL.findall(text)})


def fill_environment(
    environment: Mapping[str, str], addresses: Mapping[str, str], fill: Callable[[str], str]
) -> Given:
    """Fill the templates of the variables; `addresses` take the place of a service's own."""
    values, lacking = {}, {}
    for name, text in environment.items():
        filled = _URL.sub(lambda match: addresses.get(match[1], match[0]), text)
        try:
            values[name] = fill(filled)
        except ProbeFault as fault:
            lacking[name] = fault.message
    private = [name for name in values if _TEMPLATE.search(_PLAIN.sub("", environment[name]))]
    return Given(values, lacking, private)


@contextmanager
def refusing(held: socket.socket) -> Iterator[str]:
    """Return an address that refuses connections, and keep it from being anyone else's."""
    with held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"
