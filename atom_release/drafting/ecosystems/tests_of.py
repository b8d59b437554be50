"""Which paths a suite has: the test files of a part, gathered into the folders that hold them.

Tests that ask running services (integration, end to end) are a suite of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from atom_release.drafting.files import folder_of, is_below
from atom_release.drafting.findings import Place, Runner, Seen, Suite

_ACROSS = {
    "e2e",
    "integration",
    "integration-test",
    "integration-tests",
    "integration_test",
    "integration_tests",
    "end-to-end",
    "end_to_end",
    "smoke",
    "acceptance",
    "functional",
}
_FOLDERS = {"tests", "test", "__tests__", "spec", "specs"}
_MOST_PATHS = 12
_MOST_OF_DJANGO = 80  # each application has its own, and code lies in every folder around them
_BY_PACKAGE = {Runner.GO, Runner.CARGO, Runner.MAVEN, Runner.GRADLE}


def suites(  # noqa: PLR0913 - what is told of a suite
    runner: Runner,
    files: Iterable[str],
    folder: str,
    where: Place,
    guess: str = "",
    *,
    within_process: Collection[str] = (),
) -> Iterator[Seen[Suite]]:
    """Yield the suite of these test files, and that of those among them that ask services.

    Those `within_process` ask the application where they run, whatever their folder is called.
    """
    every = sorted(files)
    for across in (False, True):
        chosen = [
            path
            for path in every
            if (asks_services(path, folder) and path not in within_process) is across
        ]
        if chosen:
            others = [path for path in every if path not in chosen]
            whole = runner in _BY_PACKAGE and not across
            most = _MOST_OF_DJANGO if runner is Runner.DJANGO else _MOST_PATHS
            paths = (folder or ".",) if whole else _gathered(chosen, others, folder, most)
            yield Seen(Suite(runner, paths, folder, len(chosen), across=across), where, guess)


def asks_services(path: str, folder: str) -> bool:
    """Return whether a test file lies in a folder of tests across services, within its part."""
    within = path[len(folder) :].strip("/") if folder else path
    parts = within.lower().split("/")[:-1]
    return bool(_ACROSS.intersection(parts)) or folder.lower().split("/")[-1] in _ACROSS


def _gathered(chosen: list[str], others: list[str], folder: str, most: int) -> tuple[str, ...]:
    """Return the fewest folders that hold these files and none of the others."""
    groups = {_home(path, folder) for path in chosen}
    while any(is_below(other, group) for other in others for group in groups):
        groups = {
            finer
            for group in groups
            for finer in (
                {_below(path, group) for path in chosen if is_below(path, group)}
                if any(is_below(other, group) for other in others)
                else {group}
            )
        }
    if len(groups) > most and not others:
        return (folder or ".",)
    kept = sorted(
        group
        for group in groups
        if not any(group != above and is_below(group, above) for above in groups)
    )
    return tuple(group or "." for group in kept)


def _home(path: str, folder: str) -> str:
    """Return the outermost folder of tests around a file within its part, else the file itself."""
    parts = path.split("/")
    start = len(folder.split("/")) if folder else 0
    for index in range(start, len(parts) - 1):
        if parts[index].lower() in _FOLDERS | _ACROSS:
            return "/".join(parts[: index + 1])
    return path


def _below(path: str, group: str) -> str:
    """Return the child of a folder on the way to a file."""
    depth = len(group.split("/")) if group else 0
    return "/".join(path.split("/")[: depth + 1])


def within(paths: Iterable[str], folder: str, deeper: Iterable[str]) -> list[str]:
    """Return the paths of a folder's own part: below it, and below no part inside it."""
    inner = [other for other in deeper if other != folder and is_below(other, folder)]
    return [
        path
        for path in paths
        if is_below(path, folder) and not any(is_below(path, other) for other in inner)
    ]


def nearest(path: str, folders: Iterable[str]) -> str | None:
    """Return the innermost of these folders around a file."""
    around = [folder for folder in folders if is_below(folder_of(path), folder)]
    return max(around, key=len, default=None)
