"""The question `validator`: can the release's own validator say no?

It is run against a server that is well, one that answers 404 at once, one that answers too late,
and none. It says no by its exit status, by what it prints or by what stands in a file that it
writes: whatever somebody could have seen counts.
"""

from __future__ import annotations

import shlex
import socket
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.facts.validator import Asked, ValidatorFacts
from atom_release.gate.printable import printable
from atom_release.gate.rules import validators as rule
from atom_release.gate.rules.isolation import common_isolation
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.sandbox import network as new_network
from atom_release.lab.stand_in import ANSWERING, standing_in
from atom_release.probes.artifact import content
from atom_release.probes.artifact.command import MakingCommand
from atom_release.probes.given import refusing
from atom_release.probes.own_check.check_environment import CheckEnvironment, environment_of
from atom_release.probes.suite import trees
from atom_release.probes.unrunnable import answer_without_run, unread
from atom_release.probes.validator.boundary import find_boundary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.validator import Server
    from atom_release.gate.manifest.origins import Validator
    from atom_release.lab.look import Look
    from atom_release.lab.proof.bench import Run
    from atom_release.lab.sandbox import Network

QUESTION = "validator"
_ABOVE = 1.5
_LONGEST = 200
_REMEDY = (
    "Let it fail on a status that is no success, on a refused connection and on a late answer."
)


def probe_validator(look: Look, validator: Validator) -> Evidence:
    """Ask what the validator says of servers that are not well."""
    if look.tree.missing:
        why = f"this clone does not hold {look.tree.missing[0]}"
        return unread(look, QUESTION, validator.name, why)
    command = MakingCommand(validator.run, validator.directory or ".", look.tree.entries)
    limit = _limit_ms(look, validator)
    facts = ValidatorFacts(
        name=validator.name,
        command=shlex.join(validator.run),
        script=command.script,
        lacking=command.lacking,
        criteria=list(validator.evidence_for),
        slow_ms=limit * _ABOVE,
        boundary=find_boundary(look, command.script, limit),
    )
    if facts.lacking:
        return _evidence(look, facts, ())
    try:
        made = environment_of(look, validator, validator.install)
        asking = _Asking(look, validator, made)
        pairs = asking.ask_all(facts.slow_ms)
    except ProbeFault as fault:
        answer = answer_without_run(fault)
        reason = f"{validator.name} could not be run: {fault.message}"
        return look.found(QUESTION, validator.name, answer, reason, remedy=fault.remedy)
    facts = facts.model_copy(update={"runs": [entry for entry, _ in pairs]})
    return _evidence(look, facts, common_isolation(run.isolation for _, run in pairs))


def _limit_ms(look: Look, validator: Validator) -> float:
    """Return the budget in milliseconds: the validator's own, or the strictest of a service."""
    budgets = [service.budget.p95 for service in look.manifest.services if service.endpoints]
    limit = validator.limit or min(budgets or [look.manifest.services[0].budget.p95])
    return limit.total_seconds() * 1000


def _evidence(look: Look, facts: ValidatorFacts, isolation: tuple[str, ...]) -> Evidence:
    facts = facts.model_copy(update={"contradictions": rule.findings_of(facts)})
    answer, reason = rule.answer_of(facts)
    refused = [entry for entry in facts.runs if entry.server != "well" and not entry.passed]
    return look.found(
        QUESTION,
        facts.name,
        answer,
        reason,
        remedy="" if answer is Answer.YES else _REMEDY,
        control=NegativeControl(
            state=ControlState.ALIVE if refused else ControlState.DEAD,
            changed="servers that are not well in the place of the service",
            found=f"{len(refused)} of them refused",
        ),
        facts=facts.to_json(),
        isolation=isolation,
    )


@dataclass(frozen=True)
class _Asking:
    """The runs of one validator, each in a network of its own with one server."""

    look: Look
    validator: Validator
    made: CheckEnvironment

    def ask_all(self, slow_ms: float) -> list[tuple[Asked, Run]]:
        """Run it against each server."""
        kinds: Mapping[Server, str] = {
            "well": ANSWERING,
            "404": "404",
            "dead": "",
            "slow": f"{ANSWERING}+{slow_ms / 1000:g}",
        }
        return [self._ask(server, kind) for server, kind in kinds.items()]

    def _ask(self, server: Server, kind: str) -> tuple[Asked, Run]:
        with ExitStack() as stack:
            network = new_network(self.made.bench.sandbox.namespaces)
            if network is not None:
                stack.enter_context(network)
            open_socket = network.open_socket if network is not None else socket.socket
            address = stack.enter_context(
                standing_in(open_socket(), kind) if kind else refusing(open_socket())
            )
            run = self._run(address, network)
        self.look.keep(f"{self.validator.name}, {server}", run.text)
        lines = [line.strip() for line in run.text.splitlines() if line.strip()]
        entry = Asked(
            server=server,
            passed=_passed(run),
            status=run.status,
            words=printable(lines[-1])[:_LONGEST] if lines else "",
        )
        return entry, run

    def _run(self, address: str, network: Network | None) -> Run:
        tree, _ = trees.judged(self.look, "commit", self.made.built)
        bench = replace(
            self.made.bench,
            collects=True,
            command=[_filled(word, address) for word in self.validator.run],
            environment={
                name: _filled(value, address) for name, value in self.made.bench.environment.items()
            },
            network=network or True,
        )
        return bench.run(tree)


def _passed(run: Run) -> bool:
    """Return whether a run said that all is well, without a word of failure anywhere."""
    outputs = [run.text.encode(), *run.written.values()]
    return not run.status and not run.met_limit and not any(map(content.says_failed, outputs))


def _filled(text: str, address: str) -> str:
    host, _, port = address.removeprefix("http://").partition(":")
    for name, value in (("{url}", address), ("{host}", host), ("{port}", port)):
        text = text.replace(name, value)
    return text
