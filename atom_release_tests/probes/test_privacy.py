# ruff: noqa: ANN401 - what test services take and give is any JSON
"""The question `privacy`: a planted person is found wherever a service lets them out."""

from __future__ import annotations

import base64
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse, Response
from stdnum import luhn

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import StartFailure
from atom_release.probes import privacy
from atom_release_tests.fixtures.stage import Rehearsed, look_at, route, service_of, serving

PLANT = {
    "method": "POST",
    "path": "/people",
    "body": {"name": "{person_name}", "mail": "{person_email}", "card": "{person_card}"},
    "expect": [201],
}
SERVICE = service_of(
    metrics="/metrics", privacy={"plant": [PLANT], "surfaces": [{"path": "/export"}]}
)


def _probe(
    folder: Path, leak: str = "", *, plant: int = 201, export: int = 200, says: Any = None
) -> Evidence:
    """Probe a service that keeps people to itself, but for one leak."""
    people: list[dict[str, str]] = []
    rehearsed = Rehearsed(logs={"X.1": b"started\n"})

    async def take(request: Any) -> JSONResponse:
        people.append(await request.json())
        if leak == "log":
            rehearsed.logs["X.1"] += f"new: {quote(people[-1]['mail'])}\n".encode()
        return JSONResponse({} if says is None else says, plant)

    async def give(_: Any) -> Response:
        if leak == "packed":
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("export.csv", people[0]["name"])
            return Response(packed.getvalue())
        return JSONResponse(
            people if leak == "export" else {"count": len(people)},
            export,
            {"x-last": people[-1]["name"]} if leak == "header" else None,
        )

    async def metrics(_: Any) -> Response:
        return Response(
            f'people_total{{card="{people[0]["card"]}"}} 1\n'
            if leak == "metrics"
            else "people_total 1\n"
        )

    with serving(
        route("/people", take, "POST"), route("/export", give), route("/metrics", metrics)
    ) as url:
        rehearsed.base_urls["X.1"] = url
        evidence = privacy.probe_privacy(look_at(folder, SERVICE), SERVICE, rehearsed)
    assert people
    assert not any(value in evidence.model_dump_json() for value in people[0].values()), (
        "the evidence repeats the person"
    )
    return evidence


def test_a_person_who_stays_in_passes(tmp_path: Path) -> None:
    evidence = _probe(tmp_path)
    assert evidence.answer is Answer.YES
    assert evidence.facts["planted"] == {"POST /people": "accepted"}
    assert isinstance(evidence.facts["bytes_read"], dict)
    assert {"GET /export of X.1", "GET /metrics of X.1", "log of X.1"} <= set(
        evidence.facts["bytes_read"]
    )
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


@pytest.mark.parametrize(
    ("leak", "where", "planted_as"),
    [
        ("export", "GET /export of X.1", ["card", "email", "name"]),
        ("packed", "GET /export of X.1", ["name"]),
        ("header", "headers of GET /export of X.1", ["name"]),
        ("metrics", "GET /metrics of X.1", ["card"]),
        ("log", "log of X.1", ["email"]),
    ],
)
def test_each_leak_is_found_and_named(
    tmp_path: Path, leak: str, where: str, planted_as: list[str]
) -> None:
    evidence = _probe(tmp_path, leak)
    assert evidence.answer is Answer.NO
    assert evidence.facts["found"] == {where: planted_as}
    assert where in evidence.reason


def test_a_person_who_never_went_in_shows_nothing(tmp_path: Path) -> None:
    evidence = _probe(tmp_path, plant=500)
    assert evidence.answer is Answer.UNKNOWN
    assert "could not be planted" in evidence.reason


def test_a_person_who_was_refused_in_the_body_never_went_in(tmp_path: Path) -> None:
    evidence = _probe(tmp_path, says={"success": False})
    assert evidence.answer is Answer.UNKNOWN
    assert "answers 201 with an error in its body (`success` false)" in evidence.reason


def test_a_surface_that_could_not_be_read_leaves_it_open(tmp_path: Path) -> None:
    evidence = _probe(tmp_path, export=500)
    assert evidence.answer is Answer.UNKNOWN
    assert "GET /export of X.1 answers 500" in evidence.reason


def test_a_service_that_did_not_start_leaves_it_open(tmp_path: Path) -> None:
    assert (
        privacy.probe_privacy(
            look_at(tmp_path, SERVICE),
            SERVICE,
            Rehearsed(failures={"X.1": StartFailure("it crashed")}),
        ).answer
        is Answer.UNKNOWN
    )


def test_the_card_has_a_valid_check_digit() -> None:
    for _ in range(50):
        assert luhn.is_valid(privacy.invent().card)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_person_is_found_between_any_bytes_and_nowhere_else(before: bytes, after: bytes) -> None:
    person = privacy.invent()
    assert privacy.seen(person, before + b" " + person.email.encode() + b" " + after) == ["email"]
    assert privacy.seen(person, before + after) == []


@pytest.mark.parametrize("written", ["{}", "{} {}", "{}-{}", "{}%20{}", "{}+{}", "{}\\u002d{}"])
def test_a_card_is_found_however_it_is_written(written: str) -> None:
    person = privacy.invent()
    halves = (person.card,) if written == "{}" else (person.card[:8], person.card[8:])
    assert privacy.seen(person, f"x={written.format(*halves)};".encode()) == ["card"]


@pytest.mark.parametrize(
    "encode",
    [
        base64.b64encode,
        base64.urlsafe_b64encode,
        lambda text: base64.b64encode(text).rstrip(b"="),
        lambda text: base64.b64encode(gzip.compress(text)),
        lambda text: b"\\x" + text.hex().encode(),
        lambda text: "".join(f"&#{ord(letter)};" for letter in text.decode()).encode(),
    ],
    ids=["base64", "of addresses", "without padding", "packed", "hexadecimal", "entities"],
)
def test_a_person_is_found_in_what_was_encoded(encode: Callable[[bytes], bytes]) -> None:
    """An export that encodes its cells hides nobody; what stands for nobody accuses nobody."""
    person, another = privacy.invent(), privacy.invent()
    text = f"{person.name} ({person.email}) paid with {person.card}?>".encode()
    exported = b"id,text\n1," + encode(text) + b"\n"
    assert privacy.seen(person, exported) == ["card", "email", "name"]
    assert privacy.seen(another, exported) == []


def test_a_person_is_found_in_letters_of_two_bytes() -> None:
    """As spreadsheets export."""
    person = privacy.invent()
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        assert privacy.seen(person, f"name\t{person.name}\n".encode(encoding)) == ["name"]


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


_DISGUISES: dict[str, Callable[[str], bytes]] = {
    "a token": lambda text: base64.urlsafe_b64encode(f'{{"sub":"{text}"}}'.encode()).rstrip(b"="),
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(text.encode())),
    "a page": lambda text: "".join(f"&#{ord(letter)};" for letter in text).encode(),
    "JSON in JSON": lambda text: f'"{{\\"x\\": \\"{_escaped(text)}\\"}}"'.encode(),
    "an address in an address": lambda text: quote(quote(text, safe="")).encode(),
    "a mail": lambda text: "".join(f"={ord(letter):02X}" for letter in text).encode(),
    "wide letters": lambda text: text.encode("utf-16"),
    "digits": lambda text: text.encode().hex().encode(),
    "a packed cookie": lambda text: base64.b64encode(zlib.compress(text.encode())),
    "nothing between": lambda text: "\u200b".join(text).encode(),
}


@pytest.mark.parametrize("disguise", _DISGUISES)
def test_a_person_is_found_in_whatever_form_they_come_out(disguise: str) -> None:
    """Each of them shows the person to who looks, and a token in a log is none of a secret."""
    person, wrap = privacy.invent(), _DISGUISES[disguise]
    for value, kind in ((person.name, "name"), (person.email, "email"), (person.card, "card")):
        content = b"x " + wrap(value) + b" x" if disguise != "wide letters" else wrap(value)
        assert privacy.seen(person, content) == [kind]
        assert privacy.seen(privacy.invent(), content) == []


def test_a_surface_that_holds_more_than_is_unpacked_leaves_it_open() -> None:
    """Some kilobytes can unpack to more than any machine reads."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.csv", bytes(32 << 20))
    assert privacy.look_for(privacy.invent(), packed.getvalue()) == ([], False)
    assert privacy.look_for(privacy.invent(), gzip.compress(b"x" * 9999)) == ([], True)


def test_what_hides_card_numbers_knows_the_person_s() -> None:
    """A release that takes out what cards look like is right, also where it names their kinds."""
    visa = re.compile(r"\b4\d{3}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}\b")
    assert visa.fullmatch(privacy.invent().card)


def test_what_only_looks_packed_is_read_as_it_stands() -> None:
    person = privacy.invent()
    assert privacy.seen(person, b"\x1f\x8b" + person.email.encode()) == ["email"]
    assert privacy.seen(person, gzip.compress(person.email.encode())[:-9]) == []


def test_a_long_run_of_backslashes_is_read_once() -> None:
    """Read anew from each of them, an answer of some megabytes would take hours."""
    assert privacy.seen(privacy.invent(), b"\\" * 2_000_000) == []
