"""The control of `order`: a repository whose tag is older than its evidence, asked in that way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Place
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.facts.order import OrderFacts
from atom_release.gate.rules.order import TAG_BEFORE, contradictions
from atom_release.gate.vocabulary import ControlState
from atom_release.git import Git
from atom_release.lab.throwaway import passing
from atom_release.probes.order.standing_tags import TagLook
from atom_release.probes.order.written import Cited, Written
from atom_release.reader.report import read_report
from atom_release.source import chronicle
from atom_release.source.commit import open_tree

if TYPE_CHECKING:
    from atom_release.lab.look import Look

_REPORT, _EVIDENCE = "final.md", "evidence.json"
_NOBODY = "control <control@localhost>"
_FIRST, _HOUR = 1_000_000_000, 3600


def later_evidence(look: Look) -> NegativeControl:
    """Ask a repository of the probe's own, in which evidence was added an hour after the tag."""
    tag = look.manifest.release.tag
    look.scratch.mkdir(parents=True, exist_ok=True)
    with passing(look.scratch) as folder:
        git = Git(folder)
        git.output("init", "--quiet", "--bare", "--template=", "--initial-branch=main")
        git.output("fast-import", "--quiet", stdin=_history(tag, f"Tag: {tag}\n"))
        apart = replace(look, tree=open_tree(folder, "main"), external=False)
        commits = {entry.commit: entry for entry in chronicle.commits(git, apart.tree.commit)}
        written = _written(f"Tag: {tag}\n")
        tags = TagLook(apart, [written], chronicle.tags(git), commits)
        entries = contradictions(OrderFacts(tags=[*tags.standing()]))
    seen = [entry.sentence for entry in entries if entry.id == TAG_BEFORE]
    return NegativeControl(
        state=ControlState.ALIVE if seen else ControlState.DEAD,
        changed="asked a repository of the probe's own whose evidence is an hour younger",
        found=seen[0] if seen else "nothing out of order",
    )


def _written(text: str) -> Written:
    place = Place(path=_REPORT, line=1, text=_EVIDENCE)
    record = read_report(_REPORT, text.encode(), limit=len(text))
    return Written(_REPORT, text, record, cited=(Cited(_EVIDENCE, "", place, passed=True),))


def _history(tag: str, report: str) -> bytes:
    """Return a history as git's fast-import reads it: the tag, and then what it should hold."""
    return "".join(
        [
            *_commit(_FIRST, {}),
            f"reset refs/tags/{tag}\nfrom refs/heads/main\n\n",
            *_commit(_FIRST + _HOUR, {_REPORT: report, _EVIDENCE: "{}\n"}),
        ]
    ).encode()


def _commit(when: int, files: dict[str, str]) -> list[str]:
    return [
        f"commit refs/heads/main\ncommitter {_NOBODY} {when} +0000\ndata 0\n",
        *(
            f"M 100644 inline {path}\ndata {len(content.encode())}\n{content}\n"
            for path, content in files.items()
        ),
        "\n",
    ]
