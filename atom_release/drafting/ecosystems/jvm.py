"""Java, Kotlin and Scala: Maven modules and Gradle projects; Spring's and JAX-RS's routes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.drafting.ecosystems import tests_of
from atom_release.drafting.files import Files, folder_of, is_product, joined
from atom_release.drafting.findings import Endpoint, Part, Place, Runner, Seen

_BUILD = ("pom.xml", "build.gradle", "build.gradle.kts")
_TEST_FILE = r"(?:.*/)?src/(?:test|integrationTest)/.*\.(?:java|kt|scala|groovy)"


def parts(files: Files) -> Iterator[Part]:
    """Yield every module that has sources: an aggregating build file alone makes none."""
    builds = [path for path in files.named(*_BUILD) if is_product(path)]
    folders = sorted({folder_of(path) for path in builds})
    tests = files.matching(_TEST_FILE)
    for folder in folders:
        own = tests_of.within(files.below(folder), folder, folders)
        if not any(path.startswith(f"{joined(folder, 'src')}/") for path in own):
            continue
        build = next(path for path in builds if folder_of(path) == folder)
        maven = build.endswith("pom.xml")
        runner = Runner.MAVEN if maven else Runner.GRADLE
        tested = tests_of.within(tests, folder, folders)
        spring = re.search(r"spring-boot", files.text(build))
        words = ("mvn", "spring-boot:run") if maven else ("gradle", "bootRun")
        yield Part(
            folder,
            folder.rpartition("/")[2] or _artifact(files, build),
            "Java",
            (build,),
            (joined(folder, "src/main"),)
            if joined(folder, "src/main") in files.folders
            else (joined(folder, "src"),),
            tuple(tests_of.suites(runner, tested, folder, Place(build))),
            Seen(words, Place(build), "Spring Boot's idiom") if spring else None,
        )


def _artifact(files: Files, build: str) -> str:
    text = re.sub(r"(?s)<(parent|dependencies|build)>.*?</\1>", "", files.text(build))
    match = re.search(r"<artifactId>\s*([\w.-]+)\s*</artifactId>", text)
    return match[1] if match else ""


_SPRING = re.compile(
    r"@(?P<method>Get|Post|Put|Patch|Delete)Mapping(?:\(\s*(?:(?:value|path)\s*=\s*)?"
    r"[{]?\s*\"(?P<path>[^\"]*)\")?"
)
_BASE = re.compile(r"@RequestMapping\(\s*+(?:(?:value|path)\s*+=\s*+)?+[{]?+\s*+\"([^\"]*)\"")


def routes(files: Files, paths: Sequence[str]) -> Iterator[Seen[Endpoint]]:
    """Yield the routes of Spring's mappings, each below its class's own."""
    for path in paths:
        if not path.endswith((".java", ".kt")) or not is_product(path):
            continue
        text = files.text(path)
        base = _BASE.search(text)
        for match in _SPRING.finditer(text):
            shown = "/" + "/".join(
                part.strip("/")
                for part in (base[1] if base else "", match["path"] or "")
                if part.strip("/")
            )
            where = Place(path, text.count("\n", 0, match.start()) + 1)
            yield Seen(Endpoint(match["method"].upper(), shown), where, "the mapping there")
