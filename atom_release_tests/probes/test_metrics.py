"""The question `metrics`, put to real servers: only what moves with requests passes."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest
from prometheus_client.openmetrics import exposition
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.address import StartFailure
from atom_release.probes import metrics
from atom_release.probes.metrics.scrape import NotMetrics, parse
from atom_release_tests.fixtures.stage import Rehearsed, look_at, route, service_of, serving

SERVICE = service_of(
    health="/health",
    metrics="/metrics",
    address="ONE_URL",
    endpoints=[{"name": "predict", "method": "POST", "path": "/predict", "body": {}}],
)
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def _probe(
    folder: Path, scrape: Callable[[], Response], work: Callable[[], Any], *, live: bool = False
) -> Evidence:
    """Probe a service that gives `scrape` as its metrics and calls `work` for every request.

    Scrapes left out.
    """

    async def counted(_: object) -> dict[str, str]:
        work()
        return {}

    async def scraped(_: object) -> Response:
        return scrape()

    with serving(
        route("/health", counted), route("/predict", counted, "POST"), route("/metrics", scraped)
    ) as url:
        look = look_at(folder, SERVICE, environment={"ONE_URL": url} if live else {})
        return metrics.probe_metrics(look, SERVICE, Rehearsed({} if live else {"X.1": url}))


def _negotiating(folder: Path, openmetrics: bytes) -> Evidence:
    """Probe a service that gives good Prometheus text, and this to who prefers OpenMetrics."""
    registry, counter = _counter()

    async def counted(_: object) -> dict[str, str]:
        counter.inc()
        return {}

    async def scraped(request: Request) -> Response:
        prefers = "openmetrics" in request.headers.get("accept", "")
        return (
            Response(openmetrics, headers={"content-type": exposition.CONTENT_TYPE_LATEST})
            if prefers
            else Response(_text(registry), media_type=TEXT)
        )

    with serving(
        route("/health", counted), route("/predict", counted, "POST"), route("/metrics", scraped)
    ) as url:
        return metrics.probe_metrics(look_at(folder, SERVICE), SERVICE, Rehearsed({"X.1": url}))


_OPEN = b"# TYPE predictions counter\npredictions_total 7\n"


def test_what_a_prometheus_server_would_be_given_must_be_readable_too(tmp_path: Path) -> None:
    """A server prefers OpenMetrics.

    Text that lacks its end is refused there, however well the plain text reads.
    """
    evidence = _negotiating(tmp_path, _OPEN)
    assert evidence.answer is Answer.NO
    assert "asked as a Prometheus server asks" in evidence.reason


def test_a_service_that_negotiates_passes(tmp_path: Path) -> None:
    evidence = _negotiating(tmp_path, _OPEN + b"# EOF\n")
    assert (evidence.answer, evidence.facts["form"], evidence.facts["form_for_a_server"]) == (
        Answer.YES,
        "Prometheus text",
        "OpenMetrics",
    )


def _text(registry: CollectorRegistry) -> bytes:
    written: bytes = generate_latest(registry)
    return written


def _counter() -> tuple[CollectorRegistry, Counter]:
    registry = CollectorRegistry()
    return registry, Counter("predictions", "Predictions.", registry=registry)


@pytest.mark.parametrize("live", [False, True])
def test_a_counter_that_moves_with_requests_passes(tmp_path: Path, *, live: bool) -> None:
    registry, counter = _counter()
    evidence = _probe(
        tmp_path, lambda: Response(_text(registry), media_type=TEXT), counter.inc, live=live
    )
    assert evidence.answer is Answer.YES
    assert evidence.facts["moved"] == {"predictions_total": 6.0}
    assert evidence.assurance is (Assurance.LIVE if live else Assurance.REHEARSED)
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


def test_openmetrics_passes_too(tmp_path: Path) -> None:
    registry, counter = _counter()

    def scrape() -> Response:
        text = exposition.generate_latest(registry)  # type: ignore[no-untyped-call]
        return Response(text, headers={"content-type": exposition.CONTENT_TYPE_LATEST})

    evidence = _probe(tmp_path, scrape, counter.inc)
    assert (evidence.answer, evidence.facts["form"]) == (Answer.YES, "OpenMetrics")


def test_a_counter_of_all_requests_passes_though_scrapes_move_it_too(tmp_path: Path) -> None:
    registry, counter = _counter()

    def scrape() -> Response:
        counter.inc()
        return Response(_text(registry), media_type=TEXT)

    assert _probe(tmp_path, scrape, counter.inc).answer is Answer.YES


def test_constant_metrics_fail(tmp_path: Path) -> None:
    registry, counter = _counter()
    counter.inc(17)
    evidence = _probe(tmp_path, lambda: Response(_text(registry), media_type=TEXT), lambda: None)
    assert evidence.answer is Answer.NO
    assert "no counter moved" in evidence.reason


def test_what_moves_by_itself_shows_nothing(tmp_path: Path) -> None:
    """A counter of its own scrapes, one of time, a gauge and the process's own figures."""
    registry, scrapes = _counter()
    Counter("ticks", "Time.", registry=registry)._value.get = time.monotonic
    Gauge("clock", "Time.", registry=registry).set_function(time.monotonic)
    ProcessCollector(registry=registry)

    def scrape() -> Response:
        scrapes.inc()
        return Response(_text(registry), media_type=TEXT)

    assert _probe(tmp_path, scrape, lambda: None).answer is Answer.NO


def test_what_leaps_by_itself_is_not_counted_for_leaping_highest_once(tmp_path: Path) -> None:
    """By chance the window with requests saw most of it."""
    leaps = iter([1, 2, 4, 1000, *[3] * 100])
    registry, counter = _counter()

    def scrape() -> Response:
        counter.inc(next(leaps))
        return Response(_text(registry), media_type=TEXT)

    evidence = _probe(tmp_path, scrape, lambda: None)
    assert evidence.answer is Answer.NO
    assert "no counter moved" in evidence.reason


@pytest.mark.parametrize("leaping", [(4,), (4, 5), (4, 8), (5, 8)])
def test_what_leaps_at_a_scrape_of_its_own_choice_shows_nothing(
    tmp_path: Path, leaping: tuple[int, ...]
) -> None:
    """It knows which scrape follows the requests, as it was when there was one such scrape."""
    registry, counter = _counter()
    scrapes = count(1)

    def scrape() -> Response:
        if next(scrapes) in leaping:
            counter.inc(100)
        return Response(_text(registry), media_type=TEXT)

    assert _probe(tmp_path, scrape, lambda: None).answer is Answer.NO


def test_what_goes_up_with_the_clock_shows_nothing(tmp_path: Path) -> None:
    """A job that counts its rounds: one of them may come while the service is asked."""
    registry, counter = _counter()
    begun = time.monotonic()
    counter._value.get = lambda: (time.monotonic() - begun) // 0.3

    def scrape() -> Response:
        return Response(_text(registry), media_type=TEXT)

    assert _probe(tmp_path, scrape, lambda: time.sleep(0.02)).answer is Answer.NO


def test_a_line_that_would_be_read_for_hours_is_not_read(tmp_path: Path) -> None:
    """Twenty thousand labels of one sample: what is not read shows nothing of the service."""
    labels = ",".join(f'name{number}="x"' for number in range(20_000))
    text = f"# TYPE a counter\na_total{{{labels}}} 1\n"
    with pytest.raises(ProbeFault, match="a line of the metrics has"):
        _probe(tmp_path, lambda: Response(text, media_type=TEXT), lambda: None)


def test_a_counter_that_also_leaps_by_itself_passes_where_requests_always_move_it_more(
    tmp_path: Path,
) -> None:
    leaps = iter([1, 2, 1, 3, *[1, 2] * 100])
    registry, counter = _counter()

    def scrape() -> Response:
        counter.inc(next(leaps))
        return Response(_text(registry), media_type=TEXT)

    assert _probe(tmp_path, scrape, lambda: counter.inc(10)).answer is Answer.YES


@pytest.mark.parametrize(
    "response",
    [
        JSONResponse({"requests_total": 7}),
        Response('{"requests_total": 7}', media_type="text/plain"),
        Response("", 500),
    ],
)
def test_json_and_errors_fail(tmp_path: Path, response: Response) -> None:
    evidence = _probe(tmp_path, lambda: response, lambda: None)
    assert evidence.answer is Answer.NO
    assert evidence.reason.startswith("GET /metrics:")


def test_an_error_of_a_live_system_says_nothing_of_the_judged_code(tmp_path: Path) -> None:
    assert (
        _probe(tmp_path, lambda: Response("", 500), lambda: None, live=True).answer
        is Answer.UNKNOWN
    )


def test_an_endpoint_that_cannot_be_asked_is_replaced_by_the_health_path(tmp_path: Path) -> None:
    """Its token would come from a service that did not start, which is not this leg's matter."""
    registry, counter = _counter()
    fields = SERVICE.model_dump(mode="json", exclude_none=True)
    service = service_of(
        **{
            **fields,
            "endpoints": [
                {"name": "x", "path": "/x", "headers": {"Authorization": "{token:nobody}"}}
            ],
        }
    )

    async def counted(_: object) -> dict[str, str]:
        counter.inc()
        return {}

    async def scraped(_: object) -> Response:
        return Response(_text(registry), media_type=TEXT)

    with serving(route("/health", counted), route("/metrics", scraped)) as url:
        assert (
            metrics.probe_metrics(
                look_at(tmp_path, service), service, Rehearsed({"X.1": url})
            ).answer
            is Answer.YES
        )


def test_a_service_that_did_not_start_fails(tmp_path: Path) -> None:
    assert (
        metrics.probe_metrics(
            look_at(tmp_path, SERVICE),
            SERVICE,
            Rehearsed(failures={"X.1": StartFailure("it crashed")}),
        ).answer
        is Answer.NO
    )


def test_only_what_counts_is_read() -> None:
    text = (
        b"# TYPE a counter\na_total 1\n# TYPE b gauge\nb 2\n# TYPE c summary\nc_sum 3\nc_count 4\n#"
        b" TYPE process_x counter\nprocess_x_total 5\n"
    )
    assert parse(text, TEXT).counts == {("a_total", ()): 1.0, ("c_count", ()): 4.0}


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("# TYPE go_x counter\ngo_x_total 1\n# TYPE promhttp_y counter\npromhttp_y_total 1\n", {}),
        ("# TYPE jvm_x counter\njvm_x_total 1\n# TYPE nodejs_y histogram\nnodejs_y_count 1\n", {}),
        ("# TYPE dotnet_x counter\ndotnet_x_total 1\n", {}),
        ('# TYPE s summary\ns{quantile="0.5"} 3\ns_sum 4\n', {}),
        ('# TYPE s summary\ns{quantile="0.5"} 3\ns_count 4\n', {"s_count": 4.0}),
        ("# TYPE u untyped\nu 3\nu_total 4\n", {"u_total": 4.0}),
        ("#\tTYPE\ta_total\tcounter\na_total\t5\n", {"a_total": 5.0}),
        ("requests_total 7\nqueue_length 3\n", {"requests_total": 7.0}),
        ("# TYPE shop_nodejs_gc_seconds counter\nshop_nodejs_gc_seconds_total 1\n", {}),
        ("# TYPE shop_process_cpu_seconds counter\nshop_process_cpu_seconds_total 1\n", {}),
        ("# TYPE shop_go_gc_cycles counter\nshop_go_gc_cycles_total 1\n", {}),
        ("# TYPE v8js_gc counter\nv8js_gc_total 1\n", {}),
        ("# TYPE order_process counter\norder_process_total 1\n", {"order_process_total": 1.0}),
        ("# TYPE shop_go_live counter\nshop_go_live_total 1\n", {"shop_go_live_total": 1.0}),
    ],
)
def test_runtimes_quantiles_and_tabs(text: str, counted: dict[str, float]) -> None:
    counts = parse(text.encode(), TEXT).counts
    assert {name: value for (name, _), value in counts.items()} == counted


@pytest.mark.parametrize(
    "text",
    [
        "# TYPE a counter\na 5\n# EOF\n",
        "# TYPE a counter\na_total{x='1'} 5\n# TYPE b gauge\nb 1\na_total{x='2'} 3\n# EOF\n",
        "# TYPE a counter\n# UNIT a seconds\na_total 5\n# EOF\n",
        "# TYPE b gauge\nb 5 # {trace='x'} 0.3\n# TYPE a counter\na_total 1\n# EOF\n",
        "# TYPE a histogram\na_bucket{le='+Inf'} 5\na_bucket{le='1.0'} 5\na_count 5\n# EOF\n",
    ],
)
def test_what_a_prometheus_server_takes_is_not_refused(text: str) -> None:
    """It reads line by line; the client library's parser holds to every rule of the format."""
    read = parse(text.replace("'", '"').encode(), "application/openmetrics-text; version=1.0.0")
    assert read.samples
    with pytest.raises(NotMetrics, match="EOF"):
        parse(
            text.replace("'", '"').replace("# EOF\n", "").encode(), "Application/OpenMetrics-Text"
        )


def test_a_native_histogram_counts_its_observations() -> None:
    native = (
        "{count:3,sum:0.3,schema:0,zero_threshold:1e-05,zero_count:0,"
        "positive_spans:[0:1],positive_deltas:[3]}"
    )
    text = f"# TYPE app_seconds histogram\napp_seconds {native}\n# EOF\n"
    read = parse(text.encode(), "application/openmetrics-text; version=1.0.0")
    assert read.counts == {("app_seconds", ()): 3.0}


def test_what_no_parser_expects_is_refused_without_a_programmers_words() -> None:
    with pytest.raises(NotMetrics) as refusal:
        parse(b"# TYPE a histogram\na {count:x\n# EOF\n", "application/openmetrics-text")
    assert not any(word in str(refusal.value) for word in ("Error", "NoneType"))


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [
        (b"ok\n", TEXT, "is not Prometheus text"),
        (b"# TYPE requests counter\n", TEXT, "holds no sample"),
        (b"# TYPE requests counter\nrequests_total seven\n", TEXT, "is not Prometheus text"),
        (
            b"# TYPE requests counter\nrequests_total 7\n",
            "application/openmetrics-text; version=1.0.0",
            "is not OpenMetrics text",
        ),
        (b"<html></html>", "text/html", "not Prometheus text"),
        (b"# TYPE requests counter\nrequests_total 7\n", "application/json", "is application/json"),
        (b"\xff\xfe", TEXT, "is not Prometheus text"),
        (b"", TEXT, "holds no sample"),
    ],
)
def test_what_is_not_metrics_is_refused(body: bytes, content_type: str, why: str) -> None:
    with pytest.raises(NotMetrics, match=why):
        parse(body, content_type)


def test_a_service_that_counts_its_health_alone_is_told_so(tmp_path: Path) -> None:
    """Nothing else was named to ask: the sentence says what was not asked."""
    registry, counter = _counter()
    service = service_of(health="/health", metrics="/metrics")

    async def counted(_: object) -> dict[str, str]:
        counter.inc()
        return {}

    async def scraped(_: object) -> Response:
        return Response(_text(registry), media_type=TEXT)

    with serving(route("/health", counted), route("/metrics", scraped)) as url:
        look = look_at(tmp_path, service)
        evidence = metrics.probe_metrics(look, service, Rehearsed({"X.1": url}))
    assert evidence.answer is Answer.YES
    assert "to /health alone: whether its work is counted was not asked" in evidence.reason
