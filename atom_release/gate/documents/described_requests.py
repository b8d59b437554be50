"""How what a service answers wrongly is described: the request, its code, what it must answer.

The endpoint is named by method and path, never by the manifest's name for it. Everything stands in
the facts of the question and in the manifest.
"""

from __future__ import annotations

from atom_release.gate.documents.description import Description, JudgedLeg
from atom_release.gate.facts.accuracy import AccuracyFacts
from atom_release.gate.facts.approval import ApprovalFacts
from atom_release.gate.facts.latency import LatencyFacts
from atom_release.gate.facts.metrics import MetricsFacts
from atom_release.gate.facts.privacy import PrivacyFacts
from atom_release.gate.facts.routes import RoutesFacts, Seen
from atom_release.gate.facts.tokens import TokensFacts
from atom_release.gate.rules import performance
from atom_release.gate.vocabulary import Answer

JWT_DECODE = "jwt.decode("
"""The call that decodes tokens, by which its line is looked up."""


def tokens(judged: JudgedLeg) -> Description | None:
    """Describe which wrong tokens a service accepts."""
    facts, service = TokensFacts.read(judged.evidence.facts), judged.service
    accepted = [case for case in facts.list_findings() if case.decides] if facts else []
    if not accepted or service is None or service.token_audit is None or facts is None:
        return None
    request = service.token_audit.request
    refused = " or ".join(map(str, service.token_audit.refused))
    names = [name for finding in accepted for name in finding.identity]
    kinds, decode = ", ".join(names), judged.line(JWT_DECODE)
    claim = facts.tenant_claim
    where = decode or ", ".join(judged.code)
    change = (
        f"Edit {where}, where tokens are decoded: require the claim (jwt.decode with"
        f' options={{"require": ["exp", "{claim}"]}}), and answer {refused} where it is lacking or'
        " empty; commit."
        if names == ["no tenant"]
        else f"Edit {where}, where tokens are decoded: {judged.leg.remedy}"
    )
    title = f"{judged.name} accepts a token that it must refuse: {kinds}"
    at = f"{judged.route(request)}{_written(judged, request.path)}"
    return Description(
        f"{title}: expected {refused} (the claim is `{claim}`), and it answered as to a good token",
        f"{decode} (decodes the tokens); seen at {at}" if decode else at,
        change,
        title=title,
        edit=decode,
        code=judged.code,
    )


def _written(judged: JudgedLeg, path: str) -> str:
    line = judged.handler(path)
    return f" (code: {line})" if line else ""


def latency(judged: JudgedLeg) -> Description | None:
    """Describe the endpoint that misses the budget most: by failing, else by being slow."""
    facts, service = LatencyFacts.read(judged.evidence.facts), judged.service
    if facts is None or service is None:
        return None
    budget = service.budget
    slow = [
        endpoint
        for endpoint in facts.endpoints
        if performance.judge_endpoint(endpoint, budget)[0] is Answer.NO
    ]
    if not slow:
        return None
    worst = max(slow, key=lambda endpoint: (endpoint.errors, endpoint.p95 or 0))
    route = f"{worst.method} {worst.path}"
    others = f" (also {', '.join(e.path for e in slow if e is not worst)})" if slow[1:] else ""
    where = f"{route} of {judged.name}{others}{_written(judged, worst.path)}"
    code = judged.handler(worst.path)
    measured = f"{worst.requests} requests, {facts.load}"
    if performance.fails_too_often(worst, budget):
        title = f"{route} of {judged.name} fails too often"
        most = "none" if not budget.error_rate else f"at most {budget.error_rate:.1%} of them"
        return Description(
            f"{title}: {worst.describe_errors(facts.patience_ms)}, and {most} may ({facts.load})",
            where,
            f"Look for what makes the handler of {route}, {code}, answer other than"
            f" {_expected(judged, worst.name)} (a condition, a counter, a full pool), and remove"
            " it; commit.",
            title=title,
            edit=judged.line(worst.path),
            code=judged.code,
        )
    limit = performance.budget_ms(budget)
    always = (worst.p50 or 0) >= limit
    title = f"{route} of {judged.name} is too slow"
    often = "nearly every answer takes" if always else "half of the answers take at most"
    median = f"; {often} {worst.p50:.0f} ms" if worst.p50 is not None else ""
    search = (
        "Look for a fixed wait (a sleep, a timeout, a slow call that each request makes)"
        if always
        else "Look for what only some requests wait for (a lock, a retry, a cold cache)"
    )
    return Description(
        f"{title}: its p95 is {worst.p95 or 0:.0f} ms and must be below {limit:g} ms{median}"
        f" ({measured})",
        where,
        f"{search} in the handler of {route}, {code}, and remove it; commit.",
        title=title,
        edit=judged.line(worst.path),
        code=judged.code,
    )


def _expected(judged: JudgedLeg, name: str) -> str:
    service = judged.service
    endpoints = service.endpoints if service else ()
    named = next((endpoint for endpoint in endpoints if endpoint.name == name), None)
    return " or ".join(map(str, named.expect)) if named else "rightly"


def approval(judged: JudgedLeg) -> Description | None:
    """Describe how the action that needs an approval was done without one."""
    facts, service = ApprovalFacts.read(judged.evidence.facts), judged.service
    if facts is None or service is None or service.approval is None:
        return None
    act, state = service.approval.act, service.approval.state
    shown = f"what {state.method} {state.path} answers"
    if _happened_unasked(facts) and service.approval.prepare:
        early = service.approval.prepare[-1]
        return Description(
            f"{judged.name} acts with nobody's approval: {early.method} {early.path} alone changed"
            f" {shown}; only {act.method} {act.path} may, once it is approved",
            f"{judged.route(early)}{_written(judged, early.path)}",
            f"Edit {judged.handler(early.path)}: {early.method} {early.path} must not change"
            f" {shown}; remove that from its code, and leave it to {act.method} {act.path};"
            " commit.",
            title=f"{judged.name} acts with nobody's approval",
            edit=judged.line(early.path),
            code=judged.code,
        )
    refused = " or ".join(map(str, service.approval.refused))
    if facts.act_approved is not None or facts.act_without_approval is None:
        return None
    if facts.state_by_itself_sha256 not in {"", facts.state_later_sha256}:
        return None
    changed = ""
    if facts.state_after_refusal_sha256 not in {"", facts.state_before_sha256}:
        changed = f" and changed {shown}"
    elif facts.state_later_sha256 not in {"", facts.state_before_sha256}:
        changed = f" and changed {shown} a moment later"
    return Description(
        f"{judged.name} does without an approval what needs one: {act.method} {act.path} answered"
        f" {facts.act_without_approval}{changed}; expected {refused}, and no change",
        f"{judged.route(act)}, sent without an approval{_written(judged, act.path)}",
        f"Edit {judged.handler(act.path)}: answer {service.approval.refused[0]} to {act.method}"
        f" {act.path} until an approval is recorded; commit.",
        title=f"{judged.name} acts without an approval",
        edit=judged.line(act.path),
        code=judged.code,
    )


def _happened_unasked(facts: ApprovalFacts) -> bool:
    """Return whether preparing changed the state, and the approved action nothing more."""
    before, after = facts.state_before_sha256, facts.state_after_action_sha256
    return bool(after) and before == after and facts.state_at_first_sha256 != before


def _answer(judged: JudgedLeg, path: str) -> str:
    """Return what was found in the words of the probe, as a sentence about the path."""
    reason = judged.leg.reason.removeprefix(f"GET {path}: ")
    return f"what GET {path} gives {reason}"


def metrics(judged: JudgedLeg) -> Description | None:
    """Describe metrics that nothing can read, or that count nothing."""
    facts, service = MetricsFacts.read(judged.evidence.facts), judged.service
    if service is None or service.metrics is None:
        return None
    path, code = service.metrics, judged.handler(service.metrics)
    where = f"GET {path} of {judged.name}{_written(judged, path)}"
    if facts is None:
        return Description(
            f"{judged.name} gives no metrics that Prometheus can read: {_answer(judged, path)}",
            where,
            f"Edit {code}: answer GET {path} with prometheus_client.generate_latest() as"
            " prometheus_client.CONTENT_TYPE_LATEST; commit.",
            title=f"{judged.name} gives no metrics that Prometheus can read",
            edit=judged.line(path),
            code=judged.code,
        )
    kept = not facts.moved_by_scrapes
    count = "increment a prometheus_client.Counter for each request"
    return Description(
        f"metrics stand still: none of the {facts.samples} values that GET {path} of {judged.name}"
        f" gives moved when {facts.sent} requests were sent"
        + ("; the text seems to be kept, and not made at each GET" if kept else ""),
        where,
        f"Make the text at each GET {path} (prometheus_client.generate_latest()), and {count};"
        " commit."
        if kept
        else f"{count[0].upper()}{count[1:]}; commit.",
        title="metrics stand still",
        fault="still",
        who=judged.name,
        edit=judged.line(path),
        code=judged.code,
    )


def health(judged: JudgedLeg) -> Description | None:
    """Describe what the health path answers."""
    service = judged.service
    if service is None or service.health is None:
        return None
    return Description(
        f"{judged.name} does not say that it is well: {judged.leg.reason}, and must answer 200",
        f"GET {service.health} of {judged.name}{_written(judged, service.health)}",
        f"Edit {judged.handler(service.health)}: let GET {service.health} answer 200; commit.",
        title=f"{judged.name} is not well",
        edit=judged.line(service.health),
        code=judged.code,
    )


def routes(judged: JudgedLeg) -> Description | None:
    """Describe the routes that a service is said to serve and does not."""
    facts, service = RoutesFacts.read(judged.evidence.facts), judged.service
    if facts is None or service is None:
        return None
    absent = [route for route in facts.routes if route.seen is Seen.ABSENT]
    if not absent:
        return None
    named = ", ".join(route.route for route in absent)
    return Description(
        f"{judged.name} does not serve what release.yaml says it serves: {named} answers"
        f" {absent[0].status}, as a path that cannot exist does",
        f"{named} of {judged.name}; `routes` of {service.id} in release.yaml",
        f"Serve {named} in {' '.join(service.source)}.",
        f"take it out of `routes` of {service.id} in release.yaml",
        title=f"{judged.name} does not serve {named}",
        code=judged.code,
    )


def accuracy(judged: JudgedLeg) -> Description | None:
    """Describe how often the predictions are wrong, and on which rows."""
    facts, service = AccuracyFacts.read(judged.evidence.facts), judged.service
    if facts is None or service is None or service.accuracy is None:
        return None
    rows = service.accuracy.data
    return Description(
        f"the predictions of {judged.name} are too often wrong: {judged.leg.reason}",
        f"the {facts.n} labelled rows of {rows}, put to {judged.name} by the gate",
        f"Improve what {judged.name} predicts, in {' '.join(service.source)}.",
        f"correct `accuracy.minimum` of {service.id} in release.yaml, which needs an approval",
        title=f"{judged.name} predicts too badly",
        code=judged.code,
    )


def privacy(judged: JudgedLeg) -> Description | None:
    """Describe where the planted person came out again."""
    facts = PrivacyFacts.read(judged.evidence.facts)
    if facts is None or not facts.found:
        return None
    kinds = ", ".join(dict.fromkeys(kind for kinds in facts.found.values() for kind in kinds))
    first = next(iter(facts.found))
    path = first.partition(" of ")[0].partition(" ")[2]
    return Description(
        f"a person that the gate planted in {judged.name} comes out again: {kinds}",
        f"{', '.join(facts.found)}{_written(judged, path)}",
        f"Edit {judged.handler(path)}: leave {kinds} out of what {first} answers; commit.",
        title="personal data comes out again",
        edit=judged.line(path),
        code=judged.code,
    )
