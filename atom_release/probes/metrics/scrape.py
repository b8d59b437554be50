"""One scrape, read: which of its samples count events, and which of them rose between two scrapes.

Asks nothing itself; an exposition that a Prometheus server would not take is `NotMetrics`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.git import shown

if TYPE_CHECKING:
    from prometheus_client import Metric
    from prometheus_client.samples import Sample

_RUNTIME = tuple(
    """process_ python_ go_ promhttp_ prometheus_ net_conntrack_ jvm_ nodejs_ v8_ v8js_ libuv_
    dotnet_ clr_ mono_ system_ ruby_ gc_ php_ zend_ erlang_ beam_ elixir_ tokio_ rust_runtime_
    disk_ executor_ logback_ log4j2_ hikaricp_ jdbc_ tomcat_ jetty_threads_ kestrel_ scrape_ otel_
    otelcol_ target_ swift_runtime_ ghc_ cpp_runtime_ controller_runtime_ workqueue_ rest_client_
    leader_election_ certwatcher_""".split()  # noqa: SIM905 - as words
)
_RUNTIME_BELOW_A_PREFIX = re.compile(
    r"_(?:process_(?:cpu|resident|virtual|open_fds|max_fds|start_time|heap|runtime|network|io|gc)"
    r"|python_gc|nodejs_|v8js_|jvm_|dotnet_|promhttp_|ruby_(?:gc|vm)|erlang_vm"
    r"|go_(?:gc|goroutines|memstats|threads|sched|cpu|cgo|sync))"
)  # the runtimes' libraries take a prefix of the service's own
_SUFFIXES = {  # of the samples that count events, by the type of their family
    "counter": ("",),
    "histogram": ("_bucket", "_count"),
    "summary": ("_count",),
    "unknown": ("_total", "_count", "_bucket"),
}
_EXEMPLAR = re.compile(r"[ \t]#[ \t]\{[^\n]*$", re.MULTILINE)
_NOT_IN_TEXT = re.compile(r"^#[ \t]+(?:UNIT[ \t]|EOF)[^\n]*$", re.MULTILINE)
Series = tuple[str, tuple[tuple[str, str], ...]]
"""A sample's name and its labels."""
Scrape = Mapping[Series, float]
"""The counting samples of one scrape."""
_LONGEST_LINE = 64 * 1024
"""Bytes; the parser's time grows with the square of a line's length."""


class NotMetrics(Exception):
    """What came is not Prometheus text.

    The message says why, and the status is kept if it was the reason.
    """

    status = 200


@dataclass(frozen=True)
class Parsed:
    """One scrape, read."""

    counts: Scrape
    families: int
    samples: int
    form: str


def parse(body: bytes, content_type: str) -> Parsed:
    """Read Prometheus text 0.0.4 or OpenMetrics 1.0.

    A type is optional in the former: without one the name says what counts.

    Raises:
        NotMetrics: it is neither, or holds no sample.
        ProbeFault: a line of it is longer than is read here.
    """
    from prometheus_client import parser

    if "json" in content_type or "html" in content_type:
        raise NotMetrics(f"is {content_type}, not Prometheus text")
    longest = max(map(len, body.split(b"\n")))
    if longest > _LONGEST_LINE:
        raise ProbeFault(
            f"a line of the metrics has {longest} bytes, and at most {_LONGEST_LINE} are read",
            "Give each sample a line of its own, with fewer or shorter labels.",
        )
    is_open = content_type.casefold().startswith("application/openmetrics-text")
    try:
        text = body.decode("utf-8")
        # Both parsers are lazy and refuse with ValueError, or stumble over what is far from the
        # format.
        families = _families(text) if is_open else list(parser.text_string_to_metric_families(text))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        detail = str(error)[:120] if type(error) is ValueError else "a line of it cannot be read"
        raise NotMetrics(
            f"is not {'OpenMetrics' if is_open else 'Prometheus'} text: {shown(detail)}"
        ) from None
    samples = [sample for family in families for sample in family.samples]
    if not samples:
        raise NotMetrics("holds no sample")
    counts = {
        (sample.name, tuple(sorted((sample.labels or {}).items()))): _count_of(sample)
        for family in families
        if family.type in _SUFFIXES and not _is_of_the_runtime(family.name)
        for sample in family.samples
        if _counts_events(family.type, sample)
    }
    return Parsed(
        counts, len(families), len(samples), "OpenMetrics" if is_open else "Prometheus text"
    )


def _families(text: str) -> list[Metric]:
    """Return the families of an OpenMetrics text.

    A Prometheus server reads it line by line and takes what the parser of the client library
    refuses: a family in two places, a counter without `_total`, a unit that the name lacks.

    Raises:
        ValueError: it has no end, or neither form of it can be read.
    """
    from prometheus_client import parser
    from prometheus_client.openmetrics import parser as openmetrics

    if not text.rstrip("\n").endswith("# EOF"):
        raise ValueError("Missing # EOF at end")
    try:
        return list(openmetrics.text_string_to_metric_families(text))  # type: ignore[no-untyped-call]
    except ValueError:
        plain = _NOT_IN_TEXT.sub("", _EXEMPLAR.sub("", text))
        return list(parser.text_string_to_metric_families(plain))


def _is_of_the_runtime(family: str) -> bool:
    """Return whether a family counts what the language's runtime or the handler does by itself."""
    return family.startswith(_RUNTIME) or _RUNTIME_BELOW_A_PREFIX.search(family) is not None


def _counts_events(kind: str, sample: Sample) -> bool:
    """Return whether a sample counts: no sum, no time of creation, no quantile."""
    if sample.native_histogram is not None:
        return True
    return sample.name.endswith(_SUFFIXES[kind]) and not sample.name.endswith(("_created", "_sum"))


def _count_of(sample: Sample) -> float:
    """Return what a sample counted; of a native histogram, its observations."""
    native = sample.native_histogram
    return float(native.count_value if native is not None else sample.value)


def risen(before: Scrape, after: Scrape) -> dict[Series, float]:
    """Return the counts that rose, by how much; a new series began at 0."""
    rises = {key: value - before.get(key, 0.0) for key, value in after.items()}
    return {key: rise for key, rise in rises.items() if rise > 0}


@dataclass(frozen=True)
class Window:
    """The time between two scrapes: whether requests were sent in it, and what rose."""

    with_requests: bool
    rises: Scrape


def follow(windows: Sequence[Window], *, with_requests: bool) -> dict[Series, float]:
    """Return the counts that rise in each window of one kind, with the least that they do.

    And always by more than twice what they ever rise in one of the other kind.
    """
    own = [window.rises for window in windows if window.with_requests is with_requests]
    others = [window.rises for window in windows if window.with_requests is not with_requests]
    least = {key: min(rises.get(key, 0.0) for rises in own) for key in own[0]}
    most = {key: max(rises.get(key, 0.0) for rises in others) for key in least}
    return {key: rise for key, rise in least.items() if rise > 2 * most[key]}


def sample_name(key: Series) -> str:
    """Return a sample's name with its labels, as Prometheus text has them."""
    labels = ",".join(f"{name}={value}" for name, value in key[1])
    return f"{key[0]}{{{labels}}}" if labels else key[0]
