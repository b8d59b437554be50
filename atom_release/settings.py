"""The one reader of the environment.

Where the release is, where its artifacts go, what a run may do.

`ATOM_RELEASE_MANIFEST`, `_REPO`, `_REV`, `_OUT`, `_SCENARIO` are the options of the command line;
unset means the bundled reference release. `ATOM_RELEASE_WAIVERS` names a file of signed waivers.
With `ATOM_RELEASE_FRESH` no suite's evidence of an earlier run is kept.
`ATOM_RELEASE_OPERATOR` names the operator's file, which lies outside every repository.
`ATOM_RELEASE_TAG_KEY` is `ssh:FILE` or `gpg:KEY`: tags are signed with it. `ATOM_RELEASE_HOME`
holds what outlives a run (keys, history, the reference repository, Dagster's home); default `.atom`
here. `ATOM_RELEASE_STATE` is the URL of a PostgreSQL that holds history, journal and turns of a
team instead; it holds no password. `ATOM_RELEASE_OUT_URL` is where a browser finds what lies in
`_OUT`, if it is served anywhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from atom_release.errors import Misuse

_PREFIX = "ATOM_RELEASE_"
_NO = {"", "0", "false"}


@dataclass(frozen=True)
class Settings:
    """How this process was asked to work."""

    manifest: Path | None = None
    repository: Path | None = None
    revision: str = "HEAD"
    out: str = "reports"
    scenario: str = "green"
    home: Path = Path(".atom")
    dry_run: bool = False
    fresh: bool = False
    key: Path | None = None
    inbox: Path | None = None
    waivers: Path | None = None
    tag_key: str | None = None
    operator: Path | None = None
    state: str | None = None
    out_url: str | None = None

    @property
    def is_reference(self) -> bool:
        """Whether the bundled reference release is judged."""
        return self.repository is None

    @property
    def key_path(self) -> Path:
        """The file of the gate's own signing key."""
        return self.key or self.home / "keys" / "gate.pem"

    @property
    def scratch(self) -> Path:
        """Where throwaway copies are made."""
        return self.home / "scratch"

    @property
    def dagster_home(self) -> Path:
        """Where Dagster keeps its history."""
        return Path(os.environ.get("DAGSTER_HOME") or self.home / "dagster")

    @property
    def dagster_is_shared(self) -> bool:
        """Whether that is a folder of somebody's own, whose settings are theirs."""
        return self.dagster_home.absolute() != (self.home / "dagster").absolute()

    def with_options(self, **options: Any) -> Settings:  # noqa: ANN401 - the fields, of whatever type each is
        """Return these settings with the options that are not None."""
        return replace(
            self, **{name: value for name, value in options.items() if value is not None}
        )


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; an empty variable is an unset one.

    Raises:
        Misuse: a repository and a scenario are both named.
    """
    given = {
        name[len(_PREFIX) :]: value
        for name, value in (environment or os.environ).items()
        if name.startswith(_PREFIX) and value
    }
    if "REPO" in given and "SCENARIO" in given:
        raise Misuse(
            "A scenario is a variant of the reference release, not of a repository.",
            "Unset ATOM_RELEASE_REPO or ATOM_RELEASE_SCENARIO.",
        )
    return Settings(
        manifest=Path(given["MANIFEST"]).absolute() if "MANIFEST" in given else None,
        repository=Path(given["REPO"]).absolute() if "REPO" in given else None,
        revision=given.get("REV", "HEAD"),
        out=_location(given.get("OUT", "reports")),
        scenario=given.get("SCENARIO", "green"),
        home=Path(given.get("HOME", ".atom")).absolute(),
        dry_run=given.get("DRY_RUN", "") not in _NO,
        fresh=given.get("FRESH", "") not in _NO,
        key=Path(given["KEY"]).absolute() if "KEY" in given else None,
        inbox=Path(given["INBOX"]).absolute() if "INBOX" in given else None,
        waivers=Path(given["WAIVERS"]).absolute() if "WAIVERS" in given else None,
        tag_key=_tag_key(given.get("TAG_KEY")),
        operator=Path(given["OPERATOR"]).absolute() if "OPERATOR" in given else None,
        state=given.get("STATE"),
        out_url=given.get("OUT_URL"),
    )


def names_reference(environment: Mapping[str, str] | None = None) -> bool:
    """Return whether the environment names a variant of the reference release."""
    return bool((environment or os.environ).get(f"{_PREFIX}SCENARIO"))


def is_github_job() -> bool:
    """Return whether this runs in a job of GitHub's, whose log understands folds and notes."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def github_summary() -> Path | None:
    """Return the file to which a job of GitHub's adds what its page shows, if there is one."""
    place = os.environ.get("GITHUB_STEP_SUMMARY")
    return Path(place) if place else None


def executor_name(environment: Mapping[str, str] | None = None) -> str:
    """Return what `ATOM_RELEASE_EXECUTOR` names: in what Dagster executes the steps of a run."""
    source = os.environ if environment is None else environment
    return source.get(f"{_PREFIX}EXECUTOR") or "in-process"


def notices_from_environment(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return whom to tell of a refused release.

    `ATOM_RELEASE_NOTIFY_WEBHOOK`, `_SMTP` (a server's URL), `_FROM`, `_TO` (with commas between).
    They stand in no settings of a run: Dagster shows those, and these hold secrets.
    """
    source = os.environ if environment is None else environment
    given = {
        name: source.get(f"{_PREFIX}NOTIFY_{name}", "")
        for name in ("WEBHOOK", "SMTP", "FROM", "TO")
    }
    return {
        "webhook": given["WEBHOOK"] or None,
        "mail_server": given["SMTP"] or None,
        "mail_from": given["FROM"],
        "mail_to": tuple(filter(None, map(str.strip, given["TO"].split(",")))),
    }


def _tag_key(key_text: str | None) -> str | None:
    if key_text and not re.fullmatch(r"(ssh|gpg):[^-].*", key_text):
        raise Misuse("The tag key is neither ssh:FILE nor gpg:KEY.", "Mend ATOM_RELEASE_TAG_KEY.")
    return key_text


def _location(out: str) -> str:
    return out if "://" in out else str(Path(out).absolute())


def values_of(
    names: Iterable[str | None], environment: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the values of those environment variables that are set and not empty."""
    source = environment or os.environ
    return {name: source[name] for name in names if name and source.get(name)}


def values_like(names: re.Pattern[str]) -> dict[str, str]:
    """Return the values of all environment variables whose whole name matches."""
    return {name: value for name, value in os.environ.items() if names.fullmatch(name)}


def close_to_writers() -> None:
    """Let nobody else write what this process makes, whatever umask it was started with.

    A stricter one stays.
    """
    os.umask(os.umask(0o077) | 0o022)
