"""Dates that documents, reports and cited files give themselves, beside what history has.

Only those that the file's last change is far from are looked at line by line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from atom_release.gate.claims.moments import span_of
from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.gate.facts.contradiction import Place
from atom_release.gate.facts.order import StatedDate
from atom_release.source import chronicle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from atom_release.gate.manifest import Service
    from atom_release.lab.look import Look
    from atom_release.probes.order.written import Written
    from atom_release.source.chronicle import Dated

_FAR = timedelta(hours=48)
_OF_ANOTHER_DAY = re.compile(
    r"\b(?:planned|target|due|deadline|next|effective|expir\w*|valid|launch|eta|release|review|"
    r"go-?live|until|by|scheduled|submission|submitted|event|meeting|hearing|start|end|incident)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DateLook:
    """The commits of a repository by their ids, oldest author date first, and what was written."""

    look: Look
    written: Sequence[Written]
    commits: Mapping[str, Dated]

    def stated(self) -> Iterator[StatedDate]:
        """Yield the dates that lie far from the commits of their files."""
        for text in filter(_speaks_of_work, self.written):
            claim = next(
                (claim for claim in text.record.claims if claim.kind is ClaimKind.DATE), None
            )
            if claim is None or claim.file is not None or _OF_ANOTHER_DAY.search(claim.text):
                continue
            if self._is_far(text.path, str(claim.value)):
                yield from self._of(text, claim)

    def _is_far(self, path: str, stated: str) -> bool:
        added, span = self.look.tree.added(path), span_of(stated)
        if added is None or span is None:
            return False
        return span[0] - added.when > _FAR or added.authored - span[1] > _FAR

    def _of(self, text: Written, claim: Claim) -> Iterator[StatedDate]:
        authors = self.look.tree.line_authors(text.path) or {}
        author = authors.get(claim.line)
        commit = self.commits.get(author.commit) if author else None
        if commit is None:
            return
        subject, added = self._subject(text, commit)
        yield StatedDate(
            place=Place(path=text.path, line=claim.line, text=claim.text[:160]),
            stated=str(claim.value),
            commit=commit.commit,
            written=commit.committed.isoformat(),
            authored=commit.authored.isoformat(),
            before=sum(other.authored < commit.authored for other in self.commits.values()),
            first=next(iter(self.commits.values())).authored.isoformat(),
            imported=self._brought_code(text, commit),
            subject=subject,
            subject_added=added.isoformat() if added else "",
        )

    def _brought_code(self, text: Written, commit: Dated) -> bool:
        """Return whether a commit brought the first of the code that the text reports on."""
        services = [text.service] if text.service else [*self.look.manifest.services]
        firsts = [self._sources[service.id] for service in services]
        return any(first is not None and first.commit == commit.commit for first in firsts)

    @cached_property
    def _sources(self) -> Mapping[str, Dated | None]:
        """The commit that brought the first of each service's source."""
        return {service.id: self._first(service) for service in self.look.manifest.services}

    def _first(self, service: Service) -> Dated | None:
        git, commit = self.look.tree.objects.git, self.look.tree.commit
        return chronicle.first_touch(git, commit, service.source)

    def _subject(self, text: Written, commit: Dated) -> tuple[str, datetime | None]:
        """Return the youngest of what the text reports on, which an older commit added.

        Of a document a file that it cites on a line which the same commit wrote.
        """
        if text.service is not None:
            first = self._sources[text.service.id]
            older = first is not None and first.authored < commit.authored
            return (text.service.source[0], first.authored) if first and older else ("", None)
        authors = self.look.tree.line_authors(text.path) or {}
        cited = {
            entry.path
            for entry in text.cited
            for author in [authors.get(entry.place.line)]
            if author is not None and author.commit == commit.commit
        }
        git = self.look.tree.objects.git
        additions = chronicle.first_additions(git, self.look.tree.commit, sorted(cited))
        older_ones = [
            (added.authored, path)
            for path, added in additions.items()
            if added.authored < commit.authored and added.commit != commit.commit
        ]
        youngest = max(older_ones, default=None)
        return (youngest[1], youngest[0]) if youngest else ("", None)


def _speaks_of_work(text: Written) -> bool:
    """Return whether a text says how its work went; the date of another may be that of an event."""
    return text.service is not None or text.record.status.understood or bool(text.cited)
