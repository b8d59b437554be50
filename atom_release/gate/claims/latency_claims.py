"""What a sentence about latency speaks of, held against what was measured.

It is VERIFIED only where the endpoint that it names was measured, under the load that it names.
Latency elsewhere is never contradicted by latency here, nor latency at one load by that at another.
Finding such sentences in a report is the reader's; `verdicts` gives the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from atom_release.gate.claims.record import Claim, ClaimRecord
from atom_release.gate.claims.service_facts import MeasuredLatency
from atom_release.gate.facts.latency import Load
from atom_release.gate.units import Kind, Unit, read_unit

_OTHER_FIGURE = re.compile(
    r"\b(?:average|avg|mean|max(?:imum)?|p99(?:\.\d+)?|p9[0-4]|p75|p50|median|99th|90th|50th)\b",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?<![\w/.])(/[A-Za-z_{][\w{}./:-]*)")
_METHOD = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\b")
_RATE = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s*(k)?\s?(?:rps|qps|tps|(?:req(?:uest)?s?|quer(?:y|ies)|calls?|arrivals?)"
    r"\s?(?:/|per|a)\s?s(?:ec(?:ond)?)?)\b",
    re.IGNORECASE,
)
_USERS = re.compile(
    r"(\d[\d,]*)\s*(k)?\s?(?:(?:concurrent|parallel|simultaneous|virtual)\s)?"
    r"(?:users?|clients?|connections?|vus?|threads?|workers?|sessions?|requests in flight)\b",
    re.IGNORECASE,
)
_CONCURRENCY = re.compile(r"\bconcurrency\s*(?:of|:|=)?\s*(\d[\d,]*)", re.IGNORECASE)
_SOME_LOAD = re.compile(
    r"\b(?:under|at|with|during)\s(?:\w+\s)?(?:load|peak|stress|traffic)\b|\bpeak\b|\bload.?test",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,.]*\s?(?:%|[a-z\u00b5\u03bc]+\b)?", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]+")
_GENERAL = re.compile(
    r"a|an|and|the|this|that|its?|our|we|all|both|each|every|for|of|on|in|at|as|to|than|with|within|"
    r"while|was|were|is|are|has|have|stays?|achieve[sd]?|show(?:s|ed)|measure(?:d|ment)|actual|"
    r"current|last|total|value|overall|consistently|locally|well|below|under|less|times?|sec|"
    r"seconds?|ms|apis?|rest|http|endpoints?|servers?|services?|latenc(?:y|ies)|performance|"
    r"percentile|per|requests?|respon(?:se|ses|d|ds)|results?|runs?|metric",
)
_LEAST_STEM = 4


@dataclass(frozen=True)
class Comparison:
    """Whether a claim is verified, what was found, and why."""

    derived: str
    reason: str
    verified: bool = False


@dataclass(frozen=True)
class StatedLoad:
    """What a sentence says of the load: arrivals a second, users at a time, or neither."""

    words: str
    rate: float | None = None
    users: float | None = None

    def is_covered_by(self, load: Load) -> bool:
        """Return whether what was measured under `load` holds under this one too."""
        if self.rate is not None:
            return load.model == "open" and load.rate >= self.rate
        return self.users == 1 and load.model == "single"


def compare(claim: Claim, record: ClaimRecord, measured: Sequence[MeasuredLatency]) -> Comparison:
    """Return what the measurements say of one claim of latency."""
    unit = read_unit(claim.unit, Kind.TIME)
    if unit is None:
        return Comparison("", f"{claim.unit or 'no unit'} is no unit of time")
    if not isinstance(claim.value, int | float) or _OTHER_FIGURE.search(claim.text) or not measured:
        return Comparison("", "no p95 was measured that this could be compared with")
    named, why = _named(claim.text, record, measured)
    if not named:
        return Comparison("", why)
    slowest = max(named, key=lambda latency: (latency.p95, latency.endpoint))
    figure = f"p95 {slowest.p95:.1f} ms ({slowest.endpoint}, {slowest.load})"
    other = other_load(claim.text, named)
    if other:
        return Comparison(figure, other)
    limit = unit.convert(claim.value, Unit.MILLISECOND)
    holds = slowest.p95 < limit if claim.comparator == "<" else slowest.p95 <= limit
    if holds and claim.comparator in {"<", "<=", "=", None}:
        return Comparison(figure, "it is no slower here", verified=True)
    return Comparison(figure, "latency measured elsewhere is not contradicted by latency here")


def other_load(text: str, measured: Sequence[MeasuredLatency]) -> str:
    """Return that a sentence speaks of another load than the one measured under, or nothing."""
    stated = read_load(text)
    if stated is None or not measured:
        return ""
    load = measured[0].load
    if stated.is_covered_by(load):
        return ""
    return f"it speaks of {stated.words}, measured with {load}"


def read_load(text: str) -> StatedLoad | None:
    """Return the load that a sentence names, or None where it names none."""
    if match := _RATE.search(text):
        return StatedLoad(match[0].strip(), rate=_count(match[1], match[2]))
    if match := _USERS.search(text):
        return StatedLoad(match[0].strip(), users=_count(match[1], match[2]))
    if match := _CONCURRENCY.search(text):
        return StatedLoad(match[0].strip(), users=_count(match[1]))
    if match := _SOME_LOAD.search(text):
        return StatedLoad(f'"{match[0].strip()}" without a figure')
    return None


def _count(digits: str, thousand: str | None = None) -> float:
    try:
        return float(digits.replace(",", "")) * (1000 if thousand else 1)
    except ValueError:
        return inf


def _named(
    text: str, record: ClaimRecord, measured: Sequence[MeasuredLatency]
) -> tuple[list[MeasuredLatency], str]:
    """Return the measurements that a sentence speaks of, or none and why."""
    paths = [path.rstrip(".:/") or "/" for path in _PATH.findall(text)]
    if paths:
        methods = set(_METHOD.findall(text))
        matching = [
            latency
            for latency in measured
            if latency.path.partition("?")[0].rstrip("/") in {path.rstrip("/") for path in paths}
            and (not methods or latency.method in methods)
        ]
        unmeasured = set(paths) - {latency.path.partition("?")[0] for latency in matching}
        return (
            ([], f"{', '.join(sorted(unmeasured))} was not measured")
            if unmeasured
            else (matching, "")
        )
    for pattern in (r"\b{}\b", r"\b{}(?:s|es|ed|ing|ion|ions)?\b"):
        matching = [
            latency
            for latency in measured
            if (len(latency.endpoint) >= _LEAST_STEM or pattern == r"\b{}\b")
            and re.search(pattern.format(re.escape(latency.endpoint)), text, re.IGNORECASE)
        ]
        if matching:
            return matching, ""
    others = list(_subjects(text, record))
    if others:
        return [], f"it speaks of {' '.join(others[:4])}, which no measured endpoint is called"
    return list(measured), ""


def _subjects(text: str, record: ClaimRecord) -> Iterator[str]:
    """Yield the words of a sentence that could name what it speaks of.

    Not the vocabulary of latency itself, its load, nor the service's own name.
    """
    own = {word.lower() for word in _WORD.findall(f"{record.service or ''} {record.title or ''}")}
    own |= {part for word in own for part in re.split(r"[-_]", word)}
    for pattern in (_RATE, _USERS, _CONCURRENCY, _SOME_LOAD, _NUMBER):
        text = pattern.sub(" ", text)
    for word in _WORD.findall(re.sub(r"\b[Pp]\s?95(?:th)?\b|\b95th\b", " ", text)):
        parts = re.split(r"[-_]", word.lower())
        if any(part and not _GENERAL.fullmatch(part) and part not in own for part in parts):
            yield word
