"""One scrape, read: which of its samples count events, and which of them rose between two scrapes.

Asks nothing itself; an exposition that a Prometheus server would not take is `NotMetrics`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.git import shown

if TYPE_CHECKING:
    from prometheus_client.samples import Sample

_RUNTIME = tuple(
    """process_ python_ go_ promhttp_ prometheus_ net_conntrack_ jvm_ nodejs_ v8_ libuv_ dotnet_
    clr_ mono_ system_ ruby_ gc_ php_ zend_ erlang_ beam_ elixir_ tokio_ rust_runtime_ disk_
    executor_ logback_ log4j2_ hikaricp_ jdbc_ tomcat_ jetty_threads_ kestrel_ scrape_ otel_
    otelcol_ target_ swift_runtime_ ghc_ cpp_runtime_""".split()  # noqa: SIM905 - as words
)
_SUFFIXES = {  # of the samples that count events, by the type of their family
    "counter": ("",),
    "histogram": ("_bucket", "_count"),
    "summary": ("_count",),
    "unknown": ("_total", "_count", "_bucket"),
}
_TYPE = re.compile(r"^#[ \t]+TYPE[ \t]", re.MULTILINE)
Scrape = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]
"""The counting samples of one scrape: (name, labels) -> value."""


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

    Raises:
        NotMetrics: it is neither, declares no type or holds no sample.
    """
    from prometheus_client import parser
    from prometheus_client.openmetrics import parser as openmetrics

    if "json" in content_type or "html" in content_type:
        raise NotMetrics(f"is {content_type}, not Prometheus text")
    is_open = content_type.startswith("application/openmetrics-text")
    try:
        text = body.decode("utf-8")
        # Both parsers are lazy and refuse with ValueError, or stumble over what is far from the
        # format.
        families = list((openmetrics if is_open else parser).text_string_to_metric_families(text))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        detail = str(error)[:120] if type(error) is ValueError else "a line of it cannot be read"
        raise NotMetrics(
            f"is not {'OpenMetrics' if is_open else 'Prometheus'} text: {shown(detail)}"
        ) from None
    samples = [sample for family in families for sample in family.samples]
    if not _TYPE.search(text):
        raise NotMetrics("declares no type (# TYPE)")
    if not samples:
        raise NotMetrics("holds no sample")
    counts = {
        (sample.name, tuple(sorted((sample.labels or {}).items()))): _count_of(sample)
        for family in families
        if family.type in _SUFFIXES and not family.name.startswith(_RUNTIME)
        for sample in family.samples
        if _counts_events(family.type, sample)
    }
    return Parsed(
        counts, len(families), len(samples), "OpenMetrics" if is_open else "Prometheus text"
    )


def _counts_events(kind: str, sample: Sample) -> bool:
    """Return whether a sample counts: no sum, no time of creation, no quantile."""
    if sample.native_histogram is not None:
        return True
    return sample.name.endswith(_SUFFIXES[kind]) and not sample.name.endswith(("_created", "_sum"))


def _count_of(sample: Sample) -> float:
    """Return what a sample counted; of a native histogram, its observations."""
    native = sample.native_histogram
    return float(native.count_value if native is not None else sample.value)


def risen(
    before: Scrape, after: Scrape, idle: Scrape
) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return the counts that rose, by how much.

    And by more than twice what they rise when nothing is asked; a new series began at 0.
    """
    rises = {key: value - before.get(key, 0.0) for key, value in after.items()}
    return {key: rise for key, rise in rises.items() if rise > 2 * max(idle.get(key, 0.0), 0.0)}


def sample_name(key: tuple[str, tuple[tuple[str, str], ...]]) -> str:
    """Return a sample's name with its labels, as Prometheus text has them."""
    labels = ",".join(f"{name}={value}" for name, value in key[1])
    return f"{key[0]}{{{labels}}}" if labels else key[0]
