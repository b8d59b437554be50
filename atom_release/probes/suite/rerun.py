"""A service's suite at the commit that wrote a count of its report.

Where only that can tell whether the count was ever true.

A count is held against a report only for the code that its line was written about. Where source
or tests changed since and no run agrees, the suite of that commit is run as often, in the same
isolation; what it comes to stands beside the runs of the judged commit as `at_report`. It must not
know what follows: the verdict on the claim is `gate.claims.verdicts`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.claims import claim_facts
from atom_release.gate.facts.suite import RerunFacts
from atom_release.gate.first_few import first_few
from atom_release.lab.failure_cause import causes
from atom_release.lab.junit import Outcome
from atom_release.lab.sandbox import CORES
from atom_release.probes.suite import trees
from atom_release.probes.suite.probe import bench_of, lacks, needed_paths
from atom_release.probes.suite.run_facts import run_facts
from atom_release.probes.suite.worlds import in_world
from atom_release.source.commit import open_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Service, Suite
    from atom_release.lab.look import Look


def with_rerun(
    look: Look, service: Service, suite_evidence: Evidence, reported: Sequence[Evidence]
) -> Evidence:
    """Return the suite's evidence.

    With a run at the report's commit where a count of the report hangs on it.
    """
    body = {str(number): evidence for number, evidence in enumerate([suite_evidence, *reported])}
    commit = claim_facts.rerun_commit(service, body)
    if service.suite is None or commit is None:
        return suite_evidence
    rerun = _run_at(look, service.suite, commit)
    return suite_evidence.model_copy(
        update={"facts": {**suite_evidence.facts, "at_report": rerun.to_json()}}
    )


def _run_at(look: Look, suite: Suite, commit: str) -> RerunFacts:
    then = replace(look, tree=open_tree(look.tree.repository, commit))
    lacking = lacks(then, needed_paths(suite))
    if lacking:
        return RerunFacts(commit=commit, problem=f"that commit holds no {', '.join(lacking)}")
    if then.tree.missing:
        return RerunFacts(
            commit=commit, problem=f"this clone does not hold {first_few(then.tree.missing)} of it"
        )
    with ExitStack() as stack:
        try:
            made = stack.enter_context(in_world(then, suite, bench_of(then, suite)))
        except ProbeFault as fault:
            return RerunFacts(commit=commit, problem=fault.message)
        tree = trees.judged(then, made.history, made.built)[0]
        with ThreadPoolExecutor(CORES, "suite-at-report") as pool:
            runs = list(
                pool.map(lambda seed: made.run(tree, seed), range(1, suite.least_repeats + 1))
            )
    cases = [
        case
        for run in runs
        if run.results
        for case in run.results.having(Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED)
    ]
    return RerunFacts(
        commit=commit, runs=[run_facts(run) for run in runs], not_the_code=causes(cases)
    )
