"""What the runs of a command show about the file that it is said to make.

A constant is a file that says that all is well and comes out the same without the code and without
the data: it is proven only where the committed file is that very output. What no command makes is
no evidence, and no accusation either.
"""

from __future__ import annotations

import re
from shlex import quote
from typing import TYPE_CHECKING

from atom_release.gate.facts.artifact import ArtifactFacts
from atom_release.gate.facts.contradiction import Contradiction, Place
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.first_few import first_few
from atom_release.gate.rules.recheck import Recheck
from atom_release.gate.vocabulary import Answer, ControlState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from atom_release.gate.facts.artifact import Making
    from atom_release.gate.facts.evidence import Evidence

_COUNTED = re.compile(r"phase[-_]?[a-z0-9]+|\d+", re.IGNORECASE)
CONSTANT = "artifact-constant"
NOT_MADE = "artifact-not-made"
DIFFERS = "artifact-differs"
FIXED_TIME = "artifact-time-fixed"
ABSENT = "generator-absent"
IGNORES = "generator-ignores-argument"
ANOTHER = "generator-writes-another"


def judge(evidence: Evidence, deciding: Collection[str]) -> tuple[Answer, str]:
    """Judge the runs again; the kinds of finding in `deciding` are a no."""
    return Recheck(
        ArtifactFacts,
        findings_of,
        unreadable="what came of the command cannot be read",
        unlike="the findings are not those of the runs",
        answer_of=answer_of,
    ).judge(evidence, deciding)


def answer_of(facts: ArtifactFacts) -> tuple[Answer, str]:
    """Return whether the file is what its command makes of the release, and why."""
    doubt = _unmade(facts)
    if doubt:
        return Answer.UNKNOWN, doubt
    if not is_constant(facts):
        shown = f"`{facts.command}` makes {facts.file} anew{_aside(facts)}"
        return Answer.YES, f"{shown}; {len(facts.differences)} places differ" if (
            facts.differences
        ) else shown
    if facts.differences:
        return Answer.UNKNOWN, f"{_constant(facts)}; the committed file differs from it"
    return Answer.NO, _constant(facts)


def control_of(facts: ArtifactFacts) -> NegativeControl | None:
    """Return what taking the code, and then the data, from the command changed."""
    run = facts.of("without data") or facts.of("without code")
    if run is None:
        return None
    alive = not run.same
    return NegativeControl(
        state=ControlState.ALIVE if alive else ControlState.DEAD,
        changed=f"the command run {run.part} of the release",
        found=_outcome(facts.file, run) if alive else "the same file",
    )


def is_constant(facts: ArtifactFacts) -> bool:
    """Return whether the file says that all is well whatever the release's code and data are.

    Of a command that asks something beside the tree nobody can say.
    """
    first, bare = facts.of("as it is"), facts.of("without data")
    if first is None or bare is None or facts.asks_outside:
        return False
    return first.passes and bare.same


def findings_of(facts: ArtifactFacts) -> list[Contradiction]:
    """Return what is to be shown of the file and its command, what decides first."""
    return [*_of_making(facts), *_of_content(facts)]


def _unmade(facts: ArtifactFacts) -> str:
    """Return why the file is not one that the command makes; nothing where it is."""
    return _unrunnable(facts) or _unwritten(facts)


def _unrunnable(facts: ArtifactFacts) -> str:
    if not facts.held:
        return f"the judged commit holds no {facts.file}"
    if not facts.command:
        return f"nothing is named that makes {facts.file}, so it is nobody's output"
    if facts.lacking:
        return f"`{facts.command}` cannot make {facts.file}: the commit holds no {facts.lacking[0]}"
    return "" if facts.of("as it is") else f"`{facts.command}` was not run"


def _unwritten(facts: ArtifactFacts) -> str:
    first = facts.of("as it is")
    if first is None or (first.written and not first.status):
        return ""
    second = facts.of("with its file")
    if second is not None and second.written and not second.status:
        return f"`{facts.command}` makes {facts.file} only from what that file holds already"
    return f"`{facts.command}` {_outcome(facts.file, first)}"


def _outcome(file: str, run: Making) -> str:
    """Return in a few words what a run came to."""
    words = f": {run.last_words}" if run.last_words else ""
    if run.met_limit:
        return f"met the {run.met_limit} limit"
    if run.status:
        return f"ended with status {run.status}{words}"
    if run.written:
        return f"made another {file}"
    others = f"; it wrote {first_few(run.others)}" if run.others else ""
    return f"does not write {file}{others}"


def _aside(facts: ArtifactFacts) -> str:
    return f" ({', '.join(facts.set_aside)} set aside)" if facts.set_aside else ""


def _constant(facts: ArtifactFacts) -> str:
    return (
        f"{facts.file} is a constant: `{facts.command}` makes the same file, which says that all is"
        f" well, without the release's code and without its data{_aside(facts)}"
    )


def _of_making(facts: ArtifactFacts) -> Iterator[Contradiction]:
    first = facts.of("as it is")
    if facts.lacking:
        yield _finding(
            facts, ABSENT, _unmade(facts), show=f"git ls-tree HEAD {quote(facts.lacking[0])}"
        )
    elif not facts.command:
        yield _finding(facts, NOT_MADE, _unmade(facts))
    elif first is not None and not first.status and not first.met_limit and not first.written:
        second = facts.of("with its file")
        elsewhere = bool(facts.named_at) and not _writes_sibling(facts.file, first)
        if (second is None or not second.written) and not elsewhere:
            yield _finding(facts, ANOTHER if first.others else NOT_MADE, _unmade(facts))


def _writes_sibling(file: str, run: Making) -> bool:
    """Return whether a run wrote a file of the same name but for a phase or a number."""
    return _COUNTED.sub("", file) in {_COUNTED.sub("", other) for other in run.others}


def _of_content(facts: ArtifactFacts) -> Iterator[Contradiction]:
    if is_constant(facts):
        decides = answer_of(facts)[0] is Answer.NO and bool(facts.criteria)
        yield _finding(facts, CONSTANT, _constant(facts), decides=decides)
    if facts.differences:
        place = facts.differences[0]
        more = len(facts.differences) + facts.more_differences - 1
        yield _finding(
            facts,
            DIFFERS,
            f"{facts.file} has {place.committed} at {place.place}, `{facts.command}` makes it"
            f" {place.made}{f', and {more} more places differ' if more else ''}{_aside(facts)}",
        )
    other = facts.of("other argument")
    if other is not None and other.same:
        yield _finding(
            facts,
            IGNORES,
            f"`{facts.command}` writes and prints the same with another word in place of"
            f" {facts.argument!r}: it ignores its argument",
        )
    if facts.fixed_time:
        yield _finding(
            facts,
            FIXED_TIME,
            f"{facts.file} says {facts.fixed_time}, which is written into {facts.script} and no"
            " moment of a run",
            show=f"grep -n {quote(facts.fixed_time)} {quote(facts.script)}",
        )


def _finding(
    facts: ArtifactFacts, kind: str, sentence: str, *, decides: bool = False, show: str = ""
) -> Contradiction:
    named = f" (named at {facts.named_at})" if facts.named_at else ""
    return Contradiction(
        id=kind,
        subject=", ".join(facts.criteria) or facts.file,
        sentence=f"{sentence}{named}",
        first=Place(path=facts.file, line=0, text=facts.command),
        second=Place(path=facts.script, line=0, text="") if facts.script else None,
        decides=decides,
        show=show or facts.command,
    )
