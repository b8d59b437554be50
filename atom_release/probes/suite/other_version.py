"""Files that the tests load beside the judged code and that are another version of it.

A good copy of wrong code can lie elsewhere in the commit, and a setting of the runner, a path, or
the test's own import can lead there: the tests pass, and those that use some other part of the
judged code keep the control alive. A version is told by its lines, whatever it is called and
wherever it lies. One that is the same as the judged file shows the same.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from atom_release.source.objects import MissingBlob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from atom_release.probes.suite.run import Run
    from atom_release.source.commit import JudgedTree

_SHARE = 0.5
"""What part of a judged file's lines another version of it has at least."""

_LEAST = 3  # lines that say something, and that both have
_SAYS = re.compile(r"\w\W+\w")
_SAYS_NOTHING = re.compile(
    r"""import\b|from\b.*\bimport\b|export\s*[{*]|["']use \w+["']|//|\#|/?\*|const\b.*\brequire\("""
)


def find_other_versions(
    tree: JudgedTree, judged: Iterable[str], loaded: Iterable[str]
) -> tuple[str, ...]:
    """Return which loaded files of the commit are another version of which judged ones, in words.

    Args:
        tree: the commit.
        judged: the files of which the control took bodies out.
        loaded: paths of files that a run of the tests loaded.
    """
    own = {path: lines for path in judged if len(lines := {*_lines(tree, path)}) >= _LEAST}
    of_line: dict[str, list[str]] = defaultdict(list)
    for path, lines in own.items():
        for line in lines:
            of_line[line].append(path)
    versions = []
    for path in sorted({*loaded} - {*judged}):
        if path not in tree.entries or not tree.entries[path].is_file:
            continue
        shared = Counter(of for line in {*_lines(tree, path)} for of in of_line.get(line, ()))
        akin = [of for of, count in shared.items() if count >= max(_LEAST, _SHARE * len(own[of]))]
        if akin and tree.entries[path].oid not in {tree.entries[of].oid for of in akin}:
            nearest = max(akin, key=lambda of: (shared[of], of))
            versions.append(f"{path}, another version of {nearest}")
    return tuple(versions)


def loaded_in_copy(runs: Iterable[Run]) -> Iterator[str]:
    """Yield the files of their copies that Python's modules came from in these runs."""
    for run in runs:
        modules: dict[str, Any] = run.witness.get("modules", {})
        for file in modules.values():
            if isinstance(file, str) and run.copy and file.startswith(f"{run.copy}/"):
                yield file.removeprefix(f"{run.copy}/")


def _lines(tree: JudgedTree, path: str) -> Iterator[str]:
    """Yield the lines of a file that say something: no import, no comment, no lone bracket."""
    try:
        text = tree.read(path).decode("utf-8", "replace") if path in tree.entries else ""
    except MissingBlob:
        return
    for line in text.splitlines():
        plain = " ".join(line.split())
        if _SAYS.search(plain) and not _SAYS_NOTHING.match(plain):
            yield plain
