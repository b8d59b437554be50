"""What the command line shows of a decision: a run's, an explanation, a verification, a difference.

Tables and sentences for a person, one JSON document for a program.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from atom_release.cli.output import print_json, show, show_table, shown_plainly
from atom_release.gate.catalogue import remedies
from atom_release.gate.decision.decision import CriterionResult, Decision
from atom_release.gate.printable import printable
from atom_release.gate.vocabulary import Outcome, Verdict

if TYPE_CHECKING:
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
_BAR = 24
_NOT_ASKED = "[dim]not asked[/]"
_MEND = "atom-release audit (after mending what was found)"


@contextmanager
def progress(*, shown: bool) -> Iterator[None]:
    """Show on stderr what the run does now, one line that moves on a terminal.

    A line a step elsewhere.
    """
    from atom_release.release.progress import (
        listen,
    )

    console = Console(stderr=True)
    if not shown:
        yield
        return
    with console.status("starting") as status:
        steps: list[str] = []

        def hear(step: str, what: str, share: float | None) -> None:
            if step not in steps:
                steps.append(step)
                console.print(f"[dim]{step}[/dim]", highlight=False)
            status.update(f"{step}: {what}" if share is None else f"{step}: {what} {_bar(share)}")

        stop = listen(hear)
        try:
            yield
        finally:
            stop()


def _bar(share: float) -> str:
    done = round(share * _BAR)
    return f"{'█' * done}{'░' * (_BAR - done)} {share:.0%}"


def show_run(result: RunResult, *, as_json: bool, out: str) -> None:
    """Show what a run came to: the table of criteria, the decision, the tag."""
    if as_json:
        print_json(_run_document(result))
        return
    console = Console()
    console.print(_criteria_table(result.decision))
    decision, verdict = result.decision, result.decision.verdict
    console.print(
        f"[{_COLOURS[verdict]}]{verdict}[/]  "
        + shown_plainly(f"{decision.release} {decision.version} at {decision.commit[:12]}: ")
        + shown_plainly(decision.reason)
    )
    if result.tag:
        console.print(
            printable(
                f"tag {result.tag.name} -> {result.tag.commit[:12]} (judged"
                f" {result.tag.judged[:12]})"
            ),
            highlight=False,
            markup=False,
        )
    for use in decision.waivers:
        console.print(
            printable(
                f"waiver {use.criterion or '?'} by {use.approver or '?'} ({use.ticket or '?'}):"
                f" {use.why}"
            ),
            highlight=False,
            markup=False,
        )
    for approval in decision.approvals:
        console.print(
            printable(f"approval by {approval.signer or '?'}: {approval.why}"),
            highlight=False,
            markup=False,
        )
    for sentence in result.notes:
        console.print(printable(sentence), highlight=False, markup=False)
    console.print(f"artifacts: {printable(out)}", highlight=False, markup=False)
    if result.page:
        console.print(f"to read: {printable(result.page)}", highlight=False, markup=False)


def _run_document(result: RunResult) -> dict[str, Any]:
    decision = result.decision
    told = [
        {
            "id": one.id,
            "outcome": one.outcome,
            "assurance": one.assurance,
            "reason": one.reason,
            "evidence": list(one.evidence),
            "before": one.before,
        }
        for one in decision.criteria
    ]
    tag = result.tag and {
        "name": result.tag.name,
        "object": result.tag.object,
        "commit": result.tag.commit,
        "judged": result.tag.judged,
    }
    return {
        "decision": decision.verdict,
        "release": f"{decision.release} {decision.version}",
        "commit": decision.commit,
        "criteria": told,
        "tag": tag,
        "artifacts": dict(result.artifacts),
        "page": result.page,
        "left_out": {one.criterion: one.reason for one in decision.left_out},
        "claims": decision.claims.model_dump(mode="json"),
        "baseline": decision.baseline,
        "waivers": [one.model_dump(mode="json") for one in decision.waivers],
        "approvals": [one.model_dump(mode="json") for one in decision.approvals],
        "said": list(result.notes),
    }


def _criteria_table(decision: Decision) -> Table:
    table = Table(show_lines=False, header_style="bold")
    for name in ("criterion", "outcome", "assurance", "why"):
        table.add_column(name, overflow="fold", no_wrap=name != "why")
    for one in decision.criteria:
        table.add_row(
            shown_plainly(f"{one.id} {one.title}"),
            _coloured(one),
            one.assurance or "",
            shown_plainly(_shortened(one.reason)),
        )
    for left in decision.left_out:
        if left.criterion not in {result.id for result in decision.criteria}:
            table.add_row(
                shown_plainly(f"{left.criterion} {left.title}"),
                _NOT_ASKED,
                "",
                shown_plainly(f"left out: {left.reason}"),
            )
    for rolled in decision.rolled:
        outcome = rolled.outcome
        shown = f"[{_COLOURS[outcome]}]{outcome}[/]" if outcome else _NOT_ASKED
        table.add_row(f"{rolled.name} (roll-up)", shown, "", rolled.told)
    return table


def _coloured(result: CriterionResult) -> str:
    return (
        f"[{_COLOURS[result.outcome]}]{result.outcome}[/]"
        + (" noted" if result.noted else "")
        + (f" was {result.before}" if result.before else "")
    )


def _shortened(reason: str) -> str:
    """Return a reason that leaves the table readable; `explain` gives it whole."""
    return (
        reason
        if len(reason) <= _REASON
        else f"{reason[:_REASON].rsplit(' ', 1)[0]} … (atom-release explain)"
    )


def show_explanation(decision: Decision, *, as_json: bool) -> None:
    """Show each criterion that is not PASS.

    Expected, found, where, and one thing that would change it.
    """
    entries = [
        entry
        for one in decision.criteria
        if one.outcome is not Outcome.PASS
        for entry in _explained(one)
    ]
    if as_json:
        print_json(
            {"decision": decision.verdict, "commit": decision.commit, "explanations": entries}
        )
        return
    console = Console()
    console.print(
        f"[{_COLOURS[decision.verdict]}]{decision.verdict}[/]  {shown_plainly(decision.reason)}"
    )
    for entry in entries:
        console.print(
            f"\n[bold]{entry['criterion']}[/bold] {entry['outcome']} "
            f" {shown_plainly(entry['where'])}"
        )
        console.print(
            f"  expected: {shown_plainly(entry['expected'])}\n"
            f"  found:    {shown_plainly(entry['found'])}\n"
            f"  change:   {shown_plainly(entry['change'])}"
        )
        if entry["failure"]:
            console.print(
                f"  failure:  {entry['failure']}\n  accept:   {shown_plainly(entry['waivable'])}"
            )


def _explained(result: CriterionResult) -> Iterator[dict[str, str]]:
    beside = {"failure": result.failure, "waivable": result.unwaivable or _how_to_waive(result)}
    if result.flaky:
        yield {
            "criterion": result.id,
            "outcome": str(result.outcome),
            "expected": result.title,
            "found": result.reason,
            "where": "history",
            "change": _MEND,
            **beside,
        }
    if not result.flaky and all(leg.outcome is None for leg in result.legs):
        yield {
            **beside,
            "criterion": result.id,
            "outcome": str(result.outcome),
            "expected": result.title,
            "found": "no leg of this criterion applies, so nothing was shown",
            "where": ", ".join(f"{leg.question}/{leg.subject}" for leg in result.legs) or "-",
            "change": remedies.would_ask(leg.question for leg in result.legs),
        }
    for leg in result.legs:
        if leg.outcome not in {None, Outcome.PASS}:
            yield {
                **beside,
                "criterion": result.id,
                "outcome": str(leg.outcome),
                "expected": result.title,
                "found": leg.reason,
                "where": f"{leg.question}/{leg.subject}",
                "change": leg.remedy or _MEND,
            }


def _how_to_waive(result: CriterionResult) -> str:
    """Say how this failure could be accepted, or what was."""
    if result.outcome is Outcome.WAIVED:
        return f"WAIVED: {result.reason}"
    return (
        ""
        if result.accepted
        else (
            f"atom-release waive --criterion {result.id} --reason WHY --ticket WHERE --approver WHO"
            " --expires WHEN"
        )
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
        show_table([_change_row(one) for one in value["changes"]], as_json=False)


def show_differences(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Show what two decisions differ in."""
    if as_json:
        print_json(result)
        return
    for side in ("before", "after"):
        one = result[side]
        show(
            {side: f"{one['decision']}  {one['commit'][:12]} as of {one['as_of']}  {one['place']}"},
            as_json=False,
        )
    show({"verified": result["verified"], "differing": len(result["changes"])}, as_json=False)
    show_table([_change_row(one) for one in result["changes"]], as_json=False)


def _change_row(change: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "criterion": change["criterion"],
        "changed": ", ".join(change["changed"]),
        "before": change["before"],
        "after": change["after"],
        "why before": _shortened(change["reason_before"]),
        "why after": _shortened(change["reason_after"]),
    }
