# ruff: noqa: ANN401 - what test services take and give is any JSON
"""The question `tokens`, put to real services that verify tokens well, or not in one way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Service
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import StartFailure
from atom_release.probes import tokens
from atom_release_tests.fixtures.stage import Rehearsed, look_at, route, service_of, serving

SECRET = "5e" * 32
SERVICE = service_of(
    token_audit={"request": {"path": "/mine"}, "secret": "jwt", "claims": {"sub": "someone"}}
)


class RefusedError(Exception):
    """The token is not good."""


def _claims(token: str, **options: Any) -> dict[str, Any]:
    request: Any = {"require": ["exp", "tenant_id"], **options}
    claims: dict[str, Any] = jwt.decode(token, SECRET, algorithms=["HS256"], options=request)
    if not claims.get("tenant_id"):
        raise RefusedError
    return claims


def _well(token: str, _: Any) -> str:
    return str(_claims(token)["tenant_id"])


def _probe(  # noqa: PLR0913 - what differs between services
    folder: Path,
    tenant_of: Callable[[str, Any], str],
    shown: Callable[[str], Any] | None = None,
    secret: str = SECRET,
    *,
    service: Service = SERVICE,
    refusal: JSONResponse | None = None,
) -> Evidence:
    """Probe a service that takes its tenant from the token by `tenant_of` and answers with what `shown` makes of it."""

    async def answer(request: Any) -> Any:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            tenant = tenant_of(token, request)
        except (jwt.InvalidTokenError, RefusedError):
            return refusal or JSONResponse({}, 401)
        return shown(tenant) if shown else {"tenant": tenant, "rows": []}

    with serving(route("/mine", answer)) as url:
        return tokens.probe_tokens(
            look_at(folder, service), service, Rehearsed({"X.1": url}, secrets={"jwt": secret})
        )


def test_a_service_that_verifies_well_passes(tmp_path: Path) -> None:
    evidence = _probe(tmp_path, _well)
    assert evidence.answer is Answer.YES
    cases = evidence.facts["cases"]
    assert isinstance(cases, dict)
    assert len(cases) == 21
    assert cases["alg=none"] == "refused"
    assert cases["other tenant in further claims"] == "no effect"
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


def test_no_secret_and_no_token_stands_in_the_evidence(tmp_path: Path) -> None:
    text = _probe(tmp_path, _well).model_dump_json()
    assert SECRET not in text
    assert "eyJ" not in text


def _without(**given: Any) -> Callable[[str, Any], str]:
    options: Any = given
    return lambda token, _: str(
        jwt.decode(token, SECRET, algorithms=["HS256"], options=options).get("tenant_id", "default")
    )


def _overridden(nest: str) -> Callable[[str, Any], str]:
    def tenant_of(token: str, _: Any) -> str:
        claims = _claims(token)
        return str({**claims, **claims.get(nest, {})}["tenant_id"])

    return tenant_of


def _anonymous(token: str, request: Any) -> str:
    return _well(token, request) if token else "public"


def _header(token: str, request: Any) -> str:
    return str(request.headers.get("x-tenant-id") or _well(token, request))


def _query(token: str, request: Any) -> str:
    tenant = _well(token, request)
    return str(request.query_params.get("tenant_id") or tenant)


def _cookie(token: str, request: Any) -> str:
    tenant = _well(token, request)
    return str(request.cookies.get("tenant_id") or tenant)


def _lower_none_alone(token: str, request: Any) -> str:
    """Refuse `none`, verify HS256, and forget that there are other words."""
    algorithm = jwt.get_unverified_header(token)["alg"]
    if algorithm in {"none", "HS256"}:
        return _well(token, request)
    claims = _claims(token, verify_signature=False)
    return str(claims["tenant_id"])


def _alias(token: str, _: Any) -> str:
    claims = _claims(token)
    return str(claims.get("org_id") or claims["tenant_id"])


@pytest.mark.parametrize(
    ("tenant_of", "accepted"),
    [
        (
            _without(verify_signature=False),
            {
                "no signature",
                "alg=none",
                "alg=nOnE, not signed",
                "alg=HS1, not signed",
                "alg=, not signed",
                "empty key",
                "wrong key",
                "other payload",
                "expired",
                "no exp",
                "no tenant",
                "empty tenant",
                "null tenant",
            },
        ),
        (_without(require=["tenant_id"]), {"no exp", "empty tenant"}),
        (
            _without(verify_exp=False, require=["exp"]),
            {"expired", "no tenant", "empty tenant", "null tenant"},
        ),
        (_anonymous, {"no token"}),
        (_overridden("extra"), {"other tenant in nested claims"}),
        (_alias, {"other tenant in further claims"}),
        (_header, {"other tenant in a header"}),
        (_query, {"other tenant in the query"}),
        (_cookie, {"other tenant in a cookie"}),
        (
            _lower_none_alone,
            {"alg=nOnE, not signed", "alg=HS1, not signed", "alg=, not signed"},
        ),
    ],
    ids=[
        "unverified",
        "no exp asked",
        "expiry unchecked",
        "anonymous",
        "nested override",
        "alias override",
        "header override",
        "query override",
        "cookie override",
        "other algorithms",
    ],
)
def test_each_hole_is_found_and_named(
    tmp_path: Path, tenant_of: Callable[[str, Any], str], accepted: set[str]
) -> None:
    evidence = _probe(tmp_path, tenant_of)
    assert evidence.answer is Answer.NO
    cases = evidence.facts["cases"]
    assert isinstance(cases, dict)
    assert {name for name, came in cases.items() if str(came).startswith("accepted")} - {
        "good token"
    } == accepted
    assert all(name in evidence.reason for name in accepted)
    overridden = any(name.startswith("other tenant") for name in accepted)
    assert ("the token's own tenant_id alone" in evidence.remedy) == overridden
    assert ("Refuse every request without a token." in evidence.remedy) == ("no token" in accepted)


def test_a_service_that_refuses_what_it_does_not_know_in_a_query_passes(tmp_path: Path) -> None:
    def tenant_of(token: str, request: Any) -> str:
        tenant = _well(token, request)
        if request.query_params:
            raise HTTPException(422)
        return tenant

    evidence = _probe(tmp_path, tenant_of)
    assert evidence.answer is Answer.YES
    assert evidence.facts["cases"]["other tenant in the query"] == "refused"  # type: ignore[index, call-overload]


def test_data_of_another_tenant_is_seen(tmp_path: Path) -> None:
    """It verifies well, and then answers everybody with the rows of the first who asked."""
    first: list[str] = []

    def shown(tenant: str) -> dict[str, Any]:
        first.append(tenant)
        return {"rows": [{"owner": first[0]}]}

    evidence = _probe(tmp_path, _well, shown)
    assert evidence.answer is Answer.NO
    assert "token of another tenant (with data of tenant)" in evidence.reason


def test_answers_that_differ_by_tenant_show_enough_without_naming_it(tmp_path: Path) -> None:
    assert _probe(tmp_path, _well, lambda tenant: {"rows": hash(tenant)}).answer is Answer.YES
    (tmp_path / "again").mkdir()
    assert (
        _probe(
            tmp_path / "again", _overridden("claims"), lambda tenant: {"rows": hash(tenant)}
        ).answer
        is Answer.NO
    )


def test_answers_that_show_nothing_of_the_tenant_leave_it_open(tmp_path: Path) -> None:
    evidence = _probe(tmp_path, _well, lambda _: {"rows": []})
    assert evidence.answer is Answer.UNKNOWN
    assert "not shown" in evidence.reason


_ENVELOPE = JSONResponse({"code": 401, "message": "no valid token"})


def test_a_refusal_in_the_body_is_no_acceptance_and_leaves_it_open(tmp_path: Path) -> None:
    evidence = _probe(tmp_path, _well, refusal=_ENVELOPE)
    assert evidence.answer is Answer.UNKNOWN
    assert "wrong key: answers 200 with an error in its body (`code` 401)" in evidence.reason


@pytest.mark.parametrize(
    ("tenant_of", "answer"), [(_well, Answer.YES), (_anonymous, Answer.NO)], ids=["well", "not"]
)
def test_a_refusal_in_the_body_counts_where_a_right_answer_is_told_apart(
    tmp_path: Path, tenant_of: Callable[[str, Any], str], answer: Answer
) -> None:
    audit = SERVICE.model_dump(mode="json")["token_audit"]
    audit["request"]["has"] = ["/tenant"]
    service = service_of(token_audit=audit)
    evidence = _probe(tmp_path, tenant_of, service=service, refusal=_ENVELOPE)
    assert evidence.answer is answer, evidence.reason


def test_an_error_for_a_good_token_is_no_control(tmp_path: Path) -> None:
    evidence = _probe(tmp_path, _well, lambda _: {"error": "no such tenant"})
    assert evidence.answer is Answer.UNKNOWN
    assert evidence.reason.startswith("a good token is answered 200 with an error in its body")


def test_where_the_good_token_is_refused_the_refusals_mean_nothing(tmp_path: Path) -> None:
    evidence = _probe(tmp_path, _well, secret="another" * 8)
    assert evidence.answer is Answer.UNKNOWN
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD


def test_a_service_that_did_not_start_leaves_it_open(tmp_path: Path) -> None:
    assert (
        tokens.probe_tokens(
            look_at(tmp_path, SERVICE),
            SERVICE,
            Rehearsed(failures={"X.1": StartFailure("it crashed")}),
        ).answer
        is Answer.UNKNOWN
    )
