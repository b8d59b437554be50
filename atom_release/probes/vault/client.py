"""A Vault's answers by way of hvac, with every way to fail turned into its kind.

Which answers are right is `probe`'s.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from atom_release.errors import ProbeFault
from atom_release.lab.closing import Closing
from atom_release.lab.http_faults import kind_of

_STATES = {501: "uninitialized", 503: "sealed"}
_REFUSED = {401, 403}
_LARGEST = 4 << 20


class Trouble(ProbeFault):
    """The server gave no usable answer; the message is the kind of trouble."""


@dataclass(frozen=True)
class Place:
    """Where a Vault is asked, and as whom; `timeout` in seconds."""

    address: str
    token: str = field(repr=False)
    timeout: float = 5.0


class Client(Closing):
    """hvac, with every way to fail turned into its kind.

    Hvac's own messages may quote what they were sent.
    """

    def __init__(self, place: Place, token: str) -> None:
        import hvac
        import requests

        self._session = requests.Session()
        self._session.trust_env = False
        self._timeout = place.timeout
        # Without any token hvac would look for one in the environment and in the home folder.
        self._hvac = hvac.Client(
            url=place.address,
            token=token or "none",
            verify=True,
            timeout=place.timeout,
            allow_redirects=False,
            session=self._session,
        )

    def close(self) -> None:
        """Close its connections."""
        self._session.close()

    def health(self) -> dict[str, Any]:
        """Return what an unsealed server says of itself.

        Raises:
            Trouble: it is sealed, or gives no such answer.
        """
        answer = self._safely(
            lambda: self._hvac.sys.read_health_status(method="GET", standby_ok=True)
        )
        if isinstance(answer, dict) and "sealed" in answer:
            return answer
        status = getattr(answer, "status_code", 200)
        raise Trouble(_STATES.get(status) or (f"status-{status}" if status != 200 else "protocol"))  # noqa: PLR2004 - success that says nothing

    def policies(self) -> list[str]:
        """Return the policies of the token.

        Raises:
            Trouble: the token is not accepted, or no such answer came.
        """
        answer = self._safely(self._hvac.auth.token.lookup_self)
        return [str(policy) for policy in _data(answer).get("policies") or []]

    def capabilities(self, paths: list[str]) -> dict[str, list[str]]:
        """Return what the token may do at each path, `deny` where nothing.

        Raises:
            Trouble: no such answer came.
        """
        data = _data(self._safely(lambda: self._hvac.sys.get_capabilities(paths=paths)))
        return {
            path: [str(capability) for capability in data.get(path) or ["deny"]] for path in paths
        }

    def lacks(self, path: str, fields: set[str]) -> str:
        """Return the path, or the field of it, where nothing lies; "" where all is there.

        Raises:
            Trouble: neither yes nor no was answered.
        """
        status, held = self._safely(lambda: self._fields(path))
        if status not in {200, 404}:
            raise Trouble("unauthorized" if status in _REFUSED else f"status-{status}")
        if not held:
            return path
        missing = sorted(fields - held)
        return f"field {missing[0]} of {path}" if missing else ""

    def _fields(self, path: str) -> tuple[int, set[str]]:
        """Return the status and the fields that hold something; their values are let go."""
        with self._session.get(
            f"{self._hvac.url.rstrip('/')}/v1/{path}",
            headers={"X-Vault-Token": self._hvac.token},
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
        ) as answered:
            status = int(answered.status_code)
            if status != 200:  # noqa: PLR2004 - the version is there
                return status, set()
            document = json.loads(answered.raw.read(_LARGEST, decode_content=True))
        version = (document.get("data") or {}).get("data") or {}
        return status, {name for name, value in version.items() if value not in (None, "")}

    @staticmethod
    def _safely(ask: Any) -> Any:  # noqa: ANN401 - whatever hvac gives
        import hvac.exceptions
        import requests

        try:
            return ask()
        except (hvac.exceptions.Forbidden, hvac.exceptions.Unauthorized):
            raise Trouble("unauthorized") from None
        except hvac.exceptions.VaultDown:
            raise Trouble("sealed") from None
        except hvac.exceptions.VaultNotInitialized:
            raise Trouble("uninitialized") from None
        except hvac.exceptions.InternalServerError:
            raise Trouble("status-500") from None
        except hvac.exceptions.VaultError as error:
            raise Trouble(f"status-{type(error).__name__}") from None
        except (requests.RequestException, OSError, ValueError, AttributeError) as error:
            raise Trouble(kind_of(error)) from None


def _data(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever hvac gives
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise Trouble("protocol")
    return data
