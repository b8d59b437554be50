"""What to change where a leg is not green.

One sentence for each question, for a person who reads the outcome and nothing else.

A probe that knows better (the line, the SQL, the command) says so itself; this is what stands there
where it does not.
"""

from __future__ import annotations

from collections.abc import Iterable

from atom_release.gate.vocabulary import Outcome

_CHANGES = {
    "report": (
        "Commit one report for the service at the path that the manifest names, readable, with"
        " status PASS."
    ),
    "claims": "Correct the contradicted claim in the report, or the code that contradicts it.",
    "claims that nothing bears": (
        "Name in release.yaml what verifies the report: the service's tests as `suite`, or its"
        " labelled rows as `accuracy`."
    ),
    "suite": (
        "Let the tests call the service's code and look at what it gives: they pass while each of"
        " its functions only raises."
    ),
    "integration": (
        "Mend the services until the integration tests pass, and let those tests need the services."
    ),
    "personal-data": (
        "Remove the personal data from the tree, or replace it by published test numbers."
    ),
    "privacy": (
        "Leave the person out of the named surfaces: aggregate, or replace by a keyed pseudonym."
    ),
    "secrets": (
        "Revoke the secret, remove it from the tree, and read it from Vault or the environment."
    ),
    "default-secrets": (
        "Remove the default, so that the service refuses to start without its secret."
    ),
    "secret-history": (
        "Revoke each of the named secrets, then have it waived; a new commit takes none of them"
        " back."
    ),
    "secret-use": (
        "Read the secret from Vault when the service starts, use no other value, and do not start"
        " without it."
    ),
    "signature": (
        "Sign the artifact with a key that is not in the tree, and lay the signature beside it."
    ),
    "tampered-artifact": (
        "Verify the artifact's signature before it is loaded, and answer with an error where it"
        " does not verify."
    ),
    "vault": (
        "Unseal the named Vault, and give the token's policy read on the paths that the manifest"
        " names."
    ),
    "signing": (
        "Make a new signing key outside the repository, and name it in the manifest or the"
        " settings."
    ),
    "safety-mode": "Set safety.mode to manual in the package's manifest.",
    "approval": (
        "Refuse the action until an approval is recorded, and write down who, why, before and"
        " after."
    ),
    "health": (
        "Let the service's health path answer 200 while it is well, and something else on paths"
        " that do not exist."
    ),
    "metrics": (
        "Let the service's metrics path give its counters as Prometheus text with types, counted at"
        " every request."
    ),
    "routes": "Serve the named routes, or correct `routes` to what the service serves.",
    "prometheus": (
        "Name the Prometheus server in the manifest's variable, and give each service a scrape job"
        " named like it."
    ),
    "migrations": (
        "Mend the migration at the named line, so that all apply in order to an empty database."
    ),
    "isolation": (
        "Enable and force row-level security on the named tables, each with a policy on the tenant"
        " column for reading and writing."
    ),
    "postgres": (
        "Let the application connect as a role that is neither superuser nor exempt from row-level"
        " security, and owns nothing."
    ),
    "tokens": (
        "Take the tenant only from a verified token that has not expired, and refuse every other"
        " token."
    ),
    "latency": (
        "Make the named endpoint faster, or mend its errors; a budget is not loosened without"
        " approval."
    ),
    "histogram": (
        "Make the deployed service faster, or let its histogram have a bucket edge just below the"
        " budget."
    ),
    "accuracy": (
        "Improve what the service predicts, or correct the minimum that the manifest promises."
    ),
    "regression": (
        "Find what became slower since the release it is compared with, or allow it in"
        " budget.regression."
    ),
    "measurement": (
        "Mend or leave out the named file; the gate's own measurement decides without it."
    ),
    "own-check": "Mend what the check names, or the check itself, and commit.",
    "own-probe": "Mend what the plug-in names, and commit.",
    "artifact": (
        "Let a command of the commit make the file from what it is evidence of, and commit both."
    ),
    "validator": (
        "Let the validator fail on a status that is no success, on a refused connection and on a"
        " late answer."
    ),
    "surroundings": "Let the named tests hold there, or leave out the kind in `findings`.",
    "addresses": "Write the path that the service serves, or serve the one that is written.",
    "pull-requests": "Correct the number or the branch that the document names.",
    "focus": "Test what the service is said to be about, or say what it is about.",
    "documents": "Correct the document or the report that is wrong, and commit.",
    "unapproved": "Let the named place wait for a person, or correct what says that P-3 passed.",
    "order": "Tag a commit that holds what the release stands on; a tag is never moved.",
    "tag": "Choose another release.tag; a tag is never moved.",
    "remote": (
        "Bring what the remote's branch holds into the release, or choose another release.branch."
    ),
    "forge": "Name the forge and a token that may open pull requests in the manifest's variables.",
}
_ASK_AGAIN = (
    "Mend what kept the answer from being established, which the reason names, and audit again."
)
_BRING = (
    "Start the absent system, or correct the address in the variable that the manifest names, and"
    " audit again."
)


COMMAND, EDIT, BY_HAND = "command", "edit", "by hand"
_SQL_WORDS = ("ALTER ", "CREATE ")
COMMAND_WORDS = (*_SQL_WORDS, "export ", "git ", "atom-release ")
EDITS = frozenset(
    {
        "report",
        "personal-data",
        "secrets",
        "default-secrets",
        "safety-mode",
        "tag",
        "remote",
    }
)
"""The questions whose remedy is an edit that turns them; a test carries each out, to the letter."""


def is_command(change: str) -> bool:
    """Return whether a remedy is a command, to be copied as it stands."""
    return change.startswith(COMMAND_WORDS)


def is_sql(change: str) -> bool:
    """Return whether a remedy is SQL, which a migration of the release has to say."""
    return change.startswith(_SQL_WORDS)


def how(question: str, change: str) -> str:
    """Return how a remedy is followed: by a command, by an edit, or by hand, with judgement."""
    if is_command(change):
        return COMMAND
    return EDIT if question in EDITS else BY_HAND


def remedy(question: str, outcome: Outcome | None) -> str:
    """Return what to change for this outcome of a leg; nothing where there is nothing to change."""
    if outcome in {None, Outcome.PASS}:
        return ""
    if question == "claims" and outcome is Outcome.INCONCLUSIVE:
        return _CHANGES["claims that nothing bears"]
    change = _CHANGES.get(question, "")
    if outcome is Outcome.FAIL:
        return change or _ASK_AGAIN
    return _BRING if outcome is Outcome.BLOCKED else _ASK_AGAIN


_WOULD_ASK = {
    "report": "name a service's `report`",
    "suite": "name the service's tests under `suite`",
    "accuracy": "name labelled rows under a service's `accuracy`",
    "integration": "name cross-service tests under `integration`",
    "safety-mode": "commit the workflow packages with the `safety.mode` that they run in",
    "approval": "name a service's dangerous action under its `approval` or `approval_by_program`",
    "health": "name a service's `health` path",
    "metrics": "name a service's `metrics` path",
    "routes": "name what a service serves under its `routes`",
    "migrations": "name the migrations under `tenancy`",
    "isolation": "name the migrations under `tenancy`",
    "postgres": "name the migrations under `tenancy`",
    "tokens": "name an endpoint that takes tenant tokens under a service's `token_audit`",
    "latency": "name a service's `endpoints`",
    "histogram": "name a deployed service's `histogram`",
}


def would_ask(questions: Iterable[str]) -> str:
    """Return what would let a criterion be asked of which no leg applies."""
    texts = dict.fromkeys(_WOULD_ASK[name] for name in questions if name in _WOULD_ASK)
    ways = "; or ".join((*texts, "leave the criterion out with a reason under `left_out`"))
    return f"{ways[0].upper()}{ways[1:]}."
