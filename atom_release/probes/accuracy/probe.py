"""Putting labelled rows to the rehearsed service.

The labelled features are the operator's, or those of the judged tree; the answers are scored here,
never by the service. The rule is `gate.rules.accuracy.judge_accuracy`.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pydantic import JsonValue

from atom_release.errors import ProbeFault
from atom_release.gate.facts.accuracy import AccuracyFacts, Jitter, RowsWarning
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.json_pointer import parts_of, resolve_pointer
from atom_release.gate.manifest import Accuracy, Service
from atom_release.gate.rules.accuracy import judge_accuracy
from atom_release.gate.rules.memory import may_have_memorised
from atom_release.gate.vocabulary import Answer
from atom_release.lab.address import Rehearsal, not_started
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.http_faults import ProtocolFault, TimedOut
from atom_release.lab.look import Look
from atom_release.probes.accuracy import scores
from atom_release.probes.accuracy.jitter import ask_again
from atom_release.probes.accuracy.labelled import Labelled, read_labelled
from atom_release.probes.accuracy.reach import look_around
from atom_release.probes.accuracy.rows import Rows, rows_of
from atom_release.probes.accuracy.scores import canonical
from atom_release.probes.accuracy.seen_rows import rows_elsewhere
from atom_release.probes.accuracy.telling import telling_columns

_QUESTION = "accuracy"


def probe_accuracy(look: Look, service: Service, rehearsal: Rehearsal) -> Evidence:
    """Put every labelled row to the rehearsed service and score the answers.

    Raises:
        ProbeFault: the manifest names no labelled rows, or they cannot be put.
    """
    unreached = not_started(look, _QUESTION, service, rehearsal, direct=False)
    if unreached:
        return unreached
    accuracy = service.accuracy
    if accuracy is None:
        raise ProbeFault(f"the manifest names no labelled data for {service.id}")
    rows = rows_of(look, service, accuracy)
    labelled = read_labelled(rows.content, rows.name, accuracy.label)
    labels, positive = [canonical(label) for label in labelled.labels], canonical(accuracy.positive)
    with rehearsal.exchange() as exchange:
        scorer = _Scorer(exchange, accuracy, service)
        answers = [scorer.answer(row) for row in labelled.features]
        jitter = ask_again(labelled, answers, scorer.answer)
    facts = scores.score(labels, answers, positive, scores.keys(labelled.features)).model_copy(
        update=_beside(labelled, accuracy, jitter, rows, rows_elsewhere(look.tree, rows))
    )
    reach = look_around(look, service, rows, rehearsal)
    facts = facts.model_copy(
        update={"labels_in_reach": list(reach.labels), "reach_control": reach.canary}
    )
    answer, reason = judge_accuracy(facts.to_json(), accuracy.minimum)
    if answer is Answer.YES and reach.doubt:
        answer, reason = Answer.UNKNOWN, f"{reach.doubt}; {reason}"
    if facts.warnings:  # people read the reason; a report for machines lists each
        more = f" (and {len(facts.warnings) - 1} more)" if len(facts.warnings) > 1 else ""
        reason += f"; worth knowing: {facts.warnings[0].summary}{more}"
    return look.found(
        _QUESTION,
        service.id,
        answer,
        reason,
        control=scores.control(
            labels, answers, positive, correct=facts.correct, minimum=accuracy.minimum
        ),
        remedy=_remedy(service, facts, answer),
        facts=facts.to_json(),
        sources={rows.name: rows.digest},
        tools={"pandas": version("pandas")},
        isolation=rehearsal.isolation,
    )


def _remedy(service: Service, facts: AccuracyFacts, answer: Answer) -> str:
    if answer is Answer.YES:
        return ""
    if answer is Answer.UNKNOWN and facts.telling:
        return f"Take {', '.join(facts.telling)} out of the rows: it holds what is to be predicted."
    if answer is Answer.UNKNOWN and facts.accuracy == 1:
        return "Label more rows, each another one."
    if facts.accuracy is not None and facts.accuracy <= facts.majority:
        return (
            f"Improve what {service.name} predicts: the commonest label for every row is right as"
            " often."
        )
    return (
        f"Improve what {service.name} predicts, or correct the minimum that the manifest promises."
    )


def _beside(
    labelled: Labelled,
    accuracy: Accuracy,
    jitter: Jitter | None,
    rows: Rows,
    warnings: list[RowsWarning],
) -> dict[str, Any]:
    """Return what the facts hold beside the scores."""
    if jitter is not None and may_have_memorised(jitter):
        warnings = [_memorised(rows.name, jitter), *warnings]
    return {
        "minimum": accuracy.minimum,
        "separator": labelled.separator,
        "columns": labelled.kinds,
        "telling": telling_columns(labelled),
        "rows_of": rows.of,
        **({"jitter": jitter} if jitter else {}),
        **({"warnings": warnings} if warnings else {}),
    }


def _memorised(path: str, jitter: Jitter) -> RowsWarning:
    return RowsWarning(
        rule="may-have-memorised",
        path=path,
        summary=(
            f"the scorer may have memorised the labelled rows: {jitter.changed} of {jitter.rows}"
            f" answers changed when {', '.join(jitter.columns)} moved very little, and"
            f" {jitter.changed_unmoved} when nothing moved"
        ),
    )


@dataclass(frozen=True)
class _Scorer:
    """The service as it is asked for one row's label."""

    exchange: Exchange
    accuracy: Accuracy
    service: Service

    def answer(self, row: dict[str, Any]) -> str | None:
        """Return the label that the service answers, None where it gives none.

        That it is gone escapes, since then nothing was measured.
        """
        accuracy = self.accuracy
        request = accuracy.request.model_copy(
            update={"body": _placed(accuracy.request.body, accuracy.features_at, row)}
        )
        try:
            answered = self.exchange.send(request, service=self.service.id)
        except (TimedOut, ProtocolFault):
            return None
        if answered.status not in request.expect:
            return None
        try:
            return self._label(resolve_pointer(answered.json, accuracy.answer))
        except LookupError:
            return None

    def _label(self, value: Any) -> str | None:  # noqa: ANN401 - any JSON
        """Return the label that a value in the answer stands for."""
        accuracy = self.accuracy
        if accuracy.cutoff is None:
            return canonical(value)
        try:
            return canonical(accuracy.positive) if float(value) >= accuracy.cutoff else scores.OTHER
        except (TypeError, ValueError, OverflowError):
            return None


def _placed(body: JsonValue, at: str, features: dict[str, Any]) -> JsonValue:
    """Put the features into a copy of the body where the JSON pointer says.

    Making the objects on the way.
    """
    if not at:
        return {**body, **features} if isinstance(body, dict) else dict(features)
    whole: dict[str, Any] = deepcopy(body) if isinstance(body, dict) else {}
    *way, last = parts_of(f"/{at.lstrip('/')}")
    inside = whole
    for part in way:
        inside = inside.setdefault(part, {})
    inside[last] = {**inside[last], **features} if isinstance(inside.get(last), dict) else features
    return whole
