"""Reading what a gate with other rules wrote: keys that are not known here are left out.

Only for what a signature and digests vouch for already. Nothing that is read so opens the way to an
act, since acts want a decision that can be derived again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from atom_release.errors import Refused
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents.vsa import EXTENSION
from atom_release.gate.vocabulary import Verdict

Model = TypeVar("Model", bound=BaseModel)
_AGAIN = "Ask for the bundle again from where it was made."


def read_known(model: type[Model], document: Mapping[str, Any]) -> Model:
    """Return a model of a stored document without the keys that the model does not have.

    Raises:
        ValidationError: something else is wrong with the document.
    """
    kept = deepcopy(dict(document))
    while True:
        try:
            return model.model_validate(kept)
        except ValidationError as error:
            unknown = [
                problem["loc"] for problem in error.errors() if problem["type"] == "extra_forbidden"
            ]
            if not unknown:
                raise
            for place in unknown:
                _drop(kept, place)


def _drop(document: Any, place: Iterable[str | int]) -> None:  # noqa: ANN401 - any JSON
    *path, last = place
    for key in path:
        document = document[key]
    del document[last]


def read_decision(signed: Mapping[str, Any]) -> Decision:
    """Return the decision of a signed statement, whichever rules it was made by.

    Raises:
        Refused: it is no decision.
    """
    try:
        recorded = signed["predicate"][EXTENSION]
        return read_known(Decision, json.loads(json.dumps(recorded)))
    except (KeyError, TypeError, IndexError, ValidationError) as error:
        raise Refused(
            f"The signed decision cannot be read: {type(error).__name__}.", _AGAIN
        ) from error


def check_recorded(
    signed: Mapping[str, Any], decision: Decision, snapshot: bytes, evidence: Iterable[str]
) -> None:
    """Check that what was recorded by other rules agrees with itself.

    Args:
        signed: the statement that was signed.
        decision: the decision in it.
        snapshot: the snapshot's bytes, which records the same decision.
        evidence: the digests of all evidence in the artifacts.

    Raises:
        Refused: verdict, outcomes, snapshot or evidence do not agree; the sentence says which.
    """
    statement = signed["predicate"]
    try:
        recorded = json.loads(snapshot)["decision"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("The snapshot cannot be read.", _AGAIN) from error
    if recorded != statement[EXTENSION]:
        raise Refused("The snapshot records another decision than the signed one.", _AGAIN)
    green = decision.verdict is Verdict.GREEN
    if (statement.get("verificationResult") == "PASSED") != green:
        raise Refused("The statement's result is not that of its decision.", _AGAIN)
    if green and not (decision.criteria and all(result.accepted for result in decision.criteria)):
        raise Refused("The decision is GREEN and a criterion in it is not accepted.", _AGAIN)
    present = set(evidence)
    for result in decision.criteria:
        missing = [digest for digest in result.evidence if digest not in present]
        if missing:
            raise Refused(
                f"{result.id} rests on evidence {missing[0][:12]}, which is in no artifact.", _AGAIN
            )
