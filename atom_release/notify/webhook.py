"""A refusal as one POST of JSON."""

from __future__ import annotations

from urllib.parse import urlsplit

from atom_release.notify.refusal import NotTold, Refusal

_SECONDS = 10.0
_REMEDY = "Check ATOM_RELEASE_NOTIFY_WEBHOOK."


def post(refusal: Refusal, address: str) -> None:
    """Send the refusal; the same run has the same `Idempotency-Key`, however often it is sent.

    Raises:
        NotTold: no answer, or another than 2xx. A redirect is another: the body is not sent on.
    """
    import httpx

    try:
        answer = httpx.post(
            address,
            content=refusal.model_dump_json().encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": refusal.run},
            timeout=_SECONDS,
            follow_redirects=False,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotTold(
            f"The webhook at {_host(address)} did not answer: {type(error).__name__}.", _REMEDY
        ) from None  # an error of the client quotes the address, which is a secret
    if not answer.is_success:
        raise NotTold(f"The webhook at {_host(address)} answered {answer.status_code}.", _REMEDY)


def _host(address: str) -> str:
    """Return the host alone: the rest of a webhook's address is what lets one write to it."""
    return urlsplit(address).hostname or "an address without a host"
