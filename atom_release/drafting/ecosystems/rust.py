"""Rust: crates and workspaces; `cargo test`; axum's, actix's and rocket's routes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.drafting.ecosystems import tests_of
from atom_release.drafting.files import Files, folder_of, is_product, joined
from atom_release.drafting.findings import Endpoint, Part, Place, Runner, Seen

_TEST = re.compile(r"#\[(?:\w+::)*test\b|#\[cfg\(test\)\]")


def parts(files: Files) -> Iterator[Part]:
    """Yield every crate: a folder whose Cargo.toml has a package."""
    manifests = [path for path in files.named("Cargo.toml") if is_product(path)]
    crates = {folder_of(path): files.toml(path).get("package") for path in manifests}
    folders = [folder for folder, package in crates.items() if isinstance(package, dict)]
    for folder in folders:
        own = [
            path
            for path in tests_of.within(files.below(folder), folder, folders)
            if path.endswith(".rs")
        ]
        tested = [path for path in own if _TEST.search(files.text(path))]
        package = crates[folder] or {}
        where = Place(joined(folder, "Cargo.toml"))
        words: tuple[str, ...] = ("cargo", "run", "--release")
        start = (
            Seen(words, where, "its src/main.rs")
            if joined(folder, "src/main.rs") in files
            else None
        )
        yield Part(
            folder,
            str(package.get("name", folder.rpartition("/")[2])),
            "Rust",
            files.present(folder, ("Cargo.toml", "Cargo.lock")),
            (joined(folder, "src"),)
            if joined(folder, "src") in files.folders
            else (folder or ".",),
            tuple(tests_of.suites(Runner.CARGO, tested, folder, where)),
            start,
            is_library=start is None,
        )


_ATTRIBUTE = re.compile(r"#\[(?P<method>get|post|put|patch|delete)\(\s*\"(?P<path>/[^\"]*)\"")
_AXUM = re.compile(
    r"\.route\(\s*\"(?P<path>/[^\"]*)\"\s*,\s*(?:\w+::)*(?P<method>get|post|put|patch|delete)\("
)


def routes(files: Files, paths: Sequence[str]) -> Iterator[Seen[Endpoint]]:
    """Yield the routes of attributes and of axum's `route`."""
    for path in paths:
        if not path.endswith(".rs"):
            continue
        text = files.text(path)
        for expression in (_ATTRIBUTE, _AXUM):
            for match in expression.finditer(text):
                where = Place(path, text.count("\n", 0, match.start()) + 1)
                yield Seen(
                    Endpoint(match["method"].upper(), match["path"]),
                    where,
                    "the declaration there, without outer prefixes",
                )
