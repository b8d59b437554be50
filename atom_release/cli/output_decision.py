"""What the command line shows of a decision: a run's, an explanation, a verification, a difference.

Tables and sentences for a person, one JSON document for a program.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from atom_release import settings
from atom_release.cli import github
from atom_release.cli.decision_lines import lines, verdict
from atom_release.cli.documents import (
    CriterionEntry,
    Explanation,
    ExplanationDocument,
    RunDocument,
    TagEntry,
)
from atom_release.cli.explanation_lines import contradictions, explanation, how_to_waive
from atom_release.cli.line_layout import Line, prefix
from atom_release.cli.output import print_document, print_json, show, show_table
from atom_release.errors import Misuse
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents.rows import Cause, Kind, Row, asked_rows, rows
from atom_release.gate.printable import one_line, printable
from atom_release.gate.vocabulary import Outcome, Verdict

if TYPE_CHECKING:
    from atom_release.gate.documents.description import Grounds
    from atom_release.graph.running import RunResult

_COLOURS = {
    Outcome.PASS: "green",
    Outcome.FAIL: "red",
    Outcome.INCONCLUSIVE: "yellow",
    Outcome.BLOCKED: "magenta",
    Outcome.WAIVED: "cyan",
    Verdict.GREEN: "bold green",
    Verdict.RED: "bold red",
    Verdict.BLOCKED: "bold magenta",
}
_REASON = 260
_WIDEST = 100


@dataclass(frozen=True)
class Following:
    """The commands that follow a run: one explains its decision, one judges again."""

    explain: str
    again: str


def show_run(result: RunResult, following: Following, *, out: str, quiet: bool = False) -> None:
    """Show what a run came to: the decision, each criterion, the tag, and what explains it.

    Args:
        result: what the run came to.
        following: the commands that follow.
        out: where the artifacts are.
        quiet: whether the decision and the tag are enough.
    """
    console = Console()
    decision = result.decision
    if settings.is_github_job():
        for line in github.refusals(decision, result.grounds):
            console.print(line, highlight=False, markup=False, soft_wrap=True)
        github.write_summary(decision, result.grounds)
    if quiet:
        print_verdict(console, decision, result.grounds)
    else:
        print_decision(console, decision, result.grounds, following.again)
    if result.tag:
        console.print(
            one_line(
                f"tag {result.tag.name} -> {result.tag.commit[:12]} (judged"
                f" {result.tag.judged[:12]})"
            ),
            highlight=False,
            markup=False,
        )
    if quiet:
        return
    for use in decision.waivers:
        console.print(
            one_line(
                f"waiver {use.criterion or '?'} by {use.approver or '?'} ({use.ticket or '?'}):"
                f" {use.why}"
            ),
            highlight=False,
            markup=False,
        )
    for approval in decision.approvals:
        console.print(
            one_line(f"approval by {approval.signer or '?'}: {approval.why}"),
            highlight=False,
            markup=False,
        )
    for sentence in result.notes:
        console.print(printable(sentence), highlight=False, markup=False)
    _show_ways_on(console, result, following, out)


def _show_ways_on(console: Console, result: RunResult, following: Following, out: str) -> None:
    """Print where the whole is to be read, and how to judge again what was corrected."""
    verdict = result.decision.verdict
    again = "" if verdict is Verdict.BLOCKED else "  (once it is committed)"
    ways = {
        "again": f"{following.again}{again}",
        "in full": following.explain,
    }
    ways = ways if verdict is not Verdict.GREEN else {}
    ways |= {"page": result.page} if result.page else {"files": out}
    for name, text in ways.items():
        if text:
            line = printable(f"{name:<9}{text}")
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def run_document(result: RunResult) -> RunDocument:
    """Return what `run --json` and `audit --json` print."""
    decision = result.decision
    criteria = [criterion_entry(row) for row in asked_rows(decision)]
    tag = result.tag and TagEntry(
        name=result.tag.name,
        object=result.tag.object,
        commit=result.tag.commit,
        judged=result.tag.judged,
    )
    return RunDocument(
        decision=decision.verdict,
        release=f"{decision.release} {decision.version}",
        commit=decision.commit,
        criteria=criteria,
        tag=tag,
        artifacts=dict(result.artifacts),
        page=result.page,
        left_out={row.name: row.reason for row in rows(decision) if row.kind is Kind.LEFT_OUT},
        claims=decision.claims.model_dump(mode="json"),
        contradictions=[entry.to_json() for entry in decision.contradictions],
        baseline=decision.baseline,
        waivers=[use.model_dump(mode="json") for use in decision.waivers],
        approvals=[use.model_dump(mode="json") for use in decision.approvals],
        notes=list(result.notes),
    )


def criterion_entry(row: Row) -> CriterionEntry:
    """Return a criterion that was asked as a document has it."""
    return CriterionEntry(
        id=row.name,
        outcome=row.outcome or Outcome.INCONCLUSIVE,
        assurance=row.assurance,
        reason=row.reason,
        evidence=list(row.evidence),
        before=row.before,
    )


def print_decision(console: Console, decision: Decision, grounds: Grounds | None, run: str) -> None:
    """Print the verdict, what stops the release, and what holds; `run` judges it again."""
    print_lines(console, lines(decision, line_width(console), grounds, run))


def print_verdict(console: Console, decision: Decision, grounds: Grounds | None = None) -> None:
    """Print the verdict of a decision and why."""
    print_lines(console, verdict(decision, line_width(console), grounds))


def print_lines(console: Console, shown: Iterable[Line]) -> None:
    """Print lines, the outcome that a line begins with in its colour."""
    for line in shown:
        before = prefix(line)
        style = _COLOURS[line.outcome] if line.outcome else "bold" if line.label else ""
        head = f"[{style}]{escape(before)}[/]" if style and before else escape(before)
        console.print(f"{head}{escape(text_of(line))}", highlight=False, soft_wrap=True)


def text_of(line: Line) -> str:
    """Return the text of a line; in a GitHub job's log, one that is no command there."""
    before = prefix(line)
    return (
        github.inert(before + line.text)[len(before) :] if settings.is_github_job() else line.text
    )


def line_width(console: Console) -> int:
    """Return how long a line on this console may be."""
    return min(console.width, _WIDEST)


def show_explanation(
    decision: Decision,
    criteria: Collection[str],
    *,
    grounds: Grounds | None,
    waive: str,
    as_json: bool,
) -> None:
    """Show each criterion that is not PASS, or those named: what is asked, where, what was found.

    And one edit or command that would change it; `waive` is the command that accepts a failure.

    Raises:
        Misuse: the decision has no criterion of that name.
    """
    judged = asked_rows(decision, grounds)
    names = [row.name for row in judged]
    if unknown := sorted(set(criteria) - set(names)):
        raise Misuse(f"The decision has no criterion {unknown[0]}.", f"It has {', '.join(names)}.")
    chosen = [
        row
        for row in judged
        if (row.name in criteria if criteria else row.outcome is not Outcome.PASS)
    ]
    if as_json:
        explained = [_entry(row, cause, waive) for row in chosen for cause in row.causes]
        print_document(
            ExplanationDocument(
                decision=decision.verdict,
                commit=decision.commit,
                contradictions=[entry.to_json() for entry in decision.contradictions],
                explanations=explained,
            )
        )
        return
    console = Console()
    print_lines(console, verdict(decision, line_width(console), grounds))
    if not criteria:
        print_lines(console, contradictions(decision, line_width(console)))
    print_lines(console, explanation(chosen, line_width(console), waive))


def _entry(row: Row, cause: Cause, waive: str) -> Explanation:
    return Explanation(
        criterion=row.name,
        outcome=cause.outcome,
        expected=row.asks,
        finding=cause.reason,
        wrong=cause.description.wrong,
        place=cause.description.where,
        where=cause.where,
        sure=cause.sure,
        change=cause.change,
        otherwise=cause.description.otherwise,
        how=cause.how,
        failure=row.failure,
        waivable=row.unwaivable or how_to_waive(row, waive),
    )


def show_verification(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Show what was verified of a bundle, and what it would be otherwise."""
    if as_json:
        print_json(result)
        return
    considered = {name: result[name] for name in ("then", "otherwise") if name in result}
    show({name: value for name, value in result.items() if name not in considered}, as_json=False)
    for name, value in considered.items():
        show(
            {
                f"{name} ({value.get('at') or value.get('manifest')})": (
                    f"{value['decision']}: {value['reason']}"
                )
            },
            as_json=False,
        )
        show_table([_change_row(change) for change in value["changes"]], as_json=False)


def show_differences(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Show what two decisions differ in."""
    if as_json:
        print_json(result)
        return
    for side in ("before", "after"):
        decision = result[side]
        commit, place = decision["commit"][:12], decision["place"]
        sentence = f"{decision['decision']}  {commit} as of {decision['as_of']}  {place}"
        show({side: sentence}, as_json=False)
    show({"verified": result["verified"], "differing": len(result["changes"])}, as_json=False)
    show_table([_change_row(change) for change in result["changes"]], as_json=False)


def _change_row(change: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "criterion": change["criterion"],
        "changed": ", ".join(change["changed"]),
        "before": change["before"],
        "after": change["after"],
        "why before": _shortened(change["reason_before"]),
        "why after": _shortened(change["reason_after"]),
    }


def _shortened(reason: str) -> str:
    """Return a reason that leaves a table readable."""
    return reason if len(reason) <= _REASON else f"{reason[:_REASON].rsplit(' ', 1)[0]} …"
