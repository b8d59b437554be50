"""What it says of a suite that its tests failed, or did not, when the code had no bodies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.facts.suite import ControlFacts, DistortionFacts
from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import ControlState
from atom_release.lab.junit import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from atom_release.lab.rewriting import Rewritten
    from atom_release.probes.suite.distorted import Distorted
    from atom_release.probes.suite.run import Run


@dataclass(frozen=True)
class Control:
    """The tests that passed with the code, sorted by what became of them without it."""

    ablated: Rewritten
    run: Run
    still: tuple[str, ...]  # passed again: these do not need the code
    reached: tuple[str, ...]  # failed or could not be set up because a body was gone
    failed: tuple[str, ...]  # failed in their own judgement, the missing body not named
    lost: tuple[str, ...]  # not run any more, or not set up, for another reason
    elsewhere: tuple[str, ...]  # modules of these sources that were loaded from outside the copy
    unreached: str = ""  # why the tests cannot have come to the code at all, where that is known
    made_up: tuple[str, ...] = ()  # tests of the gate's own that fail, and came out as passed
    # whole files were emptied: a failure does not tell whether the code was needed or nothing
    # started
    only_emptied: bool = False
    distorted: Distorted | None = None
    left_whole: tuple[str, ...] = ()  # what the tests use and nothing takes out
    answered: Run | None = None  # against stand-ins that answer 200, with a body of no service
    content: tuple[str, ...] = ()  # tests that passed there: any answer is right to them
    twin: Run | None = None  # where the code was written anew as it was here, and did all it does
    by_text: tuple[str, ...] = ()  # tests that did not pass there: they look at the code's text
    versions: tuple[str, ...] = ()  # other versions of the judged code that the tests load

    def beside(self, distorted: Distorted | None) -> Control:
        """Return this control with the one of wrong results beside it."""
        return replace(self, distorted=distorted)

    def beside_twin(self, run: Run) -> Control:
        """Return this control without the failures of tests that fail at the code's text too."""
        cases = run.results.cases if run.results else {}
        by_text = {
            name
            for name in (*self.reached, *self.failed, *self.still, *self.lost)
            if name not in cases or cases[name].outcome is not Outcome.PASSED
        }
        return replace(
            self,
            reached=tuple(name for name in self.reached if name not in by_text),
            failed=tuple(name for name in self.failed if name not in by_text),
            still=tuple(name for name in self.still if name not in by_text),
            lost=tuple(name for name in self.lost if name not in by_text),
            twin=run,
            by_text=tuple(sorted(by_text)),
        )

    def against(self, run: Run) -> Control:
        """Return this control without the tests that pass whatever is answered."""
        cases = run.results.cases if run.results else {}
        content = {
            name
            for name in (*self.reached, *self.failed)
            if name in cases and cases[name].outcome is Outcome.PASSED
        }
        return replace(
            self,
            reached=tuple(name for name in self.reached if name not in content),
            failed=tuple(name for name in self.failed if name not in content),
            answered=run,
            content=tuple(sorted(content)),
        )

    @property
    def _unchecked(self) -> bool:
        return bool(self.distorted and self.distorted.unchecked)

    def only(self, passed: Collection[str]) -> Control:
        """Leave only the tests that passed with the code.

        Of the others a failure here says nothing.
        """
        passed_before = set(passed)

        def those(names: Iterable[str]) -> tuple[str, ...]:
            return tuple(name for name in names if name in passed_before)

        return replace(
            self,
            still=those(self.still),
            reached=those(self.reached),
            failed=those(self.failed),
            lost=those(self.lost),
            content=those(self.content),
            by_text=those(self.by_text),
        )

    @property
    def judged(self) -> NegativeControl:
        """What the control showed."""
        return NegativeControl(state=self._state, changed=self._changed, found=self._found)

    @property
    def facts(self) -> ControlFacts:
        """The control's numbers and lists."""
        before = self._before
        return ControlFacts(
            files=list(self.ablated.files),
            functions=self.ablated.functions,
            kept=list(self.ablated.kept),
            unread=list(self.ablated.unread),
            needed_the_code=len(self.reached) + len(self.failed),
            shown=self._shown,
            passed=before,
            left_whole=list(self.left_whole),
            content_with_any=list(self.content),
            by_text=list(self.by_text),
            still_passing=list(self.still),
            still_passing_share=round(len(self.still) / before, 4) if before else 0.0,
            not_run=list(self.lost),
            loaded_from_outside=list(self.elsewhere),
            status=self.run.status,
            met_limit=self.run.met_limit,
            **self._distortion,
        )

    @property
    def _shown(self) -> int | None:
        """How many tests are seen to need the code; None where the files were emptied."""
        if self.only_emptied:
            return None
        needing = {*self.reached, *self.failed}
        if self.distorted and self.distorted.happened:
            needing |= {*self.distorted.noticed} & {*self.still, *self.lost}
        return len(needing)

    @property
    def _distortion(self) -> dict[str, Any]:
        if self.distorted is None:
            return {}
        return {
            "distorted": DistortionFacts(
                functions=self.distorted.functions,
                happened=self.distorted.happened,
                noticed=len(self.distorted.noticed),
                broke=len(self.distorted.broke),
                passed=len(self.distorted.passed),
                judged_idle=self.distorted.judged_idle,
            )
        }

    @property
    def _state(self) -> ControlState:
        if self.made_up or self._of_another_version:
            return ControlState.DEAD
        if self.reached or self.failed:
            if self._unchecked or (self.distorted and self.distorted.replaced):
                return ControlState.DEAD
            return ControlState.WEAK if self.only_emptied else ControlState.ALIVE
        if self.content or self.by_text:
            return ControlState.DEAD
        if self.lost:
            return ControlState.WEAK
        unreached = self.elsewhere or self.left_whole or self.unreached
        dead = unreached or not self.ablated.functions
        return ControlState.DEAD if dead else ControlState.VACUOUS

    @property
    def _of_another_version(self) -> bool:
        """Whether tests that pass without the code can have passed by another version of it."""
        return bool(self.versions and self.still)

    @property
    def _changed(self) -> str:
        if self.only_emptied:
            return f"{len(self.ablated.files)} files were emptied"
        return (
            f"the bodies of {self.ablated.functions} functions in {len(self.ablated.files)} files"
            " were replaced by a raise"
        )

    @property
    def _untold(self) -> str:
        """Why failures without the code show nothing all the same, or nothing."""
        if self.made_up:
            return (
                "a test of the gate's own that fails was put beside the suite and came out as"
                " passed: the results are not what the tests did"
            )
        if self._of_another_version:
            return (
                f"the tests load {first_few(self.versions)}, and {len(self.still)} of them"
                f" ({first_few(self.still)}) pass without the judged one"
            )
        if self.distorted and self.distorted.replaced:
            return (
                f"the tests ran with {first_few(self.distorted.made_up)} from no file of the copy,"
                " in place of the judged modules of that name"
            )
        if self.content and self._state is ControlState.DEAD:
            return (
                f"{first_few(self.content)} failed where the services refuse, and passed where they"
                " answer 200 with what no service says: any answer is right to them"
            )
        if self.by_text and self._state is ControlState.DEAD and not (self.reached or self.failed):
            return self._why_by_text
        return self._why_unchecked if self.reached or self.failed else ""

    @property
    def _why_unchecked(self) -> str:
        """Why wrong results show that nobody looks at what the code does, or nothing."""
        changed = self.distorted
        if changed is None or not changed.unchecked:
            return ""
        seen = "no test is seen to check what the code returns or does: with wrong results of"
        if changed.hung:
            return (
                f"{seen} {changed.functions} functions the tests did not come to an end"
                f" ({changed.run.met_limit}), and no assertion failed when the code did nothing"
            )
        if changed.broke:
            return (
                f"{seen} {changed.functions} functions {len(changed.passed)} passed and"
                f" {first_few(changed.broke)} met an error on the way, and no assertion"
                " failed, neither then nor when the code did nothing"
            )
        return (
            "the tests call the code and check nothing that it returns or does: with wrong"
            f" results of {changed.functions} functions all"
            f" {len(changed.passed)} passed, and none objected when the code did nothing"
        )

    @property
    def _found(self) -> str:
        needed, before = len(self.reached) + len(self.failed), self._before
        if untold := self._untold:
            return untold
        if self._state is ControlState.DEAD:
            why = (
                f"{first_few(self.elsewhere)} came from outside the copy"
                if self.elsewhere
                else (
                    f"the tests use {first_few(self.left_whole)}, which no control can take out:"
                    " constants, lambdas, classes without methods, and what runs at import"
                )
                if self.left_whole
                else self.unreached
                if self.ablated.functions
                else "the manifest's source paths hold nothing to take out"
            )
            return f"control did not reach the code: {why}"
        if self._state is ControlState.WEAK and self.only_emptied:
            return (
                f"{before - len(self.still)} of {before} tests did not pass with the files emptied,"
                " which does not tell whether they needed the code"
            )
        if self._state is ControlState.WEAK:
            return (
                "the suite could not be collected or started without the code"
                f" ({self.run.last_words}), so no test was seen to need it"
            )
        if self._state is ControlState.VACUOUS:
            shown = f" ({first_few(self.still)})" if self.still else ""
            return f"all {before} tests passed without the code: none needed it{shown}"
        still = (
            f"; still passing without the code: {len(self.still)} ({first_few(self.still)})"
            if self.still
            else ""
        )
        content = f"; content with any answer: {first_few(self.content)}" if self.content else ""
        by_text = f"; not counted, {self._why_by_text}" if self.by_text else ""
        return f"{needed} of {before} tests failed without the code{still}{content}{by_text}"

    @property
    def _why_by_text(self) -> str:
        """Why the failures of tests that look at the code's text show nothing."""
        ended = "" if self.twin is None or self.twin.results else f" ({self.twin.problem})"
        return (
            f"{first_few(self.by_text)} did not pass where the code was written differently and did"
            f" all that it does{ended}: a failure without the code may be at its text"
        )

    @property
    def _before(self) -> int:
        """How many tests passed with the code."""
        groups = (self.still, self.reached, self.failed, self.lost, self.content, self.by_text)
        return sum(map(len, groups))
