"""The services that a check runs beside, and what stands in for one in its control."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.first_few import first_few
from atom_release.lab.stand_in import ANSWERING, REFUSING, standing_in
from atom_release.probes.given import Given, fill_environment

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping

    from atom_release.gate.manifest import Check, KnownBad
    from atom_release.lab.proof.bench import CheckBench
    from atom_release.lab.proof.change import Change
    from atom_release.lab.sandbox import Network

_STATUS = {"refusing": REFUSING, "answering": ANSWERING}


@dataclass(frozen=True)
class Beside:
    """The rehearsed services, as a check is given them: addresses, templates, and their network."""

    base_urls: Mapping[str, str]
    fill: Callable[[str], str] = field(repr=False)
    network: bool | Network = True
    open_socket: Callable[[], socket.socket] | None = field(default=None, repr=False)


def join(bench: CheckBench, check: Check, beside: Beside) -> CheckBench:
    """Return the bench of a check in the services' network, its variables filled.

    Raises:
        ProbeFault: a service that it runs beside did not start, or a variable cannot be filled.
    """
    down = [name for name in check.services if name not in beside.base_urls]
    if down:
        raise ProbeFault(
            f"{first_few(down)}, beside which it runs, did not start",
            "Let the service start; the log of the rehearsed services shows why it did not.",
        )
    given = _filled(check.environment, {}, beside)
    of_control = _filled(check.control.environment if check.control else {}, {}, beside)
    return replace(
        bench,
        environment={**bench.environment, **given.values},
        secret=[*given.secret, *of_control.secret],
        network=beside.network,
    )


@contextmanager
def standing_instead(
    change: Change, check: Check, control: KnownBad, beside: Beside
) -> Iterator[Change]:
    """Yield the change in which stand-ins have the addresses of the services that it replaces.

    Raises:
        ProbeFault: a variable of the control cannot be filled.
    """
    with ExitStack() as stack:
        standing = {
            name: stack.enter_context(
                standing_in(beside.open_socket and beside.open_socket(), _STATUS[kind])
            )
            for name, kind in control.services.items()
        }
        instead = [
            f"{_STATUS[kind]} answered in place of {name}"
            for name, kind in control.services.items()
        ]
        yield replace(
            change,
            environment=_filled(control.environment, standing, beside).values,
            addresses=_filled(check.environment, standing, beside).values if standing else {},
            around=", ".join([*filter(None, [change.around]), *instead]),
        )


def _filled(environment: Mapping[str, str], standing: Mapping[str, str], beside: Beside) -> Given:
    given = fill_environment(environment, standing, beside.fill)
    for name, why in given.lacking.items():
        raise ProbeFault(f"{name} could not be given: {why}", "Name what the manifest has.")
    return given
