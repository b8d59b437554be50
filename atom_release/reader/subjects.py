"""What a row or a line is of: a service of the manifest's, a policy, a check of the release's own.

By an id at its beginning or by the whole name, and by nothing that only looks like one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_POLICY = re.compile(r"\W*(?:policy\s+)?P[-_ ]?(\d)(?![\w.])", re.IGNORECASE)
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_BEHIND = r"(?![\w]|\.\w)"


@dataclass(frozen=True)
class Subjects:
    """The ids that documents may speak of; `names` are those of services by their ids."""

    names: tuple[tuple[str, str], ...]
    policies: frozenset[str]
    checks: frozenset[str] = frozenset()

    @cached_property
    def services(self) -> frozenset[str]:
        """The services' ids."""
        return frozenset(name for name, _ in self.names)

    def of(self, text: str) -> str:
        """Return the id of what a cell, a title or the name of a field is of, or nothing."""
        whole = _NO_LETTER.sub("", text.lower())
        if whole in self._by_name:
            return self._by_name[whole]
        if match := self._ids.match(text):
            return self._written[match[1].lower()]
        match = _POLICY.match(text)
        policy = f"P-{match[1]}" if match else ""
        return policy if policy in self.policies else ""

    @cached_property
    def _by_name(self) -> dict[str, str]:
        """The ids by whole names; a name that two have is nobody's."""
        named: dict[str, str] = {}
        for identity, name in self.names:
            for written in {_NO_LETTER.sub("", part.lower()) for part in (identity, name)}:
                named[written] = "" if written in named and named[written] != identity else identity
        return {name: identity for name, identity in named.items() if name and identity}

    @cached_property
    def _written(self) -> dict[str, str]:
        """The ids that are told from a word by a sign of theirs: `C.1`, `L-1`."""
        signed = [name for name in (*self.services, *self.checks) if not name.isalnum()]
        return {name.lower(): name for name in signed}

    @cached_property
    def _ids(self) -> re.Pattern[str]:
        alternatives = "|".join(map(re.escape, sorted(self._written, key=len, reverse=True)))
        return re.compile(
            rf"\W*(?:(?:task|service|check)\s+|0)?({alternatives or '(?!)'}){_BEHIND}",
            re.IGNORECASE,
        )
