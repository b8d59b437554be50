"""Is there a Prometheus server that scrapes each service that has metrics.

And are the targets up? Nothing can be rehearsed in its place.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.prometheus import PrometheusFacts, ScrapedService
from atom_release.gate.manifest import Service
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.address import absent, unreached
from atom_release.lab.closing import Closing
from atom_release.lab.http_faults import kind_of
from atom_release.lab.look import Look

_QUESTION = "prometheus"
_NAMING = ("job", "service", "app", "application", "service_name", "app_kubernetes_io_name")
_FRESH = timedelta(minutes=5)


class Trouble(ProbeFault):
    """The server gave no usable answer; the message is the kind of trouble."""


@dataclass(frozen=True)
class _Target:
    labels: dict[str, str]
    health: str
    scraped: datetime | None
    up: bool  # as the time series says, not the target page
    samples: int | None

    def problem(self, now: datetime) -> str:
        """Return what is wrong with this target, or nothing."""
        if self.health != "up" or not self.up:
            return "is down"
        if self.samples == 0:
            return "gives no series"
        return (
            "was not scraped lately" if self.scraped is None or now - self.scraped > _FRESH else ""
        )


def probe(look: Look) -> Evidence:
    """Ask the Prometheus server of the manifest's variable; without one it is absent."""
    variable = look.manifest.infrastructure.prometheus
    address = look.environment.get(variable) if variable else None
    if not variable or not address:
        why = (
            f"the variable {variable} is unset"
            if variable
            else "the manifest names no variable with its address"
        )
        return absent(
            look,
            _QUESTION,
            f"no Prometheus server: {why}",
            remedy=f"Set {variable}." if variable else "Name one under infrastructure.prometheus.",
        )
    try:
        with Client(address, look.manifest.infrastructure.timeout.total_seconds()) as client:
            client.ready()
            targets, control = client.targets(), _control(client)
    except Trouble as trouble:
        return unreached(look, _QUESTION, "Prometheus", trouble.message, variable)
    return _judged(look, variable, targets, control)


def _judged(
    look: Look, variable: str, targets: list[_Target], control: NegativeControl
) -> Evidence:
    scraped: dict[str, ScrapedService] = {}
    wrong, unmatched = [], []
    for service in look.manifest.services:
        if service.metrics is None:
            continue
        own = [target for target in targets if _is_of(look, service, target)]
        problems = [problem for target in own if (problem := target.problem(look.clock()))]
        scraped[service.id] = ScrapedService(targets=len(own), problems=tuple(problems))
        wrong += [f"{service.id} {problem}" for problem in problems]
        if not own:
            unmatched.append(service)
    unscraped = [
        service.id
        for service in unmatched
        if service.address and look.environment.get(service.address)
    ]
    wrong += [f"{service_id} is not scraped" for service_id in unscraped]
    unknown = [service.id for service in unmatched if service.id not in unscraped]
    answer = Answer.NO if wrong else Answer.UNKNOWN if unknown or not targets else Answer.YES
    return look.found(
        _QUESTION,
        _QUESTION,
        answer,
        _reason(wrong, unknown, targets, len(scraped)),
        remedy=(
            ""
            if answer is Answer.YES
            else (
                "Give each service a scrape job named like its id or name, and see /targets on the"
                " server."
            )
        ),
        assurance=Assurance.LIVE,
        control=control,
        facts=PrometheusFacts(
            how="live", kind="ready", variable=variable, targets=len(targets), services=scraped
        ).to_json(),
    )


def _reason(wrong: list[str], unknown: list[str], targets: list[_Target], services: int) -> str:
    if wrong:
        return f"Prometheus is ready, and {', '.join(wrong)}"
    if unknown:
        return f"Prometheus is ready, and no target could be told to be {', '.join(unknown)}"
    return (
        f"Prometheus is ready and scrapes {services} of {services} services"
        if targets
        else "Prometheus is ready and scrapes nothing"
    )


def _control(client: Client) -> NegativeControl:
    """Ask for a job that nobody has: the answer must be empty."""
    job = f"gate-{secrets.token_hex(8)}"
    series = client.query(f'up{{job="{job}"}}')
    state = ControlState.DEAD if series else ControlState.ALIVE
    return NegativeControl(
        state=state, changed="asked for the series of a made-up job", found=f"{len(series)} series"
    )


def _is_of(look: Look, service: Service, target: _Target) -> bool:
    """Return whether a target is that service.

    By the host and port of its address, or by a label that names it.
    """
    address = look.environment.get(service.address) if service.address else None
    if address and urlsplit(address).netloc.rpartition("@")[2] == target.labels.get("instance"):
        return True
    names = {_plain(service.id), _plain(service.name)}
    return any(
        _plain(target.labels[label]) in names for label in _NAMING if target.labels.get(label)
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


class Client(Closing):
    """prometheus-api-client without its retries, every way to fail turned into its kind."""

    def __init__(self, address: str, timeout: float) -> None:
        import requests
        from prometheus_api_client import PrometheusConnect
        from urllib3 import Retry

        self._address, self._timeout = address.rstrip("/"), timeout
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.max_redirects = 0
        self._prometheus = PrometheusConnect(
            self._address, session=self._session, retry=Retry(0, redirect=False), timeout=timeout
        )

    def close(self) -> None:
        """Close its connections."""
        self._session.close()

    def ready(self) -> None:
        """Ask whether the server is ready.

        Raises:
            Trouble: it is not, or did not answer.
        """
        self._get("/-/ready")

    def targets(self) -> list[_Target]:
        """Return what the server scrapes.

        Raises:
            Trouble: no usable answer came.
        """
        active = _part(
            _part(self._get("/api/v1/targets?state=active").json(), "data"), "activeTargets"
        )
        up = {_where(sample["metric"]): float(sample["value"][1]) for sample in self.query("up")}
        samples = {
            _where(sample["metric"]): int(float(sample["value"][1]))
            for sample in self.query("scrape_samples_scraped")
        }
        targets = []
        for target in active:
            labels = {str(name): str(value) for name, value in target.get("labels", {}).items()}
            where = _where(labels)
            targets.append(
                _Target(
                    labels,
                    str(target.get("health")),
                    _moment(target.get("lastScrape")),
                    up.get(where) == 1,
                    samples.get(where),
                )
            )
        return targets

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return what an expression is now.

        Raises:
            Trouble: no usable answer came.
        """
        return self._answered(lambda: self._prometheus.custom_query(expression))

    def over(
        self, expression: str, begin: datetime, end: datetime, step: timedelta
    ) -> list[dict[str, Any]]:
        """Return what an expression was over a time.

        Raises:
            Trouble: no usable answer came.
        """
        return self._answered(
            lambda: self._prometheus.custom_query_range(
                expression, begin, end, f"{step.total_seconds():g}"
            )
        )

    def _answered(self, ask: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a call of the untyped client
        from prometheus_api_client.exceptions import (
            PrometheusApiClientException,
        )

        try:
            result = self._safely(ask)
        except PrometheusApiClientException as error:
            status = re.search(r"HTTP Status Code (\d+)", str(error))
            raise Trouble(_status(int(status[1])) if status else "protocol") from None
        return list(result)

    def _get(self, path: str) -> Any:  # noqa: ANN401 - a response of requests, which is imported late
        answer = self._safely(
            lambda: self._session.get(
                self._address + path, timeout=self._timeout, allow_redirects=False
            )
        )
        if answer.status_code != 200:  # noqa: PLR2004 - success
            raise Trouble(_status(answer.status_code))
        return answer

    @staticmethod
    def _safely(ask: Any) -> Any:  # noqa: ANN401 - whatever requests gives
        import requests

        try:
            return ask()
        except (requests.RequestException, OSError, ValueError, KeyError, TypeError) as error:
            raise Trouble(kind_of(error)) from None


def _status(status: int) -> str:
    return "unauthorized" if status in {401, 403} else f"status-{status}"


def _part(document: Any, name: str) -> Any:  # noqa: ANN401 - any JSON
    if not isinstance(document, dict) or not isinstance(document.get(name), dict | list):
        raise Trouble("protocol")
    return document[name]


def _where(labels: dict[str, str]) -> tuple[str | None, str | None]:
    return labels.get("job"), labels.get("instance")


def _moment(text: object) -> datetime | None:
    """Read a server's time.

    More than six digits of a second, or a year 1 for "never", are no time.
    """
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", str(text)))
    except ValueError:
        return None
    return moment if moment.tzinfo and moment.year > 1 else None
