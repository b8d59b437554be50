"""What a section's title says of its lines: whose they are, and what they speak of.

A number under "Next phase inputs" or "Example" is not this service's result; a policy's status is
read only under "Policy compliance".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from functools import lru_cache

_ORNAMENT = re.compile(r"^[\W\d_]+(?=[^\W\d_])|[\W_]+$")
_FOREIGN = re.compile(
    r"\b(?:next\b|future|roadmap|recommend\w*|examples?|samples?|usage|troubleshoot\w*|verification"
    r" commands|how to|quick ?start|targets?|requirements?|"
    r"acceptance criteria|baseline|upstream|downstream|dependenc\w+|integration points?|integration"
    r" ready|previous\w*|comparison|compared|risks?|todo|"
    r"planned|plans?|templates?|appendix|glossary|references|related|other"
    r" services|background|history|changelog|"
    r"removed|deleted|deprecated|obsolete|out of scope|known issues?|open"
    r" issues?|limitations?|missing (?:files?|deliverables?))\b"
)
_COMPLIANCE = re.compile(r"\b(?:polic(?:y|ies)|compliance)\b")
_TESTING = re.compile(r"\b(?:tests?|testing|unit tests?|pytest|qa|quality assurance)\b")
_FILES = re.compile(
    r"\b(?:deliverables?|artifacts? (?:created|delivered)|artifacts|artefacts|files?(?:"
    r" (?:created|changed|modified|added|delivered|list|structure|summary))?|"
    r"outputs|created|what was (?:built|delivered))\b"
)
_ENVIRONMENT = re.compile(r"\b(?:environment|env vars?|infrastructure status|fallbacks?)\b")
_VERDICT = re.compile(
    r"(?:(?:executive|overall|final|task|report|project|implementation|current|phase(?:"
    r" [\w.]+)?|[a-z]\.\d+) )*"
    r"(?:summary|status(?: .{0,30})?|conclusions?|overview|completion(?: status|"
    r" summary)?|verdict|outcome|results?|sign.?off|information|info|metadata|"
    r"report(?: .{0,20})?|task details|closing|wrap.?up)(?: and .{1,20}| & .{1,20})?"
)
_BUDGET = re.compile(r"\b(?:budgets?|thresholds?|slas?|slos?|limits?|goals?)\b")


@dataclass(frozen=True)
class Topic:
    """What one title says."""

    foreign: bool = False
    compliance: bool = False
    testing: bool = False
    files: bool = False
    environment: bool = False
    verdict: bool = False
    budget: bool = False

    @property
    def speaks(self) -> bool:
        """Whether the title hands its lines to a subject or to someone else.

        So that it cannot be the report's own title.
        """
        return self.foreign or self.compliance or self.testing or self.files or self.environment


@dataclass(frozen=True, eq=False)
class Section:
    """A heading.

    `header` is true before the second heading and after a rule, `inherited` is its topic with those
    of the titles above it.
    """

    title: str
    level: int
    line: int
    topic: Topic
    parent: Section | None = None
    header: bool = False
    inherited: Topic = field(init=False)
    own: bool = field(init=False)

    def __post_init__(self) -> None:
        """Take the topics of the titles above once, since every line asks for them."""
        object.__setattr__(
            self,
            "inherited",
            self.topic if self.parent is None else _both(self.topic, self.parent.inherited),
        )
        object.__setattr__(self, "own", not self.inherited.foreign)


@lru_cache(maxsize=4096)
def _both(one: Topic, other: Topic) -> Topic:
    return Topic(
        **{
            topic.name: getattr(one, topic.name) or getattr(other, topic.name)
            for topic in fields(Topic)
        }
    )


def start() -> Section:
    """Give the section of the lines before any heading."""
    return Section("", 0, 0, Topic(), header=True)


@lru_cache(maxsize=4096)
def topic(title: str) -> Topic:
    """Read a title."""
    words = _ORNAMENT.sub("", title.lower()[:200]).strip()
    return Topic(
        foreign=bool(_FOREIGN.search(words)),
        compliance=bool(_COMPLIANCE.search(words)),
        testing=bool(_TESTING.search(words)),
        files=bool(_FILES.search(words)),
        environment=bool(_ENVIRONMENT.search(words)),
        verdict=bool(_VERDICT.fullmatch(words.split(":")[0].strip())),
        budget=bool(_BUDGET.search(words)),
    )
