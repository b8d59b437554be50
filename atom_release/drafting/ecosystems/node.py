"""JavaScript and TypeScript: package.json and its scripts, test runners by their configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from atom_release.drafting import words
from atom_release.drafting.ecosystems import tests_of
from atom_release.drafting.ecosystems.node_scripts import Call, read_call
from atom_release.drafting.files import Files, folder_of, is_below, is_product, joined
from atom_release.drafting.findings import Part, Place, Runner, Seen, Suite
from atom_release.source.globs import matcher

_LOCKS = (
    *("npm-shrinkwrap.json", "package-lock.json"),
    *("pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"),
)
_TEST_FILE = (
    r"(?:.*/)?(?:[^/]*[.-](?:test|spec|cy|e2e)\.[cm]?[jt]sx?"
    r"|(?:__tests__|tests?)/(?:.*/)?[^/]*\.[cm]?[jt]sx?)"
)
_NOT_A_TEST = re.compile(
    r"(?:setup|teardown|config|jest\.|helper|util|mock|fixture|support|render)", re.IGNORECASE
)
_NAMED = re.compile(r"[.-](?:test|spec|cy|e2e)\.[cm]?[jt]sx?$")
_RUNNERS = (
    (Runner.PLAYWRIGHT, r"playwright test"),
    (Runner.CYPRESS, r"cypress run"),
    (Runner.VITEST, r"\bvitest\b"),
    (Runner.JEST, r"\bjest\b|react-scripts test|nx test"),
    (Runner.MOCHA, r"\bmocha\b|\bnyc\b"),
    (Runner.NODE, r"node (?:\S+ )*--test\b|tsx (?:\S+ )*--test\b"),
)
_CONFIGURED = (
    (Runner.VITEST, ("vitest.config.ts", "vitest.config.js", "vitest.config.mts")),
    (Runner.JEST, ("jest.config.js", "jest.config.ts", "jest.config.cjs", "jest.config.mjs")),
    (Runner.MOCHA, (".mocharc.json", ".mocharc.js", ".mocharc.yml", ".mocharc.cjs")),
    (Runner.PLAYWRIGHT, ("playwright.config.ts", "playwright.config.js")),
    (Runner.CYPRESS, ("cypress.config.ts", "cypress.config.js", "cypress.json")),
)
_MODULES = ((Runner.VITEST, "vitest"), (Runner.JEST, "jest"), (Runner.MOCHA, "mocha"))
_DRIVES = re.compile(r"[\"']@playwright/test[\"']|\bcy\.(?:visit|get)\(")
_OF_BROWSERS = re.compile(r"\b(?:playwright|cypress)\b")
_BROWSERS = {Runner.PLAYWRIGHT, Runner.CYPRESS}
_MOST_NAMED = 200
_ASKS_PORT = re.compile(r"\benv(?:\.|\[[\"'])(?:\w+_)?PORT\b")
_NAMES_PORT = re.compile(r"(?:\.listen\(\s*|\bport\s*[:=]\s*)(\d{4,5})\b", re.IGNORECASE)
_NO_TESTS = re.compile(r"no test specified|exit 1")


def parts(files: Files) -> Iterator[Part]:
    """Yield every folder with a package.json that is no test's or example's own."""
    folders = [folder_of(path) for path in files.named("package.json") if is_product(path)]
    tests = files.matching(_TEST_FILE)
    members = _members(files)
    for folder in folders:
        package = files.json(joined(folder, "package.json"))
        if _is_root_of(folder, members, files, folders):
            continue
        own = [
            path
            for path in tests_of.within(tests, folder, folders)
            if _NAMED.search(path) or not _NOT_A_TEST.search(path.rpartition("/")[2])
        ]
        own = [path for path in own if _NAMED.search(path)] or own
        name = package.get("name")
        yield Part(
            folder,
            name if isinstance(name, str) else folder.rpartition("/")[2],
            "TypeScript" if joined(folder, "tsconfig.json") in files else "JavaScript",
            files.present(folder, ("package.json", *_LOCKS)),
            _source(files, folder, folders),
            tuple(_suites(files, folder, own, _scripts(package), package)),
            _start(files, folder, package),
            is_library="exports" in package and "start" not in _scripts(package),
            port=_fixed_port(files, tests_of.within(files.below(folder), folder, folders))
            or _fixed_port(files, files.paths),
        )


def _fixed_port(files: Files, own: Sequence[str]) -> Seen[int] | None:
    """Return the one port that code names, where it asks no variable for it."""
    code = [path for path in own if re.search(r"\.[cm]?[jt]s$", path) and is_product(path)]
    texts = {path: files.text(path) for path in code[:_MOST_NAMED]}
    if any(_ASKS_PORT.search(text) for text in texts.values()):
        return None
    named = {
        int(match[1]): Place(path, text.count("\n", 0, match.start()) + 1)
        for path, text in texts.items()
        for match in _NAMES_PORT.finditer(text)
    }
    if len(named) != 1:
        return None
    port, where = next(iter(named.items()))
    return Seen(port, where, "the number stands in its code")


def _members(files: Files) -> list[str]:
    """Return the patterns of the workspaces that npm, yarn, bun and pnpm know."""
    stated = files.json("package.json").get("workspaces")
    if isinstance(stated, Mapping):
        stated = stated.get("packages")
    patterns = [str(pattern) for pattern in stated] if isinstance(stated, list) else []
    for document in files.yaml("pnpm-workspace.yaml"):
        packages = document.get("packages")
        patterns += [str(pattern) for pattern in packages] if isinstance(packages, list) else []
    return [pattern.replace("\\", "/") for pattern in patterns]


def _is_root_of(folder: str, members: Sequence[str], files: Files, folders: Sequence[str]) -> bool:
    """Return whether the folder only holds a workspace together, with no code of its own."""
    own = [
        path
        for path in tests_of.within(files.below(folder), folder, folders)
        if path.endswith((".js", ".ts", ".tsx", ".mjs")) and is_product(path)
    ]
    return folder == "" and bool(members) and not any(path.startswith("src/") for path in own)


def _scripts(package: Mapping[str, Any]) -> Mapping[str, str]:
    scripts = package.get("scripts")
    return (
        {str(name): line for name, line in scripts.items() if isinstance(line, str)}
        if isinstance(scripts, Mapping)
        else {}
    )


def _source(files: Files, folder: str, folders: Sequence[str]) -> tuple[str, ...]:
    own = tests_of.within(files.below(folder), folder, folders)
    for name in ("src", "lib", "app", "server"):
        place = joined(folder, name)
        if any(path.startswith(f"{place}/") for path in own):
            return (place,)
    return (folder or ".",)


def _suites(
    files: Files,
    folder: str,
    tests: Sequence[str],
    scripts: Mapping[str, str],
    package: Mapping[str, Any],
) -> Iterator[Seen[Suite]]:
    if not tests:
        return
    driven = [path for path in tests if _DRIVES.search(files.text(path))]
    if driven and len(driven) < len(
        tests
    ):  # two runners: each has the tests that are written for it
        own = {name: line for name, line in scripts.items() if not _OF_BROWSERS.search(line)}
        rest = [path for path in tests if path not in driven]
        yield from _suites(files, folder, rest, own, package)
        yield from _suites(files, folder, driven, scripts, package)
        return
    manifest = joined(folder, "package.json")
    runner, where, guess = _runner(files, folder, scripts, package)
    call = _call(runner, scripts) if runner.by_node else Call()
    named = _named_paths(files, folder, call.paths)
    for seen in tests_of.suites(runner, tests, folder, where, guess):
        suite = seen.value
        across = suite.across or runner in _BROWSERS
        if across and any(is_below(path, place) for place in named for path in suite.paths):
            continue
        yield Seen(
            replace(
                suite,
                directory=folder,
                across=across,
                paths=named if named and not across else suite.paths,
                arguments=call.arguments,
                variables=tuple(call.variables.items()),
                lock=_lock(files, folder),
            ),
            seen.where if seen.where.path else Place(manifest),
            seen.guess,
        )


def _call(runner: Runner, scripts: Mapping[str, str]) -> Call:
    """Return how the package's own scripts call the runner, the one named `test` first."""
    names = sorted((name for name in scripts if re.match(r"test\b", name)), key=len)
    calls = (read_call(scripts[name], runner) for name in names)
    return next((call for call in calls if call is not None), Call())


def _named_paths(files: Files, folder: str, stated: Sequence[str]) -> tuple[str, ...]:
    """Return the paths that a script gives its runner, patterns as the files that they match."""
    named: dict[str, None] = {}
    for word in stated:
        place = joined(folder, word.removeprefix("./").rstrip("/"))
        matches = matcher(place) if "*" in word else None
        if matches is not None:
            chosen = [path for path in files.below(folder) if matches(path)]
            named |= dict.fromkeys(chosen)
        elif place in files or place in files.folders:
            named[place] = None
    return tuple(named) if len(named) <= _MOST_NAMED else ()


def _lock(files: Files, folder: str) -> str:
    """Return the nearest lock outwards, as a workspace keeps one for all its members."""
    place = folder
    while True:
        for name in _LOCKS:
            if joined(place, name) in files:
                return joined(place, name)
        if not place:
            return ""
        place = place.rpartition("/")[0]


def _runner(
    files: Files, folder: str, scripts: Mapping[str, str], package: Mapping[str, Any]
) -> tuple[Runner, Place, str]:
    manifest = joined(folder, "package.json")
    stated = _by_script(files, manifest, scripts) or _by_configuration(files, folder)
    if stated is not None:
        return *stated, ""
    for runner, module in _MODULES:
        for field in ("devDependencies", "dependencies"):
            if isinstance(package.get(field), Mapping) and module in package[field]:
                where = files.place(manifest, rf"[\"']{module}[\"']\s*:")
                return runner, where, f"{module} is among its dependencies"
    line = scripts.get("test", "")
    if line and not _NO_TESTS.search(line):
        where = files.place(manifest, r"[\"']test[\"']\s*:")
        return Runner.NPM_SCRIPT, where, "package.json has a script of that name"
    return Runner.NODE, Place(manifest), "test files are there, and nothing says what runs them"


def _by_script(
    files: Files, manifest: str, scripts: Mapping[str, str]
) -> tuple[Runner, Place] | None:
    lines = {name: line for name, line in scripts.items() if re.match(r"test\b", name)}
    for runner, expression in _RUNNERS:
        for name, line in lines.items():
            if re.search(expression, line):
                return runner, files.place(manifest, rf"[\"']{re.escape(name)}[\"']\s*:")
    return None


def _by_configuration(files: Files, folder: str) -> tuple[Runner, Place] | None:
    for runner, names in _CONFIGURED:
        for name in names:
            if joined(folder, name) in files:
                return runner, Place(joined(folder, name))
    return None


def _start(files: Files, folder: str, package: Mapping[str, Any]) -> Seen[tuple[str, ...]] | None:
    line = _scripts(package).get("start", "")
    manifest = joined(folder, "package.json")
    if not line:
        return None
    where = files.place(manifest, r"[\"']start[\"']\s*:")
    tool = (
        "pnpm" if joined(folder, "pnpm-lock.yaml") in files or "pnpm-lock.yaml" in files else "npm"
    )
    plain = words.split(line)
    if plain and plain[0] == "node":
        return Seen(plain, where)
    return Seen((tool, "start"), where, "package.json's start script") if plain or line else None
