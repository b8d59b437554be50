"""The texts of a decision in Markdown.

For a person, made from the decision alone, so that they cannot say more than it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from atom_release.gate.claims.ledger import LedgerRow
from atom_release.gate.decision.claims_summary import Account
from atom_release.gate.decision.decision import CriterionResult, Decision
from atom_release.gate.documents import matrix
from atom_release.gate.documents.description import Grounds
from atom_release.gate.documents.matrix import Cell
from atom_release.gate.documents.problems import Problem, find_problems
from atom_release.gate.documents.rows import Kind, LegRow, Row, asked_rows, rows, rows_of
from atom_release.gate.facts.contradiction import Contradiction
from atom_release.gate.printable import in_markdown, printable
from atom_release.gate.vocabulary import ClaimVerdict, Outcome

_SIGNS = {
    Outcome.PASS: "✅",
    Outcome.FAIL: "❌",
    Outcome.INCONCLUSIVE: "❓",
    Outcome.BLOCKED: "⛔",
    Outcome.WAIVED: "📝",
}


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; cells are made safe for one line."""
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    return in_markdown(str("" if value is None else value))


def _signed(row: Row | LegRow) -> str:
    """Return the state with its sign; what was not asked has none."""
    return f"{_SIGNS[row.outcome]} {row.outcome}" if row.outcome else row.state


COLUMNS = ("criterion", "title", "outcome", "assurance", "why")


def decision_cells(decision: Decision) -> list[tuple[str, ...]]:
    """Return the table a release manager reads first, by its `COLUMNS`."""
    return [
        (row.name, row.title, _outcome(row), row.assurance or "", _why(row))
        for row in rows(decision)
        if not row.below_floor
    ]


def decision_table(decision: Decision) -> str:
    """Return that table as Markdown, with what stands beside it."""
    return printable(
        "\n\n".join(
            [
                table(COLUMNS, decision_cells(decision)),
                *filter(None, (str(decision.claims),)),
                *contradicted(decision.contradictions),
                *_agreed(decision),
            ]
        )
    )


def summary(decision: Decision, grounds: Grounds | None = None) -> str:
    """Return the decision for the page of a pipeline's job: the verdict, what refuses, the table.

    What refuses comes with the place, what was found and the one next edit or command.
    """
    title = in_markdown(f"{decision.release} {decision.version} at {decision.commit[:12]}")
    parts = [
        f"## {decision.verdict}: {title}",
        "\n".join(f"- {in_markdown(part)}" for part in decision.reason.split("; ")),
        *refusals(decision, grounds),
        f"<details><summary>Every criterion</summary>\n\n{decision_table(decision)}\n\n</details>",
    ]
    return printable("\n\n".join(parts) + "\n")


def refusals(decision: Decision, grounds: Grounds | None = None) -> Iterator[str]:
    """Yield each thing that stops the release; nothing of one that nothing stops."""
    problems = find_problems(asked_rows(decision, grounds))
    for number, problem in enumerate(problems, start=1):
        yield printable(_refusal(number, problem))


def _refusal(number: int, problem: Problem) -> str:
    """Return one thing that stops the release: what is wrong, where, what to do."""
    shown = problem.description
    texts = {
        "wrong": problem.wrong,
        "where": problem.where,
        "next": f"{problem.change} {shown.then}".rstrip(),
        "check": shown.command,
        "or": shown.otherwise,
    }
    lines = [f"- **{name}**: {in_markdown(text)}" for name, text in texts.items() if text]
    lines += [
        f"- **likely the same cause**: {in_markdown(echo.row.heading)}"
        f" ({in_markdown(echo.description.where)})"
        for echo in problem.echoes
    ]
    heading = f"{number}. {_SIGNS[problem.outcome]} {problem.outcome}"
    return f"### {heading} {in_markdown(problem.title)}\n\n" + "\n".join(lines)


def digests(named: Mapping[str, str]) -> str:
    """Return the table of what a decision rests on, each by its SHA-256."""
    return table(("artifact", "sha256"), sorted(named.items()))


def _agreed(decision: Decision) -> Iterator[str]:
    """Yield what people said of it.

    Every waiver and approval that was handed in, whether it counted or not.
    """
    if decision.waivers:
        outcomes = {
            row.name: f"{row.before} → {row.outcome}" for row in asked_rows(decision) if row.before
        }
        shown = [
            (
                waiver.criterion,
                outcomes.get(waiver.criterion, "") if waiver.counts else "",
                waiver.why,
                waiver.approver,
                waiver.signature,
                waiver.ticket,
                waiver.reason,
                waiver.expires,
            )
            for waiver in decision.waivers
        ]
        yield table(
            (
                "waiver of",
                "outcome",
                "counts",
                "approver",
                "signature",
                "ticket",
                "reason",
                "until",
            ),
            shown,
        )
    if decision.approvals:
        yield table(
            ("approval by", "counts"),
            [(approval.signer, approval.why) for approval in decision.approvals],
        )
    yield f"Ratchet: {decision.baseline}. History: {decision.history}."


def _outcome(row: Row) -> str:
    return "".join((_signed(row), *(f" ({note})" for note in row.notes)))


def _why(row: Row) -> str:
    return f"left out: {row.reason}" if row.kind is Kind.LEFT_OUT else row.reason


def policy_check(release: str, results: Sequence[CriterionResult], cells: Sequence[Cell]) -> str:
    """Return the policy report.

    The policies, the matrix of policy by leg and service, then each leg that does not pass with
    what to change.
    """
    policies = rows_of(results)
    parts = [
        f"# {in_markdown(release)}: policy check",
        table(
            ("policy", "title", "outcome", "assurance"),
            [(row.name, row.title, _outcome(row), row.assurance or "") for row in policies],
        ),
        "## Policy by leg and service",
        _matrix(cells),
    ]
    for row in policies:
        parts += [f"## {in_markdown(row.name)} {in_markdown(row.title)}", _legs(row.legs)]
        parts += [
            f"- **{leg.question}/{leg.subject}**: {in_markdown(leg.remedy)}"
            for leg in row.legs
            if leg.remedy
        ]
    return printable("\n\n".join(parts) + "\n")


def _matrix(cells: Sequence[Cell]) -> str:
    """Return the matrix, one row for each leg; what was not asked says why."""
    lines = matrix.rows(cells)
    header = ("policy", "leg", *(cell.service for cell in (lines[0] if lines else ())))
    return table(
        header, [(line[0].policy, line[0].leg, *map(_signed_cell, line)) for line in lines]
    )


def _signed_cell(cell: Cell) -> str:
    return (
        f"{_SIGNS[Outcome(cell.outcome)]} {cell.short}"
        if cell.outcome in set(Outcome)
        else cell.short
    )


def _legs(legs: Iterable[LegRow]) -> str:
    shown = [
        (leg.question, leg.subject, _signed(leg), leg.assurance, leg.control, leg.reason)
        for leg in legs
    ]
    return table(("leg", "asked of", "outcome", "assurance", "control", "found"), shown)


def aggregated(
    release: str,
    results: Sequence[CriterionResult],
    accounts: Sequence[Account],
    contradictions: Sequence[Contradiction] = (),
) -> str:
    """Return the aggregated report: outcomes so far, contradictions, the ledger of each service."""
    parts = [
        f"# {in_markdown(release)}: aggregated report",
        table(
            ("criterion", "title", "outcome", "why"),
            [(row.name, row.title, _outcome(row), row.reason) for row in rows_of(results)],
        ),
        *contradicted(contradictions),
    ]
    for account in accounts:
        parts += [
            f"## {in_markdown(account.service)}: claims",
            counted(account),
            *(f"- {_cell(finding)}" for finding in account.findings),
            ledger_table(account.rows),
        ]
    return printable("\n\n".join(parts) + "\n")


def contradicted(contradictions: Sequence[Contradiction]) -> Iterator[str]:
    """Yield what contradicts what, each with how to see it; nothing where nothing does."""
    if contradictions:
        lines = [
            f"- {_cell(entry.sentence)}{f' (`{_cell(entry.show)}`)' if entry.show else ''}"
            for entry in contradictions
        ]
        yield "\n".join(["## Contradictions", "", *lines])


def counted(account: Account) -> str:
    """Return the counts of one service's claims in one line."""
    verdicts = ", ".join(f"{account.counts[verdict]} {verdict}" for verdict in ClaimVerdict)
    return (
        f"{verdicts}; {account.unexamined} of {account.lines} lines hold nothing that was"
        " looked for"
    )


def ledger_table(rows: Sequence[LedgerRow]) -> str:
    """Return the ledger of one service: claim, said, found, verdict, where it stands, why."""
    shown = [(row.kind, row.said, row.found, row.verdict, row.where, row.reason) for row in rows]
    return table(("claim", "said", "found", "verdict", "where", "why"), shown)
