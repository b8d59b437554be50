"""The release on one page, for a person with a browser.

The decision, what refuses and what would change it, the policies, the claims, pictures.

One HTML file that asks for nothing else: no script, no font, no address; pictures are in it. It is
made from the decision and from what that was made of, so that it says no more than they do.
Whatever a report or a service wrote is text here and never markup. It decides nothing, and is
neither in the release commit nor in the audit bundle.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from atom_release.gate.decision.claims_summary import Account
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents import matrix
from atom_release.gate.documents.matrix import Cell
from atom_release.gate.documents.rows import Kind, Row, rows
from atom_release.gate.printable import printable
from atom_release.gate.vocabulary import ClaimVerdict, Outcome

if TYPE_CHECKING:
    import jinja2


@dataclass(frozen=True)
class Told:
    """What the page tells.

    `digests` are the SHA-256 of the artifacts by name; `names` the services' names by id;
    `pictures` SVG files by what they show.
    """

    title: str
    tag: str
    decision: Decision
    accounts: Sequence[Account]
    cells: Sequence[Cell]
    digests: Mapping[str, str]
    names: Mapping[str, str]
    pictures: Mapping[str, bytes]

    @cached_property
    def shown(self) -> tuple[Row, ...]:
        """The rows of the decision, each a criterion, one left out, or a roll-up."""
        return rows(self.decision)

    @property
    def criteria(self) -> list[Row]:
        """The criteria that were asked."""
        return self._of(Kind.ASKED)

    @property
    def left_out(self) -> list[Row]:
        """The criteria that the manifest leaves out."""
        return self._of(Kind.LEFT_OUT)

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


def page(page_facts: Told) -> bytes:
    """Return the page as UTF-8."""
    pictures = [
        (title, b64encode(content).decode()) for title, content in page_facts.pictures.items()
    ]
    text = (
        _environment()
        .get_template("page.html.j2")
        .render(
            told=page_facts,
            rows=matrix.rows(page_facts.cells),
            pictures=pictures,
            verdicts=list(ClaimVerdict),
        )
    )
    return printable(text).encode()


@cache
def _environment() -> jinja2.Environment:
    """Return the templates of this folder; each is compiled once a process."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("atom_release.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
