"""What it means that a named system could not be asked: absent, or there and not answering.

Never with the address or an error's own text.
"""

from __future__ import annotations

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer, Assurance
from atom_release.lab.look import Look

_SAYS = {
    "refused": "refuses connections",
    "unresolved": "has a name that does not resolve",
    "timeout": "did not answer in time",
    "tls": "could not be trusted: TLS failed",
    "broken": "broke the connection off",
    "protocol": "does not speak the protocol",
    "unauthorized": "refused the credentials",
    "no-token": "was not asked: the variable with its token is unset",
    "sealed": "is sealed",
    "uninitialized": "is not initialized",
}
_ABSENT = {"refused", "unresolved"}


def unreached(look: Look, question: str, name: str, kind: str, variable: str) -> Evidence:
    """Give the evidence for a system at a set address that gave no usable answer.

    Refused and unresolved are absence, all else is doubt.
    """
    says = _SAYS.get(kind) or f"answered {kind.removeprefix('status-')}"
    answer = Answer.ABSENT if kind in _ABSENT else Answer.UNKNOWN
    return look.found(
        question,
        question,
        answer,
        f"{name} at ${variable} {says}",
        remedy=f"Check the address in {variable}, and that the system behind it is up.",
        assurance=Assurance.LIVE,
        facts={"how": "live", "kind": kind, "variable": variable},
    )


def absent(
    look: Look, question: str, why: str, *, assurance: Assurance = Assurance.LIVE, remedy: str = ""
) -> Evidence:
    """Give the evidence for a system that there is no address of.

    Or that could not be rehearsed.
    """
    how = "rehearsed" if assurance is Assurance.REHEARSED else "not asked"
    return look.found(
        question,
        question,
        Answer.ABSENT,
        why,
        remedy=remedy,
        assurance=assurance,
        facts={"how": how, "kind": "absent"},
    )
