"""Prove a check by itself: any command, in any repository, without a manifest or a remote.

The work tree is read and never written; nothing is decided of a release.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from atom_release.errors import Misuse, ProbeFault
from atom_release.gate.documents.proof import ProofDocument
from atom_release.gate.documents.vsa import PAYLOAD_TYPE
from atom_release.gate.facts.own_check import OwnCheckFacts
from atom_release.gate.manifest.verdict import Verdict
from atom_release.gate.rules.isolation import NETWORK, levels_missed
from atom_release.gate.rules.proof import Proof, Proved, judge
from atom_release.lab.proof.base import Base, base_copy
from atom_release.lab.proof.bench import CheckBench
from atom_release.lab.proof.change import Change
from atom_release.lab.proof.series import Series
from atom_release.lab.sandbox import Limits, Sandbox, allowed
from atom_release.lab.throwaway import passing
from atom_release.records import canonical, signing, signing_keys
from atom_release.settings import Settings, values_of
from atom_release.source.commit import JudgedTree, open_tree
from atom_release.source.objects import MENDED

_LEAST_SECRET = 8


@dataclass(frozen=True)
class Request:
    """What is asked: the command, its verdict, the known-bad change, and what the command may see.

    `passed` are variables that the command is given beside PATH.
    """

    command: Sequence[str]
    change: Change
    verdict: Verdict
    limits: Limits
    harmless: Change | None = None
    says: str = ""
    repeats: int = 1
    directory: str = "."
    work_tree: bool = False
    beside: Sequence[str] = ()
    shown: Sequence[Path] = ()
    passed: Mapping[str, str] = field(default_factory=dict, repr=False)
    network: bool = False
    isolated: bool = False


def prove(settings: Settings, request: Request) -> ProofDocument:
    """Run the check as the tree is, with the change, and again, and return what that proves.

    Raises:
        Misuse: there is no such repository, revision or folder.
    """
    judged = open_tree(settings.repository or Path.cwd(), settings.revision)
    if judged.missing:
        raise Misuse(f"This clone does not hold {judged.missing[0]}.", f"Fetch it: {MENDED}")
    with passing() as scratch:
        place = Path(os.path.realpath(scratch))
        place.chmod(0o755)
        made = base_copy(judged, place, work_tree=request.work_tree, beside=request.beside)
        with made as base:
            if not (base.folder / request.directory).is_dir():
                raise Misuse(f"The tree has no folder {request.directory}.", "Name another.")
            series = _series(settings, request, judged, base, place)
            facts, proof, isolation = _carry_out(series, request)
    return ProofDocument(
        state=proof.state,
        reason=proof.reason,
        remedy=proof.remedy,
        commit=judged.commit,
        tree=base.tree,
        changed=list(base.changed),
        isolation=list(isolation),
        check=facts,
    )


def _carry_out(series: Series, request: Request) -> tuple[OwnCheckFacts, Proof, tuple[str, ...]]:
    """Return the runs, what they prove, and the isolation that held."""
    try:
        facts = series.carry_out()
    except ProbeFault as fault:
        facts = OwnCheckFacts(
            command=list(request.command),
            verdict=request.verdict.form,
            control=request.change.sentence,
            runs=[],
        )
        return facts, Proof(Proved.UNTOLD, fault.message, fault.remedy), ("none",)
    isolation = series.isolation
    wanted = {NETWORK} if request.network else set()
    missed = [level for level in levels_missed(isolation) if level not in wanted]
    if request.isolated and missed:
        reason = f"it was not isolated: {', '.join(missed)}"
        return facts, Proof(Proved.UNTOLD, reason, "Leave out --isolated."), isolation
    return facts, judge(facts), isolation


def _series(
    settings: Settings, request: Request, judged: JudgedTree, base: Base, scratch: Path
) -> Series:
    path = values_of(["PATH"]).get("PATH", os.defpath)
    hidden = (Path.home(), judged.repository, settings.home, settings.key_path.parent)
    readable = (*allowed.path_folders(path, hidden), *request.shown)
    bench = CheckBench(
        sandbox=Sandbox(hidden, readable, accepted=("none",)),
        scratch=scratch,
        command=request.command,
        limits=request.limits,
        verdict=request.verdict,
        directory=request.directory,
        environment={"PATH": path, **request.passed},
        network=request.network,
        secret=[value for value in request.passed.values() if len(value) >= _LEAST_SECRET],
    )
    return Series(
        bench,
        base.folder,
        base.paths,
        request.change,
        harmless=request.harmless,
        says=request.says,
        repeats=request.repeats,
    )


def attest(document: ProofDocument, key: Path | None) -> bytes:
    """Return the in-toto test result: in a signed envelope with a key, else the bare statement.

    Raises:
        StoreError: the key cannot be read, or does not sign.
    """
    digest = canonical.digest(canonical.encode(document.to_json()))
    statement = canonical.encode(document.statement(digest))
    if key is None:
        return statement + b"\n"
    return signing.sign(statement, PAYLOAD_TYPE, signing_keys.load_key(key))
