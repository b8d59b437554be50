"""The release on one page, for a person with a browser.

The decision, what refuses and what would change it, the policies, the claims, pictures.

One HTML file that asks for nothing else: no font, no address; pictures are in it, and so is the one
script, which filters and sorts, and which the page's own policy names by its digest. It is made
from the decision and from what that was made of, so that it says no more than they do. Whatever a
report or a service wrote is text here and never markup. It decides nothing, and is neither in the
release commit nor in the audit bundle.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING

from atom_release.gate.decision.claims_summary import Account
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents import matrix
from atom_release.gate.documents.description import Grounds
from atom_release.gate.documents.matrix import Cell
from atom_release.gate.documents.problems import Problem, find_problems
from atom_release.gate.documents.rows import Kind, Row, rows
from atom_release.gate.printable import printable
from atom_release.gate.vocabulary import ClaimVerdict, Outcome
from atom_release.pages import lineage
from atom_release.pages.course import Course

if TYPE_CHECKING:
    import jinja2

    from atom_release.gate.claims.ledger import LedgerRow

_WORST_CLAIM_FIRST = (ClaimVerdict.CONTRADICTED, ClaimVerdict.UNVERIFIED, ClaimVerdict.VERIFIED)


@dataclass(frozen=True)
class Observed:
    """One piece of evidence as the page needs it: what was asked of whom, and when."""

    question: str
    subject: str
    when: datetime

    @property
    def place(self) -> str:
        """What was asked of whom, and when."""
        return f"{self.question}/{self.subject}, {self.when:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True)
class Span:
    """When one question was asked: as text, and as a share of the whole run in percent."""

    question: str
    first: str
    last: str
    pieces: int
    left: float
    width: float


@dataclass(frozen=True)
class Told:
    """What the page tells.

    `digests` are the SHA-256 of the artifacts by name; `names` the services' names by id;
    `pictures` SVG files by what they show; `floor` the criteria that the operator has asked of
    every release; `observed` the evidence by its digest; `bundle` the name of the audit bundle;
    `lineage` the steps with what each stands on; `course` what came when, where the history was
    asked; `grounds` what the decision rests on, from which refusals are described.
    """

    title: str
    tag: str
    decision: Decision
    accounts: Sequence[Account]
    cells: Sequence[Cell]
    digests: Mapping[str, str]
    names: Mapping[str, str]
    pictures: Mapping[str, bytes]
    floor: Sequence[str] = ()
    observed: Mapping[str, Observed] = field(default_factory=dict)
    bundle: str = "BUNDLE"
    lineage: Mapping[str, Sequence[str]] = field(default_factory=dict)
    course: Course | None = None
    grounds: Grounds | None = None

    @property
    def worst(self) -> dict[str, str]:
        """The worst outcome that each step shows, by its name; none where it shows none."""
        shown: dict[str, list[Outcome]] = {}
        for result in self.decision.criteria:
            shown.setdefault(result.asset, []).append(result.outcome)
        return {
            step: str(max(outcomes, key=lambda outcome: outcome.badness))
            for step, outcomes in shown.items()
        }

    @cached_property
    def shown(self) -> tuple[Row, ...]:
        """The rows of the decision, each a criterion, one left out, or a roll-up."""
        return rows(self.decision, self.grounds)

    @property
    def criteria(self) -> list[Row]:
        """The criteria that were asked."""
        return self._of(Kind.ASKED)

    @property
    def refusing(self) -> list[Row]:
        """The criteria that refuse the release, worst first."""
        refusing = [row for row in self.criteria if not row.accepted]
        return sorted(refusing, key=lambda row: -row.outcome.badness if row.outcome else 0)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What stops the release, one for each cause."""
        return find_problems(self.criteria)

    @property
    def accepted(self) -> list[Row]:
        """The criteria that did not pass and are accepted: noted or waived."""
        return [row for row in self.criteria if row.accepted and row.outcome is not Outcome.PASS]

    @property
    def passed(self) -> list[Row]:
        """The criteria that passed."""
        return [row for row in self.criteria if row.outcome is Outcome.PASS]

    @property
    def reasons(self) -> list[str]:
        """The parts of the decision's reason."""
        return self.decision.reason.split("; ")

    @property
    def states(self) -> list[str]:
        """The words by which rows can be filtered: those that stand on the page."""
        outcomes = [str(outcome) for outcome, _ in self.counts]
        verdicts = {row.verdict for account in self.accounts for row in account.rows}
        return [*outcomes, *(str(word) for word in _WORST_CLAIM_FIRST if word in verdicts)]

    @property
    def contradicted(self) -> list[tuple[str, LedgerRow]]:
        """The claims that evidence contradicts, each with its service."""
        return [
            (account.service, row)
            for account in self.accounts
            for row in account.rows
            if row.verdict is ClaimVerdict.CONTRADICTED
        ]

    @property
    def accounts_worst_first(self) -> list[Account]:
        """The accounts, those with most contradictions first."""
        return sorted(
            self.accounts,
            key=lambda account: -account.counts[ClaimVerdict.CONTRADICTED],
        )

    def worst_first(self, account: Account) -> list[LedgerRow]:
        """Return the claims of a service, contradicted ones first."""
        return sorted(account.rows, key=lambda row: _WORST_CLAIM_FIRST.index(row.verdict))

    def seen_at(self, row: LedgerRow) -> list[str]:
        """Return what was asked of whom, and when, for what was found of a claim."""
        return [self.observed[digest].place for digest in row.evidence if digest in self.observed]

    @property
    def timeline(self) -> list[Span]:
        """When each question was asked, in the order of their first observations."""
        return list(_spans(self.observed))

    @property
    def left_out(self) -> list[Row]:
        """The criteria that the manifest leaves out."""
        return self._of(Kind.LEFT_OUT)

    @property
    def left_out_by_reason(self) -> list[tuple[str, list[Row]]]:
        """What the manifest does not ask, each reason once with all that it stands for."""
        by_reason: dict[str, list[Row]] = {}
        for row in self.left_out:
            by_reason.setdefault(row.reason, []).append(row)
        return [*by_reason.items()]

    @property
    def rolled(self) -> list[Row]:
        """The acceptance criteria that are the worst of others."""
        return self._of(Kind.ROLL_UP)

    def _of(self, kind: Kind) -> list[Row]:
        return [row for row in self.shown if row.kind is kind]

    @property
    def counts(self) -> list[tuple[Outcome, int]]:
        """How many criteria came to each outcome, worst first."""
        counted = Counter(row.outcome for row in self.criteria if row.outcome)
        return sorted(counted.items(), key=lambda pair: -pair[0].badness)


def _spans(observed: Mapping[str, Observed]) -> Iterator[Span]:
    moments: dict[str, list[datetime]] = {}
    for piece in sorted(observed.values(), key=lambda piece: (piece.when, piece.question)):
        moments.setdefault(piece.question, []).append(piece.when)
    if not moments:
        return
    start = min(times[0] for times in moments.values())
    whole = (max(times[-1] for times in moments.values()) - start).total_seconds() or 1.0
    for question, times in moments.items():
        left = (times[0] - start).total_seconds() / whole * 100
        width = (times[-1] - times[0]).total_seconds() / whole * 100
        yield Span(
            question,
            f"{times[0]:%H:%M:%S}",
            f"{times[-1]:%H:%M:%S}",
            len(times),
            round(min(left, 99.0), 2),
            round(width, 2),
        )


@cache
def page_script() -> str:
    """Return the page's own script."""
    return (
        resources.files("atom_release.pages")
        .joinpath("templates", "page.js")
        .read_text(encoding="utf-8")
    )


def policy_digest(script: str) -> str:
    """Return the digest by which a page's policy names its script."""
    return f"sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def page(page_facts: Told) -> bytes:
    """Return the page as UTF-8."""
    pictures = [
        (title, b64encode(content).decode()) for title, content in page_facts.pictures.items()
    ]
    script = page_script()
    text = (
        templates()
        .get_template("page.html.j2")
        .render(
            told=page_facts,
            rows=matrix.rows(page_facts.cells),
            pictures=pictures,
            lineage=_drawn_lineage(page_facts),
            verdicts=list(ClaimVerdict),
            script=script,
            script_hash=policy_digest(script),
        )
    )
    return printable(text).encode()


def _drawn_lineage(page_facts: Told) -> str:
    """Return the lineage as a picture for the page, empty where the page knows of none."""
    if not page_facts.lineage:
        return ""
    return b64encode(lineage.picture(page_facts.lineage, page_facts.worst)).decode()


@cache
def templates() -> jinja2.Environment:
    """Return the templates of this folder; each is compiled once a process."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("atom_release.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
