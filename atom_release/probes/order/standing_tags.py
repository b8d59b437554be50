"""The tags that documents are of: what they lack of what the documents stand on, and their form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Place
from atom_release.gate.facts.order import Lacking, StandingTag, TagPromise
from atom_release.reader.tag_statements import tag_promises, tags_of
from atom_release.source import chronicle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from atom_release.lab.look import Look
    from atom_release.probes.order.written import Written
    from atom_release.source.chronicle import Dated, Tag

_EARLY = re.compile(r"[-._](?:rc|alpha|beta|pre|preview|dev|snapshot|nightly)", re.IGNORECASE)
"""What is tagged first and tested then."""
_CLOCKS = timedelta(hours=1)
"""What clocks of two machines may be apart, where git itself does not show the order."""


@dataclass(frozen=True)
class TagLook:
    """The tags of a repository, and what was written of its release."""

    look: Look
    written: Sequence[Written]
    tags: Mapping[str, Tag]
    commits: Mapping[str, Dated]

    def standing(self) -> Iterator[StandingTag]:
        """Yield the release's own tag, where it stands, and those that documents are of."""
        evidence = self._evidence()
        for name, stands_on in evidence.items():
            tag = self.tags[name]
            yield StandingTag(
                name=name,
                commit=tag.commit,
                when=self._made(tag).isoformat(),
                annotated=tag.annotated,
                signed=chronicle.is_signed(self.look.tree.objects.git, tag),
                own=name == self.look.manifest.release.tag,
                evidence=len(stands_on),
                lacking=list(self._lacking(tag, stands_on)),
            )

    def promises(self, standing: Sequence[StandingTag]) -> Iterator[TagPromise]:
        """Yield what documents promise of these tags: of one on the line, or of their own."""
        names = {tag.name for tag in standing}
        for text in self.written:
            for promise in tag_promises(text.document):
                place = Place(path=text.path, line=promise.line, text=promise.text[:160])
                named = [name for name in names if _mentions(promise.text, name)]
                for name in named or (names & set(self._of(text))):
                    yield TagPromise(tag=name, promised=promise.promised, place=place)

    def _evidence(self) -> dict[str, dict[str, Place]]:
        """Return for each tag the files that the documents that are of it stand on."""
        evidence: dict[str, dict[str, Place]] = {}
        for text in self.written:
            for name in self._of(text):
                evidence.setdefault(name, {}).update(text.stands_on)
        return evidence

    def _of(self, text: Written) -> list[str]:
        """Return the standing tags that a text is of: the release's own, unless it names another.

        Another one only where the text calls it its tag: a version may be audited long after it.
        """
        own = self.look.manifest.release.tag
        named = [entry for entry in tags_of(text.text) if entry.name in self.tags]
        others = {
            entry.name
            for entry in named
            if entry.explicit and entry.name != own and not _EARLY.search(entry.name)
        }
        is_own = not named or own in {entry.name for entry in named}
        return [*([own] if is_own and self._is_own_named else []), *sorted(others)]

    @property
    def _is_own_named(self) -> bool:
        """Whether the release's tag stands; a document has to name one that a draft made up."""
        tag = self.look.manifest.release.tag
        guessed = self.look.external and not any(_mentions(text.text, tag) for text in self.written)
        return tag in self.tags and not guessed

    def _made(self, tag: Tag) -> datetime:
        """Return when a tag was made; of a lightweight one, when its commit was."""
        return tag.tagged or self.commits[tag.commit].committed

    def _lacking(self, tag: Tag, stands_on: Mapping[str, Place]) -> Iterator[Lacking]:
        """Yield what the tag's commit lacks; nothing of one that came after the judged commit."""
        tree = self.look.tree
        git = tree.objects.git
        if tag.commit == tree.commit or chronicle.is_ancestor(git, tree.commit, tag.commit):
            return
        absent = sorted(chronicle.not_yet_there(git, tag.commit, tree.commit) & stands_on.keys())
        additions = chronicle.first_additions(git, tree.commit, absent)
        for path in sorted(absent, key=lambda path: stands_on[path].line == 0):
            added = additions.get(path)
            yield Lacking(
                path=path,
                cited=stands_on[path],
                commit=added.commit if added else "",
                added=added.authored.isoformat() if added else "",
                after=added is not None and self._is_after(tag, added),
            )

    def _is_after(self, tag: Tag, added: Dated) -> bool:
        """Return whether what was added cannot have been there when the tag was made."""
        margin = timedelta(0)
        if not chronicle.is_ancestor(self.look.tree.objects.git, tag.commit, added.commit):
            margin = _CLOCKS
        return added.authored - self._made(tag) > margin


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w/-]|\.\w)", text) is not None
