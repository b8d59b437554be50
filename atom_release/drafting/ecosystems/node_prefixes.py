"""What other files put before the routes of a JavaScript file, and what its own router does.

Read from the text: `app.use('/users', users)`, `router.use('/v1', auth, require('./v1'))`,
`app.register(items, {prefix: '/items'})`, `new Router({prefix: '/carts'})`, lists of `path` and
`route` that a loop mounts, folders that a plugin loads. A prefix that a constant holds is looked up
by its name; what cannot be read adds nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from atom_release.drafting.ecosystems.node_imports import Imports
from atom_release.drafting.files import Files, folder_of, is_below, is_product, joined

_LONGEST = 1500  # characters of a call's arguments that are looked at
_MOST = 400  # calls of a kind in one file that are read
_DEPTH = 6
_STATED = r"(?:[\"'`](?P<text>[^\"'`\n]{0,200})[\"'`]|(?P<name>[A-Za-z_$][\w$.]{0,100}))"
_MOUNT = re.compile(
    r"(?:(?<![\w$])(?P<receiver>[\w$]++)|\))\s*+\.\s*+(?:use|register|mount)(?:<[^<>\n]{0,80}>)?\("
)
_FIRST = re.compile(rf"\s*+{_STATED}\s*+,")
_OPTION = re.compile(rf"\bprefix\s*+:\s*+{_STATED}")
_ROUTER = re.compile(
    r"(?<![\w$])(?P<name>[\w$]++)\s*+(?::\s*+[\w.$<>, ]{1,80}?)?\s*+=\s*+(?:new\s++)?"
    r"(?:[\w$]++\s*+\.\s*+)?(?<![a-z])\w*?[Rr]outer(?:<[^\n(]{0,80}>)?\((?P<rest>[^()]{0,300})"
)
_SET = re.compile(rf"(?<![\w$])(?P<router>[\w$]++)\s*+\.\s*+prefix\(\s*+{_STATED}")
_LISTED = re.compile(
    r"\bpath\s*+:\s*+[\"'`](?P<text>[^\"'`\n]{0,200})[\"'`]\s*+,\s*+\w++\s*+:\s*+(?P<name>[\w$]++)"
)
_LOOPED = re.compile(r"(?<![\w$])(?P<receiver>[\w$]++)\s*+\.\s*+use\(\s*+[\w$]++\.path\s*+,")
_HANDED = re.compile(
    r"(?<![\w$.])(?P<name>[\w$]++)\(\s*+(?P<receiver>\w*?(?:app|api|server|fastify|[Rr]oute)\w*)\b"
)
_NAME = re.compile(r"(?<![\w$.\"'/])(?P<name>[A-Za-z_$][\w$]*+)")
_INLINE = re.compile(r"\b(?:require|import)\(\s*+[\"'`](?P<module>\.[^\"'`\n]{1,300})[\"'`]\s*+\)")
_CONSTANT = re.compile(
    r"(?<![\w$.])(?P<name>[A-Za-z_$][\w$]*+)\s*+[:=]\s*+(?:process\.env\.\w++\s*+(?:\|\||\?\?)\s*+)?"
    r"[\"'`](?P<text>/[\w./-]{1,100})[\"'`]"
)
_FIELD = re.compile(r"\$\{\s*+(?:[\w$]++\.)*+(?P<name>[\w$]++)\s*+\}")
_LOADED = re.compile(r"\bdir\s*+:\s*+(?:[\w$.]++\()?[^()\n]{0,100}?[\"'`](?P<dir>[\w./-]{1,100})")
_IS_CODE = re.compile(r"\.[cm]?[jt]sx?$")


@dataclass
class _File:
    """What one file puts before the routes of its own routers, and of other files."""

    own: dict[str, str] = field(default_factory=dict)
    within: dict[str, tuple[str, str]] = field(default_factory=dict)

    def of(self, router: str, depth: int = _DEPTH) -> str:
        """Return what the file puts before the routes of one of its routers."""
        outer, prefix = self.within.get(router, ("", ""))
        around = self.of(outer, depth - 1) if outer and outer != router and depth else ""
        return f"{around}{prefix}{self.own.get(router, '')}"


class Prefixes:
    """Knows what stands before the routes of some files."""

    def __init__(self, files: Files, paths: Sequence[str]) -> None:
        """Read every file's calls that mount others."""
        code = [path for path in paths if _IS_CODE.search(path) and is_product(path)]
        self._files, self._imports = files, Imports(files, code)
        self._constants = _constants(files, code)
        self._read: dict[str, _File] = {path: _File() for path in code}
        self._around: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for path in code:
            self._read_routers(path)
        for path in code:
            self._read_mounts(path)
        self._loaded = [folder for path in code for folder in _loaded(files, path)]

    def before(self, path: str, router: str) -> str:
        """Return what stands before a route of a router in a file; empty where nothing does."""
        return f"{self._outer(path, _DEPTH)}{self._read[path].of(router)}"

    def _outer(self, path: str, depth: int) -> str:
        for parent, receiver, prefix in self._around.get(path, ()) if depth else ():
            return f"{self._outer(parent, depth - 1)}{self._read[parent].of(receiver)}{prefix}"
        folders = [folder for folder in self._loaded if is_below(path, folder)]
        below = folder_of(path)[len(max(folders, key=len)) :] if folders else ""
        return _slashed(below)

    def _read_routers(self, path: str) -> None:
        text, read = self._files.text(path), self._read[path]
        for match in _ROUTER.finditer(text):
            stated = _OPTION.search(match["rest"])
            read.own[match["name"]] = self._stated(stated) if stated else ""
        for match in _SET.finditer(text):
            read.own[match["router"]] = self._stated(match)

    def _read_mounts(self, path: str) -> None:
        text, receiver = self._files.text(path), ""
        for match in islice(_MOUNT.finditer(text), _MOST):
            receiver = match["receiver"] or receiver
            arguments = _arguments(text, match.end())
            first, option = _FIRST.match(arguments), _OPTION.search(arguments)
            stated = option or (first if first and self._is_path(first) else None)
            prefix = self._stated(stated) if stated else ""
            rest = arguments[first.end() :] if first and stated is first else arguments
            for name in dict.fromkeys(match["name"] for match in _NAME.finditer(rest)):
                self._mount(path, receiver, name, prefix)
            for inline in _INLINE.finditer(rest):
                self._mount_file(
                    path, receiver, self._imports.file_of(path, inline["module"]), prefix
                )
        looped = _LOOPED.search(text)
        for match in islice(_LISTED.finditer(text), _MOST) if looped else ():
            self._mount(
                path, looped["receiver"] if looped else "", match["name"], self._stated(match)
            )
        for match in islice(_HANDED.finditer(text), _MOST):
            self._mount(path, match["receiver"], match["name"], "")

    def _mount(self, path: str, receiver: str, name: str, prefix: str) -> None:
        if name in self._read[path].own and name != receiver:
            self._read[path].within.setdefault(name, (receiver, prefix))
        else:
            self._mount_file(path, receiver, self._imports.meant(path, name), prefix)

    def _mount_file(self, path: str, receiver: str, inner: str, prefix: str) -> None:
        if inner and inner != path and inner in self._read:
            self._around[inner].append((path, receiver, prefix))

    def _is_path(self, stated: re.Match[str]) -> bool:
        """Return whether a call's first argument is a path, and not what is mounted itself."""
        name = (stated["name"] or "").rpartition(".")[2]
        return stated["text"] is not None or name in self._constants

    def _stated(self, stated: re.Match[str]) -> str:
        """Return a prefix as it stands, or what the constants in it hold."""
        if stated["text"] is None:
            return self._constants.get(stated["name"].rpartition(".")[2], "").rstrip("/")
        filled = _FIELD.sub(
            lambda match: self._constants.get(match["name"], "").strip("/"), stated["text"]
        )
        return "" if "*" in filled else _slashed(filled)


def under(prefix: str, path: str) -> str:
    """Return a route's path behind what stands before it."""
    return f"{prefix}{path}".rstrip("/") or "/"


def _slashed(prefix: str) -> str:
    return f"/{'/'.join(filter(None, prefix.split('/')))}".rstrip("/")


def _arguments(text: str, start: int) -> str:
    """Return the arguments of a call whose bracket ends before an offset, as far as they go."""
    depth = 1
    for end in range(start, min(len(text), start + _LONGEST)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if not depth:
            return text[start:end]
    return ""


def _constants(files: Files, code: Sequence[str]) -> Mapping[str, str]:
    """Return the paths that code has under a name, where it has one alone under it."""
    held: dict[str, set[str]] = defaultdict(set)
    for path in code:
        for match in _CONSTANT.finditer(files.text(path)):
            held[match["name"]].add(match["text"])
    return {name: next(iter(texts)) for name, texts in held.items() if len(texts) == 1}


def _loaded(files: Files, path: str) -> Iterator[str]:
    """Yield the folders of routes that a plug-in of Fastify loads, each below its own path."""
    text = files.text(path)
    if "autoload" not in text.lower():
        return
    for match in _LOADED.finditer(text):
        folder = joined(folder_of(path), match["dir"].lstrip("/"))
        if folder in files.folders:
            yield folder
