"""Routes that decorators of classes declare: NestJS, routing-controllers, tsoa."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.drafting.files import Files, is_product
from atom_release.drafting.findings import Endpoint, Place, Seen

_CONTROLLER = re.compile(
    r"@(?:Rest|Json)?Controller\(\s*(?:\{[^}]*?path\s*:\s*)?(?:[\"'`](?P<path>[^\"'`]*)[\"'`])?"
    r"|@Route\(\s*[\"'`](?P<route>[^\"'`]*)[\"'`]"
)
_METHOD = re.compile(
    r"^[ \t]*+@(?:Http)?(?P<method>Get|Post|Put|Patch|Delete)\(\s*+"
    r"(?:[\"'`](?P<path>[^\"'`]*)[\"'`])?+\s*+\)",
    re.MULTILINE,
)


_GLOBAL = re.compile(
    r"\.\s*+setGlobalPrefix\(\s*+(?:process\.env\.\w++\s*+(?:\|\||\?\?)\s*+)?"
    r"[\"'`](?P<path>[\w./-]{0,100})[\"'`](?P<rest>[^()]{0,500})"
)
_EXCLUDED = re.compile(r"[\"'`]/?([\w./:-]{1,100})[\"'`]")
_BY_PATH = re.compile(r"\.\s*+enableVersioning\((?P<rest>[^()]{0,500})\)")
_DEFAULT = re.compile(r"\bdefaultVersion\s*+:\s*+[\"'`](?P<version>[\w.-]{1,20})[\"'`]")
_OTHER_TYPE = re.compile(r"VersioningType\.(?!URI\b)")
_VERSION = re.compile(r"@Version\(\s*+[\"'`](?P<version>[\w.-]{1,20})[\"'`]\s*+\)\s*+")
_OF_ALL = re.compile(
    r"@Controller\(\s*+\{[^{}]{0,300}?\bversion\s*+:\s*+[\"'`](?P<version>[\w.-]{1,20})[\"'`]"
)
_NEAR = 200  # characters before a method's decorator, as far as its other decorators go


class Outer:
    """Knows what an application of Nest puts before the paths of all its controllers."""

    def __init__(self, files: Files, paths: Sequence[str]) -> None:
        """Read the one place that sets a prefix, and whether versions stand in paths."""
        self.prefix, self.default, self.versioned = "", "", False
        self._excluded: set[str] = set()
        for path in paths:
            text = files.text(path) if path.endswith((".ts", ".js")) and is_product(path) else ""
            if stated := _GLOBAL.search(text):
                self.prefix = stated["path"].strip("/")
                self._excluded = set(_EXCLUDED.findall(stated["rest"]))
            if (versions := _BY_PATH.search(text)) and not _OTHER_TYPE.search(versions["rest"]):
                self.versioned = True
                default = _DEFAULT.search(versions["rest"])
                self.default = default["version"] if default else ""

    def before(self, path: str, version: str) -> str:
        """Return what stands before a controller's path, whose version may be stated there."""
        version = version or self.default
        prefix = "" if path.strip("/") in self._excluded else self.prefix
        return "/".join(filter(None, (prefix, f"v{version}" if self.versioned and version else "")))


def declared(path: str, text: str, outer: Outer) -> Iterator[Seen[Endpoint]]:
    """Yield the routes of a file of controllers, each below its controller's path."""
    controllers = list(_CONTROLLER.finditer(text))
    for match in _METHOD.finditer(text) if controllers else ():
        above = [controller for controller in controllers if controller.start() < match.start()]
        if not above:
            continue
        base = above[-1]["path"] or above[-1]["route"] or ""
        own = "/".join(part.strip("/") for part in (base, match["path"] or "") if part.strip("/"))
        version = _version(text, above[-1], match)
        before = outer.before(own, version) if "@nestjs/" in text else ""
        yield Seen(
            Endpoint(match["method"].upper(), f"/{'/'.join(filter(None, (before, own)))}"),
            Place(path, text.count("\n", 0, match.start("method")) + 1),
            f"the decorators there, with{'' if before else 'out'} outer prefixes",
        )


def _version(text: str, controller: re.Match[str], method: re.Match[str]) -> str:
    """Return the version that a method's decorators state, or else its controller's."""
    above = re.split(r"[;}]", text[max(0, method.start() - _NEAR) : method.start()])[-1]
    stated = (
        _VERSION.search(above)
        or _VERSION.match(text[method.end() : method.end() + _NEAR].lstrip())
        or _OF_ALL.match(text, controller.start())
    )
    return stated["version"] if stated else ""
