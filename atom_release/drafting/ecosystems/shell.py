"""Shell: tests written for bats, with the folder above theirs as the part."""

from __future__ import annotations

from collections.abc import Iterator

from atom_release.drafting.ecosystems import tests_of
from atom_release.drafting.files import Files, folder_of
from atom_release.drafting.findings import Part, Place, Runner


def parts(files: Files) -> Iterator[Part]:
    """Yield the folders that bats tests: the one above their `test` folder, else their own."""
    tests = files.matching(r".*\.bats")
    homes = {path: _home(path) for path in tests}
    for folder in sorted(set(homes.values())):
        own = [path for path in tests if homes[path] == folder]
        scripts = [path for path in files.below(folder) if path.endswith((".sh", ".bash"))]
        source = tuple(sorted({folder_of(path) or "." for path in scripts if path not in own}))
        yield Part(
            folder,
            folder.rpartition("/")[2],
            "Shell",
            (),
            source[:12] or (folder or ".",),
            tuple(tests_of.suites(Runner.BATS, own, folder, Place(own[0]))),
        )


def _home(path: str) -> str:
    folder = folder_of(path)
    return folder_of(folder) if folder.rpartition("/")[2] in {"test", "tests", "spec"} else folder
