""".NET: projects by their project files; test projects are the suite of the project beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.drafting.ecosystems import tests_of
from atom_release.drafting.files import Files, folder_of, is_below, is_product
from atom_release.drafting.findings import Endpoint, Part, Place, Runner, Seen, Suite

_PROJECT = r".*\.(?:cs|fs)proj"
_TESTS = re.compile(r"Microsoft\.NET\.Test\.Sdk|xunit|NUnit|MSTest", re.IGNORECASE)


def parts(files: Files) -> Iterator[Part]:
    """Yield every project that is no test project."""
    projects = files.matching(_PROJECT)
    tests = [path for path in projects if _TESTS.search(files.text(path))]
    products = [path for path in projects if path not in tests and is_product(path)]
    for path in products:
        folder = folder_of(path)
        around = folder_of(folder)
        beside = [test for test in tests if is_below(test, around) or len(products) == 1]
        yield Part(
            folder,
            path.rpartition("/")[2].rpartition(".")[0],
            ".NET",
            (path,),
            (folder or ".",),
            tuple(_suite(files, test) for test in beside if around or len(products) == 1),
            Seen(("dotnet", "run", "--project", folder or "."), Place(path), "its project file")
            if re.search(r"Sdk\.Web|<OutputType>\s*Exe", files.text(path))
            else None,
        )


def _suite(files: Files, test: str) -> Seen[Suite]:
    folder = folder_of(test)
    count = len([path for path in files.below(folder) if path.endswith((".cs", ".fs"))])
    across = tests_of.asks_services(f"{folder}/x", "")
    return Seen(Suite(Runner.DOTNET, (folder or ".",), "", count, across=across), Place(test))


_MAP = re.compile(r"\.Map(?P<method>Get|Post|Put|Patch|Delete)\(\s*\"(?P<path>/[^\"]*)\"")


def routes(files: Files, paths: Sequence[str]) -> Iterator[Seen[Endpoint]]:
    """Yield the routes of minimal APIs."""
    for path in paths:
        if not path.endswith(".cs"):
            continue
        text = files.text(path)
        for match in _MAP.finditer(text):
            where = Place(path, text.count("\n", 0, match.start()) + 1)
            yield Seen(Endpoint(match["method"].upper(), match["path"]), where, "the call there")
