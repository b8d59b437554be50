"""Go: modules, commands below `cmd`, tests beside the code; net/http, gin, chi, echo, fiber."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.drafting.ecosystems import tests_of
from atom_release.drafting.files import Files, folder_of, is_product, joined
from atom_release.drafting.findings import Endpoint, Part, Place, Runner, Seen

_MAIN = re.compile(r"^package main\b", re.MULTILINE)


def parts(files: Files) -> Iterator[Part]:
    """Yield every module: a folder with a go.mod that is no tool's or test's own."""
    folders = [folder_of(path) for path in files.named("go.mod") if is_product(path)]
    tests = files.matching(r".*_test\.go")
    for folder in folders:
        own = tests_of.within(files.below(folder), folder, folders)
        sources = [path for path in own if path.endswith(".go") and is_product(path)]
        if not sources:
            continue
        manifest = joined(folder, "go.mod")
        module = re.search(r"^module\s+(\S+)", files.text(manifest), re.MULTILINE)
        where = Place(manifest)
        suites = tests_of.suites(Runner.GO, tests_of.within(tests, folder, folders), folder, where)
        yield Part(
            folder,
            module[1].rpartition("/")[2] if module else folder.rpartition("/")[2],
            "Go",
            files.present(folder, ("go.mod", "go.sum")),
            (folder or ".",),
            tuple(suites),
            _start(files, folder, sources),
        )


def _start(files: Files, folder: str, sources: Sequence[str]) -> Seen[tuple[str, ...]] | None:
    """Return how `go run` starts the module's one command."""
    mains = sorted({folder_of(path) for path in sources if _MAIN.search(files.text(path))})
    commands = [main for main in mains if "cmd" in main.split("/")] or mains
    if not commands:
        return None
    chosen = folder if folder in commands else commands[0]
    package = f"./{chosen[len(folder) :].strip('/')}".rstrip("/")
    guess = "its package main" if len(commands) == 1 else f"the first of {len(commands)} commands"
    first = next(path for path in sources if folder_of(path) == chosen)
    return Seen(("go", "run", package), Place(first), guess)


_ROUTE = re.compile(
    r"\b(?P<router>\w+)\.(?P<method>GET|POST|PUT|PATCH|DELETE|Get|Post|Put|Patch|Delete)\("
    r"\s*(?:\w+\s*\+\s*)?\"(?P<path>/[^\"]*)\"\s*,"
)
_HANDLED = re.compile(
    r"\.(?:HandleFunc|Handle)\(\s*(?:\w+\s*\+\s*)?\"(?:(?P<method>[A-Z]+)\s+)?(?P<path>/[^\"]*)\""
    r"(?P<rest>[^\n]*)"
)
_METHOD = re.compile(r"Method(?:s\(|)(Get|Post|Put|Patch|Delete)?|\"(GET|POST|PUT|PATCH|DELETE)\"")


def routes(files: Files, paths: Sequence[str]) -> Iterator[Seen[Endpoint]]:
    """Yield the routes of net/http's mux, gorilla's, and of routers with a method's name."""
    for path in paths:
        if not path.endswith(".go") or not is_product(path):
            continue
        text = files.text(path)
        for match in _ROUTE.finditer(text):
            yield _seen(path, text, match, match["method"].upper())
        for match in _HANDLED.finditer(text):
            named = {
                (first or second).upper()
                for first, second in _METHOD.findall(match["rest"])
                if first or second
            }
            for method in [match["method"]] if match["method"] else sorted(named) or ["GET"]:
                yield _seen(path, text, match, method)


def _seen(path: str, text: str, match: re.Match[str], method: str) -> Seen[Endpoint]:
    where = Place(path, text.count("\n", 0, match.start()) + 1)
    return Seen(Endpoint(method, match["path"]), where, "the call there, without outer prefixes")
