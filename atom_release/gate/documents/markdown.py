"""The texts of a decision in Markdown.

For a person, made from the decision alone, so that they cannot say more than it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from atom_release.gate.claims.ledger import LedgerRow
from atom_release.gate.decision.claims_summary import Account
from atom_release.gate.decision.decision import CriterionResult, Decision
from atom_release.gate.documents import matrix
from atom_release.gate.documents.matrix import Cell
from atom_release.gate.printable import printable
from atom_release.gate.rules.legs import Leg
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
    text = printable(" ".join(str("" if value is None else value).split()))
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def sign(outcome: Outcome | None) -> str:
    """Return the outcome with its sign; a leg that does not apply has none."""
    return "not applicable" if outcome is None else f"{_SIGNS[outcome]} {outcome}"


def decision_table(decision: Decision) -> str:
    """Return the table a release manager reads first: criterion, outcome, assurance, why."""
    rows = [
        (result.id, result.title, _outcome(result), result.assurance or "", result.reason)
        for result in decision.criteria
    ]
    rolled = [
        (
            roll_up.name,
            roll_up.explanation,
            sign(roll_up.outcome) if roll_up.outcome else "not asked",
            "",
            "",
        )
        for roll_up in decision.rolled
    ]
    skipped = [
        (entry.criterion, entry.title, "not asked", "", f"left out: {entry.reason}")
        for entry in decision.left_out
        if entry.criterion not in {result.id for result in decision.criteria}
    ]
    return printable(
        "\n\n".join(
            [
                table(
                    ("criterion", "title", "outcome", "assurance", "why"), rows + skipped + rolled
                ),
                *filter(None, (str(decision.claims),)),
                *_agreed(decision),
            ]
        )
    )


def digests(named: Mapping[str, str]) -> str:
    """Return the table of what a decision rests on, each by its SHA-256."""
    return table(("artifact", "sha256"), sorted(named.items()))


def _agreed(decision: Decision) -> Iterator[str]:
    """Yield what people said of it.

    Every waiver and approval that was handed in, whether it counted or not.
    """
    if decision.waivers:
        outcomes = {
            result.id: f"{result.before} → {result.outcome}"
            for result in decision.criteria
            if result.before
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


def _outcome(result: CriterionResult) -> str:
    return (
        sign(result.outcome)
        + (" (noted)" if result.noted else "")
        + (f" (was {result.before})" if result.before else "")
    )


def policy_check(release: str, results: Sequence[CriterionResult], cells: Sequence[Cell]) -> str:
    """Return the policy report.

    The policies, the matrix of policy by leg and service, then each leg that does not pass with
    what to change.
    """
    parts = [
        f"# {release}: policy check",
        table(
            ("policy", "title", "outcome", "assurance"),
            [(r.id, r.title, _outcome(r), r.assurance or "") for r in results],
        ),
        "## Policy by leg and service",
        _matrix(cells),
    ]
    for result in results:
        parts += [f"## {result.id} {result.title}", _legs(result.legs)]
        parts += [
            f"- **{leg.question}/{leg.subject}**: {leg.remedy}" for leg in result.legs if leg.remedy
        ]
    return printable("\n\n".join(parts) + "\n")


def _matrix(cells: Sequence[Cell]) -> str:
    """Return the matrix, one row for each leg; what was not asked says why."""
    rows = matrix.rows(cells)
    header = ("policy", "leg", *(cell.service for cell in (rows[0] if rows else ())))
    return table(
        header, [(row[0].policy, row[0].leg, *(_signed(cell) for cell in row)) for row in rows]
    )


def _signed(cell: Cell) -> str:
    return (
        f"{_SIGNS[Outcome(cell.outcome)]} {cell.short}"
        if cell.outcome in set(Outcome)
        else cell.short
    )


def _legs(legs: Iterable[Leg]) -> str:
    rows = [
        (
            leg.question,
            leg.subject,
            sign(leg.outcome),
            leg.assurance or "",
            leg.control or "",
            leg.reason,
        )
        for leg in legs
    ]
    return table(("leg", "asked of", "outcome", "assurance", "control", "found"), rows)


def aggregated(
    release: str, results: Sequence[CriterionResult], accounts: Sequence[Account]
) -> str:
    """Return the aggregated report: the outcomes so far, then the ledger of claims per service."""
    parts = [
        f"# {release}: aggregated report",
        table(
            ("criterion", "title", "outcome", "why"),
            [(r.id, r.title, _outcome(r), r.reason) for r in results],
        ),
    ]
    for account in accounts:
        parts += [
            f"## {account.service}: claims",
            counted(account),
            *(f"- {_cell(finding)}" for finding in account.findings),
            ledger_table(account.rows),
        ]
    return printable("\n\n".join(parts) + "\n")


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
