"""The facts of the questions `suite` and `integration`: what runs of tests came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from atom_release.gate.facts.environment import EnvironmentFacts
from atom_release.gate.facts.model import Facts


class CountsFacts(Facts):
    """The tests of one run by what became of them, counted from its JUnit file."""

    passed: int
    failed: int
    errors: int = 0
    skipped: int = 0
    total: int
    unknown: int = Field(default=0, description="of these the file says what nobody can read")


class RunFacts(Facts):
    """One run; without counts where its results could not be read."""

    seed: int = 0
    passed: int | None = None
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    total: int | None = None
    unknown: int = 0
    status: int | None = Field(default=None, description="exit status")
    failing: list[str] = Field(default_factory=list)
    messages: dict[str, str] = Field(default_factory=dict, description="of the first that failed")
    met_limit: str | None = None
    problem: str = Field(default="", description="why its results do not count, if so")
    counted: dict[str, int] = Field(
        default_factory=dict, description="what pytest's own last line counts"
    )
    failures: int = Field(
        default=0, description="failures that were heard while it ran, by test and subtest"
    )
    ended: bool = Field(
        default=False,
        description=(
            "its process ended before it had written its results, by no limit and for nothing that"
            " it was not shown"
        ),
    )

    @property
    def counts_agree(self) -> bool:
        """Whether pytest's own last line can be of the same tests as the results, test by test.

        One that failed or met an error may stand there twice, as passed or skipped besides: its
        call passed and its teardown did not. A test may fail in several subtests.
        """

        def printed(*names: str) -> int:
            return sum(self.counted.get(name, 0) for name in names)

        bad, failed = self.failed + self.errors, printed("failed")
        good, skipped = self.passed or 0, self.skipped
        return (
            good <= printed("passed", "xpassed") <= good + bad
            and skipped <= printed("skipped", "xfailed") <= skipped + bad
            and bad <= failed + printed("error")
            and failed <= (max(bad, self.failures) if bad else 0)
            and printed("error") <= 2 * bad
        )

    @property
    def conclusive(self) -> bool:
        """Whether its counts say something about the code."""
        return self.passed is not None and not self.met_limit and not self.problem


class CaseRate(Facts):
    """In how many runs a test ran, and in how many of them it passed."""

    passed: int
    ran: int


class DistortionFacts(Facts):
    """What the run with code that gives wrong results showed."""

    functions: int = Field(description="functions that were changed to return another value")
    happened: bool = Field(description="a changed value was returned while the tests ran")
    noticed: int = Field(description="tests that failed then in their own judgement")
    broke: int = Field(default=0, description="tests that met an error on their way then")
    passed: int = Field(description="tests that passed all the same")
    judged_idle: int = Field(
        default=0, description="tests that failed in their own judgement where the code did nothing"
    )


class ControlFacts(Facts):
    """What the run without the code showed."""

    files: list[str] = Field(default_factory=list)
    functions: int = 0
    kept: list[str] = Field(default_factory=list)
    unread: list[str] = Field(default_factory=list)
    needed_the_code: int = 0
    shown: int | None = Field(
        default=None,
        description="of the tests that passed, those that needed the code or noticed wrong results",
    )
    passed: int = Field(default=0, description="tests that passed in every run with the code")
    left_whole: list[str] = Field(
        default_factory=list, description="what the tests use and no control takes out"
    )
    content_with_any: list[str] = Field(
        default_factory=list, description="tests to which any answer of a service is right"
    )
    by_text: list[str] = Field(
        default_factory=list,
        description="tests that did not pass where the code was only written differently",
    )
    still_passing: list[str] = Field(default_factory=list)
    still_passing_share: float = 0.0
    not_run: list[str] = Field(default_factory=list)
    loaded_from_outside: list[str] = Field(default_factory=list)
    status: int | None = None
    met_limit: str | None = None
    distorted: DistortionFacts | None = None


class RerunFacts(Facts):
    """The suite at the commit that wrote a count of the report."""

    commit: str | None = None
    problem: str = Field(default="", description="why it could not be run there, if so")
    runs: list[RunFacts] = Field(default_factory=list)
    not_the_code: dict[str, str] = Field(default_factory=dict)


class WorldFacts(Facts):
    """The systems that every run had for itself, and what was done there before the tests."""

    systems: dict[str, str] = Field(default_factory=dict, description="name -> version, and whose")
    user: str = Field(default="", description="the database's superuser, if there is one")
    database: str = ""
    services: list[str] = Field(
        default_factory=list, description="ids of the release's services that ran beside it"
    )
    other_version: str = Field(
        default="", description="that the database is of another version than the release names"
    )
    prepared: list[str] = Field(default_factory=list, description="commands that ran before")
    written: list[str] = Field(
        default_factory=list, description="the first of the files that they wrote for every run"
    )
    written_files: int = 0


class FailureFacts(Facts):
    """The test that failed most, as people are told of it."""

    test: str = Field(description="its name, without its module where `place` names that")
    place: str = Field(default="", description="path and line; empty where the runner tells none")
    message: str = Field(default="", description="what it says, without what explains the parts")
    node: str = Field(default="", description="pytest's own name of it; empty for other runners")
    failed: int = Field(default=1, ge=1, description="how many tests failed, with this one")
    runs: int = Field(default=1, ge=1, description="in how many runs it failed")


class SuiteFacts(Facts):
    """The runs of one suite, the pass rate of every test, and what the control showed."""

    runs: list[RunFacts] = Field(default_factory=list)
    collected: int = 0
    counts: CountsFacts | None = None
    cases: dict[str, CaseRate] = Field(default_factory=dict)
    not_the_code: dict[str, str] = Field(
        default_factory=dict, description="failing test -> what in the surroundings is to blame"
    )
    left_out: int = Field(default=0, description="tests that were collected and not chosen")
    left_out_by: list[str] = Field(default_factory=list, description="by which options")
    by_manifest: bool = Field(
        default=False, description="the manifest's own arguments leave tests out"
    )
    expected_failures: int = 0
    control: ControlFacts | None = None
    environment: EnvironmentFacts | None = Field(
        default=None, description="what was installed for it, where it has one of its own"
    )
    world: WorldFacts | None = Field(
        default=None, description="what every run found beside it, where the suite needs anything"
    )
    at_report: RerunFacts | None = None
    guessed: list[str] = Field(
        default_factory=list, description="variables that it was run with made values of"
    )
    failure: FailureFacts | None = Field(
        default=None, description="what failed by its own judgement, where anything did"
    )

    def magnitudes(self) -> Mapping[str, float]:
        """Return how many tests did not pass in every run."""
        failing = sum(case.passed != case.ran for case in self.cases.values())
        return {"failing tests, count": failing}

    @property
    def beside(self) -> str:
        """What a sentence about the tests that passed has beside their count, or nothing."""
        parts = []
        control = self.control
        if control and control.shown is not None and control.shown < control.passed:
            parts.append(f"{control.shown} of the {control.passed} are shown to need the code")
        if self.expected_failures:
            parts.append(f"{self.expected_failures} expected failures")
        if self.left_out or self.by_manifest:
            by = f" by {', '.join(self.left_out_by)}" if self.left_out_by else ""
            whose = " of the manifest's" if self.by_manifest else ""
            parts.append(f"{self.left_out or 'some'} left out{by}{whose}")
        return "; ".join(parts)

    @property
    def unshown(self) -> str:
        """Why its counts say less than they seem to, or nothing."""
        control = self.control
        if self.by_manifest:
            by = f" ({', '.join(self.left_out_by)})" if self.left_out_by else ""
            return f"the manifest's own arguments leave tests out{by}, and nobody saw what they say"
        if not control or control.shown is None:
            return ""
        if 2 * control.shown < control.passed:
            return (
                f"only {control.shown} of the {control.passed} tests that passed are shown to need"
                " the code"
            )
        if 2 * control.shown < control.passed + self.left_out:
            return (
                f"{self.left_out} tests are left out, and of all of them only {control.shown} are"
                " shown to need the code"
            )
        return ""


Crossing = Literal["unseen", "none", "carried", "requests"]
"""What crossed: nothing, what tests carried, requests; or it could not be seen."""


class IntegrationFacts(SuiteFacts):
    """The same of cross-service tests, with the services they asked."""

    services: list[str] = Field(default_factory=list)
    crossing: Crossing = Field(
        default="unseen", description="what crossed between the services while the tests ran"
    )
    services_down: list[str] = Field(default_factory=list)
    not_given: dict[str, str] = Field(
        default_factory=dict, description="variable that could not be filled -> why"
    )
