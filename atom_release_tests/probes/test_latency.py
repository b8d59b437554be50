# ruff: noqa: ANN401 - what test services take and give is any JSON
"""The question `latency`.

A real server in a process of its own is measured, and each way to fail is told apart.

No test compares a measured time with a number; they compare verdicts on servers that are far on one
side of their budget. Where that is the slow side, a machine that stalls meanwhile makes the probe
withhold its verdict, rightly: such a test judges the same facts with a quiet no-op.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import JSONResponse

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Budget
from atom_release.gate.rules.performance import asked_load, judge_latency
from atom_release.gate.statistics import quantile
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab import stand_in
from atom_release.lab.address import StartFailure
from atom_release.probes import latency
from atom_release.probes.latency import samples
from atom_release.probes.latency.client import Client, target
from atom_release.probes.latency.figures import summary
from atom_release.probes.latency.measuring import _certain, measure_single
from atom_release.probes.latency.sampler import Pace, Sample, Series, open_model, together
from atom_release_tests.fixtures.stage import Rehearsed, look_at, route, service_of, serving

BUDGET: dict[str, Any] = {"p95": "400ms", "requests": 100, "rate": 200}
ROOMY = "1500ms"  # for what must pass: a stall that other tests cause stays within it
QUIET: dict[str, Any] = {"requests": 9, "errors": 0, "p95": 1.0, "high": 1.0}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with stand_in.running() as port:
        yield port


def _probe(folder: Path, url: str | None, *endpoints: dict[str, Any], **budget: Any) -> Evidence:
    service = service_of(endpoints=list(endpoints), budget={**BUDGET, **budget})
    rehearsed = (
        Rehearsed({"X.1": url}) if url else Rehearsed(failures={"X.1": StartFailure("it crashed")})
    )
    return latency.probe_latency(look_at(folder, service), service, rehearsed)


def _quietly(evidence: Evidence, **budget: Any) -> tuple[Answer, str]:
    """Return what the gate makes of the facts, had the machine been quiet."""
    facts = {name: value for name, value in evidence.facts.items() if name != "machine"}
    return judge_latency({**facts, "noop": QUIET}, Budget.model_validate({**BUDGET, **budget}))


def _of(evidence: Evidence, name: str) -> dict[str, Any]:
    endpoints = evidence.facts["endpoints"]
    assert isinstance(endpoints, list)
    return next(
        endpoint
        for endpoint in endpoints
        if isinstance(endpoint, dict) and endpoint["name"] == name
    )


def test_fast_endpoints_pass_and_every_request_is_kept(tmp_path: Path, port: int) -> None:
    evidence = _probe(
        tmp_path,
        f"http://127.0.0.1:{port}",
        {"name": "a", "path": "/noop"},
        {"name": "b", "path": "/noop?b"},
        p95=ROOMY,
    )
    assert evidence.answer is Answer.YES
    endpoint = _of(evidence, "a")
    assert (
        endpoint["requests"],
        endpoint["errors"],
        endpoint["looks"],
        endpoint["stopped_early"],
    ) == (
        100,
        0,
        1,
        False,
    )
    assert endpoint["capacity"][0]["per_second"] > 0
    assert endpoint["low"] <= endpoint["p95"] <= endpoint["high"]
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    kept = evidence.facts["samples"]
    assert isinstance(kept, dict)
    content = (tmp_path / "scratch" / str(kept["file"])).read_bytes()
    assert sha256(content).hexdigest() == kept["sha256"]
    rows = pq.read_table(tmp_path / "scratch" / str(kept["file"])).to_pylist()
    assert sum(row["endpoint"] == "a" and row["model"] == "open" for row in rows) == 100
    assert {row["model"] for row in rows} >= {"warm-up", "open", "1 users"}
    assert {(row["service"], row["status"], row["trouble"]) for row in rows} == {("X.1", 200, None)}
    assert [row["start_s"] for row in rows] == sorted(row["start_s"] for row in rows)
    again = sorted(samples.latencies(tmp_path / "scratch" / str(kept["file"]))["a"])
    assert len(again) == 100
    assert quantile(again, 0.95) == pytest.approx(endpoint["p95"])


def test_without_a_rate_one_request_goes_at_a_time() -> None:
    """A service that can do one thing at a time is not accused of a queue that nobody asked for."""
    under_way, most = 0, 0
    turn = asyncio.Lock()

    async def answer(_: Any) -> JSONResponse:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        async with turn:
            await asyncio.sleep(0.025)
        under_way -= 1
        return JSONResponse({})

    endpoints = [{"name": name, "path": f"/{name}"} for name in ("a", "b")]
    with serving(route("/a", answer), route("/b", answer)) as url:
        service = service_of(endpoints=endpoints, budget={"p95": "300ms", "requests": 100})
        series = {endpoint["name"]: Series() for endpoint in endpoints}
        targets = [
            target(endpoint["name"], "GET", url + endpoint["path"]) for endpoint in endpoints
        ]
        pace = Pace(1000)
        asyncio.run(
            together(
                *(measure_single(each, series[each.name], service.budget, pace) for each in targets)
            )
        )
    assert most == 1
    assert [len(endpoint_series.latencies()) for endpoint_series in series.values()] == [100, 100]
    assert judge_latency(
        {
            "load": asked_load(service.budget).to_json(),
            "endpoints": [
                summary(name, endpoint_series, service.budget)
                for name, endpoint_series in series.items()
            ],
            "noop": QUIET,
        },
        service.budget,
        ["a", "b"],
    )[0] in {Answer.YES, Answer.UNKNOWN}


def test_a_pace_lets_no_more_than_its_rate_go() -> None:
    async def take_turns() -> list[float]:
        pace, begun = Pace(50), []
        for _ in range(4):
            async with pace.turn() as begin:
                begun.append(begin)
        return begun

    begun = asyncio.run(take_turns())
    assert all(after - before >= 0.0199 for before, after in pairwise(begun))


def test_a_named_rate_sends_though_no_answer_came(tmp_path: Path, port: int) -> None:
    evidence = _probe(
        tmp_path,
        f"http://127.0.0.1:{port}",
        {"name": "a", "path": "/noop"},
        p95=ROOMY,
        rate=400,
    )
    assert evidence.facts["load"] == {"model": "open", "rate": 400.0}
    assert "400 arrivals a second" in evidence.reason


def test_what_was_no_right_answer_is_kept_without_a_latency_and_the_same_samples_give_the_same_file(
    tmp_path: Path,
) -> None:
    sent = [
        Sample("open", 7.5, None, "404"),
        Sample("open", 7.0, 3.0, "200"),
        Sample("open", 7.25, None, "timeout"),
    ]
    first, second = (
        samples.keep(tmp_path / name, "X.1", {"a": Series(list(order))})
        for name, order in (("1", sent), ("2", sent))
    )
    assert first.sha256 == second.sha256
    rows = [
        (row["start_s"], row["latency_s"], row["status"], row["trouble"])
        for row in pq.read_table(tmp_path / "1").to_pylist()
    ]
    assert rows == [(0.0, 0.003, 200, None), (0.25, None, None, "timeout"), (0.5, None, 404, None)]
    assert samples.latencies(tmp_path / "1") == {"a": [3.0]}


def test_throughput_is_right_answers_over_the_time_that_all_of_them_took() -> None:
    sent = [
        Sample("closed", 1.0, 250.0, "200"),
        Sample("closed", 1.25, None, "503"),
        Sample("closed", 1.5, 500.0, "200"),
        Sample("open", 0.0, 1.0, "200"),
    ]
    assert Series(sent).per_second("closed") == 2.0
    assert Series(sent[1:2]).per_second("closed") is None


def test_a_slow_endpoint_fails_after_no_more_requests_than_that_takes(
    tmp_path: Path, port: int
) -> None:
    evidence = _probe(
        tmp_path,
        f"http://127.0.0.1:{port}",
        {"name": "fast", "path": "/noop"},
        {"name": "slow", "path": stand_in.sleeping(0.6)},
    )
    answer, reason = _quietly(evidence)
    assert answer is Answer.NO
    assert reason.startswith("slow: p95 is")
    assert _of(evidence, "slow")["stopped_early"] is True
    assert _of(evidence, "slow")["requests"] < 30


def test_a_control_that_does_not_sleep_is_dead(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sampler that saw nothing slow where something sleeps could not have seen a slow service either."""
    monkeypatch.setattr(stand_in, "sleeping", lambda _seconds: stand_in.NOOP)
    control = _probe(tmp_path, f"http://127.0.0.1:{port}", {"name": "a", "path": "/noop"}).control
    assert control is not None
    assert (control.state, control.found) == (
        ControlState.DEAD,
        "sleeps past the budget: yes; answers 404 fast: no",
    )


def test_fast_404s_fail(tmp_path: Path, port: int) -> None:
    evidence = _probe(tmp_path, f"http://127.0.0.1:{port}", {"name": "gone", "path": "/missing"})
    assert evidence.answer is Answer.NO
    assert "requests failed" in evidence.reason
    assert _of(evidence, "gone")["p95"] is None


def test_an_expected_404_is_an_answer(tmp_path: Path, port: int) -> None:
    assert (
        _probe(
            tmp_path,
            f"http://127.0.0.1:{port}",
            {"name": "gone", "path": "/missing", "expect": [404]},
            p95=ROOMY,
        ).answer
        is Answer.YES
    )


@pytest.fixture(scope="module")
def soft() -> Iterator[str]:
    """A service that puts its errors into the body."""
    with serving(
        route("/refused", {"code": 401, "message": "log in first"}),
        route("/served", {"data": {"rows": []}}),
    ) as url:
        yield url


def test_an_error_in_the_body_is_no_fast_answer(tmp_path: Path, soft: str) -> None:
    evidence = _probe(tmp_path, soft, {"name": "a", "path": "/refused"}, p95=ROOMY)
    answer, reason = _quietly(evidence, p95=ROOMY)
    assert answer is Answer.UNKNOWN
    assert reason.startswith(
        "a: 100 of 100 requests were answered 200 with an error in its body (`code` 401), so"
    )
    assert "has: [/...]" in evidence.remedy


@pytest.mark.parametrize(
    ("path", "answer"), [("/served", Answer.YES), ("/refused", Answer.NO)], ids=["has", "lacks"]
)
def test_what_a_right_answer_has_makes_the_others_errors(
    tmp_path: Path, soft: str, path: str, answer: Answer
) -> None:
    endpoint = {"name": "a", "path": path, "has": ["/data/rows"]}
    evidence = _probe(tmp_path, soft, endpoint, p95=ROOMY)
    assert _quietly(evidence, p95=ROOMY)[0] is answer, evidence.reason
    assert _of(evidence, "a")["doubtful"] == 0
    if answer is Answer.NO:
        assert list(_of(evidence, "a")["error_kinds"]) == [
            "answered 200 with an error in its body (`code` 401)"
        ]


def test_silence_and_refusal_are_errors_and_no_latencies(tmp_path: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        evidence = _probe(
            tmp_path, f"http://127.0.0.1:{taken.getsockname()[1]}", {"name": "refused", "path": "/"}
        )
    assert evidence.answer is Answer.NO
    assert set(_of(evidence, "refused")["error_kinds"]) == {"refused"}
    (tmp_path / "again").mkdir()
    evidence = _probe(
        tmp_path / "again",
        f"http://127.0.0.1:{port}",
        {"name": "silent", "path": stand_in.sleeping(60)},
        p95="100ms",
    )
    assert _quietly(evidence, p95="100ms")[0] is Answer.NO
    assert set(_of(evidence, "silent")["error_kinds"]) == {"timeout"}


def test_body_headers_and_values_reach_the_service(tmp_path: Path) -> None:
    async def answer(request: Any) -> JSONResponse:
        right = (
            request.headers["x-key"] == "k"
            and (await request.json()) == {"amount": 7, "word": "å"}
            and request.query_params["q"] == "1"
        )
        return JSONResponse({}, 201 if right else 400)

    endpoint = {
        "name": "a",
        "method": "POST",
        "path": "/p?q=1",
        "headers": {"X-Key": "k"},
        "body": {"amount": 7, "word": "å"},
        "expect": [201],
    }
    with serving(route("/p", answer, "POST")) as url:
        evidence = _probe(tmp_path, url, endpoint)
    assert _of(evidence, "a")["error_kinds"] == {}


def test_a_service_that_did_not_start_fails(tmp_path: Path) -> None:
    evidence = _probe(tmp_path, None, {"name": "a", "path": "/"})
    assert evidence.answer is Answer.NO
    assert "it crashed" in evidence.reason


def test_the_gate_judges_the_recorded_facts_as_the_probe_did(tmp_path: Path, port: int) -> None:
    evidence = _probe(
        tmp_path, f"http://127.0.0.1:{port}", {"name": "slow", "path": stand_in.sleeping(0.6)}
    )
    assert judge_latency(
        Evidence.model_validate_json(evidence.model_dump_json()).facts,
        Budget.model_validate(BUDGET),
        ["slow"],
    ) == (evidence.answer, evidence.reason)


def test_a_stalled_server_delays_all_that_was_due_meanwhile() -> None:
    """No coordinated omission.

    Of 40 requests due in 0.4 s, those due while the server stalled for 0.3 s all count the wait
    from when they were due.
    """
    series = asyncio.run(_stalled())
    waited = [ms for ms in series.latencies() if ms >= 50]
    assert len(series.latencies()) == 40
    assert len(waited) >= 20


async def _stalled() -> Series:
    busy = asyncio.Lock()
    begin = asyncio.get_running_loop().time()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not reader.at_eof():
            try:
                await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            async with busy:
                await asyncio.sleep(max(0.0, begin + 0.35 - asyncio.get_running_loop().time()))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    client, series = (
        Client(
            target("stalls", "GET", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"), 5
        ),
        Series(),
    )
    try:
        await open_model(client, series, requests=40, rate=100, phase=0, certain=lambda _: False)
    finally:
        client.close()
        server.close()
    return series


def test_a_gate_that_falls_behind_counts_its_own_delay_too(port: int) -> None:
    """The gate is held up for 0.2 s in the middle.

    The requests due meanwhile waited, whoever was to blame.
    """

    async def measured() -> Series:
        client, series = Client(target("noop", "GET", f"http://127.0.0.1:{port}/noop"), 5), Series()

        def hold_up(so_far: Series) -> bool:
            time.sleep(0.2 if len(so_far.samples) == 5 else 0)
            return False

        try:
            await open_model(client, series, requests=40, rate=100, phase=0, certain=hold_up)
        finally:
            client.close()
        return series

    series = asyncio.run(measured())
    assert series.behind_ms >= 100
    assert sum(ms >= 50 for ms in series.latencies()) >= 5


@pytest.mark.slow
@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.randoms(use_true_random=False))
def test_stopping_early_never_changes_the_verdict(slow: int, failed: int, random: Random) -> None:
    """Wherever a run is cut short for being certain.

    Both what was seen until then and the whole run are a NO.
    """
    came: list[float | None] = [*[800.0] * slow, *[None] * failed, *[799.0] * (100 - slow - failed)]
    random.shuffle(came)
    budget = Budget.model_validate({"p95": "800ms", "requests": 100, "looks": 3, "error_rate": 0.1})
    certain, part = _certain(100, budget), Series()
    for number, taken in enumerate(came):
        part.samples.append(Sample("open", number, taken, "200" if taken else "500"))
        if certain(part):
            break
    else:
        return
    whole = Series(
        [
            Sample("open", number, taken, "200" if taken else "500")
            for number, taken in enumerate(came)
        ]
    )
    assert [
        judge_latency(
            {
                "load": asked_load(budget).to_json(),
                "endpoints": [summary("a", run, budget)],
                "noop": QUIET,
            },
            budget,
        )[0]
        for run in (part, whole)
    ] == [Answer.NO] * 2
