"""What became of a suite's tests where the judged code gave wrong results, or did nothing.

What it means for the suite is `control`'s to say, beside the run without the code's bodies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from atom_release.lab.judgement import judged
from atom_release.lab.junit import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection

    from atom_release.lab.rewriting import Rewritten
    from atom_release.probes.suite.run import Run


@dataclass(frozen=True)
class Distorted:
    """The same tests where the code ran and gave wrong results."""

    functions: int  # that were changed to return another value
    happened: bool  # a changed value was returned while the tests ran
    passed: tuple[str, ...]
    noticed: tuple[str, ...]  # failed in their own judgement
    run: Run
    made_up: tuple[str, ...] = ()  # judged modules that were loaded from no file
    idle: Run | None = None  # the tests where the code did nothing, if wrong results went unnoticed
    broke: tuple[str, ...] = ()  # met an error on their way, which shows no judgement
    files: tuple[str, ...] = ()  # of the judged code
    by_text: tuple[str, ...] = ()  # tests whose failures say nothing: they look at the code's text

    @classmethod
    def of(cls, changed: Rewritten, run: Run, by_text: Collection[str] = ()) -> Self:
        """Sort the tests of such a run, but for those that look at the code's text."""
        every = run.results.cases if run.results else {}
        cases = {name: case for name, case in every.items() if name not in by_text}
        passed = sorted(name for name, case in cases.items() if case.outcome is Outcome.PASSED)
        bad = {
            name: judged(case, changed.files)
            for name, case in sorted(cases.items())
            if case.outcome in {Outcome.FAILED, Outcome.ERROR}
        }
        made_up = changed.modules_among(run.witness.get("fileless", []))
        return cls(
            changed.functions,
            run.distorted,
            tuple(passed),
            tuple(name for name, itself in bad.items() if itself),
            run,
            tuple(made_up),
            broke=tuple(name for name, itself in bad.items() if not itself),
            files=changed.files,
            by_text=tuple(by_text),
        )

    @property
    def replaced(self) -> bool:
        """Whether what the tests called was none of the judged code, but modules of no file."""
        failed = self.noticed or self.broke
        return bool(self.made_up) and not self.happened and not failed

    @property
    def unnoticed(self) -> bool:
        """Whether the code gave wrong results and no test that ran said so."""
        if self.hung:
            return True
        return self.happened and bool(self.passed or self.broke) and not self.noticed

    @property
    def hung(self) -> bool:
        """Whether the tests did not come to an end with wrong results: none of them judged."""
        return self.run.met_limit is not None and self.run.results is None

    @property
    def judged_idle(self) -> int:
        """How many tests judged against code that did nothing."""
        failed = (
            self.idle.results.having(Outcome.FAILED, Outcome.ERROR)
            if (self.idle and self.idle.results)
            else []
        )
        return sum(judged(case, self.files) for case in failed if case.id not in self.by_text)

    @property
    def unchecked(self) -> bool:
        """Whether no test looked at what came back, nor at what was done or refused."""
        return self.unnoticed and not self.judged_idle
