"""The histogram of a service, read through a real Prometheus server that scrapes it.

Fast, slow, started anew, and gone.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import prometheus_client
import pytest

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Infrastructure
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.look import Look
from atom_release.probes.histogram import probe_histogram
from atom_release_tests.fixtures.stage import look_at, service_of

pytestmark = [pytest.mark.live, pytest.mark.slow]

_SERVER = shutil.which("prometheus")
_EDGES = (0.1, 0.5, 0.79, 1.0)
_WAIT = 30.0


def _free() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def _prometheus(folder: Path, scraped: int) -> Iterator[str]:
    port = _free()
    config = folder / "prometheus.yml"
    config.write_text(
        "scrape_configs: [{job_name: one, scrape_interval: 200ms, scrape_timeout: 200ms,"
        f" static_configs: [{{targets: ['127.0.0.1:{scraped}']}}]}}]"
    )
    command = [
        str(_SERVER),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def _exporter(port: int) -> Iterator[prometheus_client.Histogram]:
    registry = prometheus_client.CollectorRegistry()
    histogram = prometheus_client.Histogram(
        "asked_seconds", "latency", buckets=_EDGES, registry=registry
    )
    server, thread = prometheus_client.start_http_server(port, "127.0.0.1", registry)
    try:
        yield histogram
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _until(address: str, expression: str, wanted: float | None) -> None:
    """Wait until the server itself gives this value (None: nothing) for an expression."""
    until, value = time.monotonic() + _WAIT, None
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(  # noqa: S310 - a loopback address
                f"{address}/api/v1/query?query={expression}", timeout=5
            ) as answer:
                result = json.load(answer)["data"]["result"]
            value = float(result[0]["value"][1]) if result else None
            if value == wanted:
                return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail(f"{expression} is {value}, not {wanted}")


def _ask(look: Look, metric: str = "asked_seconds") -> Evidence:
    histogram = {"metric": metric, "window": "25s", "step": "500ms", "labels": {"job": "one"}}
    return probe_histogram(
        look, service_of(histogram=histogram, budget={"p95": "800ms", "requests": 200})
    )


@pytest.mark.skipif(
    _SERVER is None,
    reason=(
        "NO PROMETHEUS SERVER ON THIS MACHINE: the histogram was not read from a real one (apt-get"
        " install prometheus)"
    ),
)
def test_a_real_server_tells_fast_slow_anew_and_gone_apart(tmp_path: Path) -> None:
    port, named = _free(), Infrastructure.model_validate({"prometheus": "PROM"})
    with _prometheus(tmp_path, port) as address:
        plain = look_at(tmp_path, service_of())
        look = Look(
            plain.manifest.model_copy(update={"infrastructure": named}),
            plain.tree,
            plain.scratch,
            plain.clock,
            {"PROM": address},
        )
        with _exporter(port) as histogram:
            _until(address, "asked_seconds_count", 0)
            time.sleep(
                1
            )  # so that a step of the range query falls on these counters while they are nothing
            assert (
                _ask(look).reason
                == "asked_seconds: 0 requests are too few, the manifest asks for 200"
            )
            for _ in range(300):
                histogram.observe(0.2)
            _until(address, "asked_seconds_count", 300)
            time.sleep(1)  # the end of the window is a whole second, on the server's clock
            fast = _ask(look)
            assert (fast.answer, fast.assurance) == (Answer.YES, Assurance.LIVE), fast.reason
            assert fast.reason.startswith(
                "asked_seconds: p95 of 300 requests is above 100 ms and at most 500 ms, under the"
                " live traffic of the window ("
            )
            assert fast.reason.endswith(" requests a second on average), below 800 ms")
            assert fast.control is not None
            assert fast.control.state is ControlState.ALIVE
        with _exporter(port) as histogram:  # started anew: its counters begin at nothing
            for _ in range(100):
                histogram.observe(5)
            _until(address, "asked_seconds_count", 100)
            time.sleep(1)
            slow = _ask(look)
            assert (slow.answer, slow.facts["resets"], slow.facts["at_most"]) == (
                Answer.NO,
                1,
                [0, 300, 300, 300, 400],
            ), slow.reason
            assert "above 1000 ms and at most no known edge (1 counter resets), " in slow.reason
            assert slow.reason.endswith(" on average), and must be below 800 ms")
        assert _ask(look, "other_seconds").reason.endswith(
            "missing: the server has no such series in the window"
        )
        _until(address, "asked_seconds_count", None)
        time.sleep(2)
        gone = _ask(look)
        assert gone.answer is Answer.UNKNOWN
        assert gone.reason.startswith("asked_seconds: stale: the last value is ")
    absent = _ask(look)
    assert absent.answer is Answer.ABSENT
