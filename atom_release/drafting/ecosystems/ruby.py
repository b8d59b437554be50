"""Ruby: a Gemfile makes a part; RSpec is its suite where a `spec` folder is."""

from __future__ import annotations

from collections.abc import Iterator

from atom_release.drafting.ecosystems import tests_of
from atom_release.drafting.files import Files, folder_of, is_product, joined
from atom_release.drafting.findings import Part, Place, Runner, Seen


def parts(files: Files) -> Iterator[Part]:
    """Yield every folder with a Gemfile and Ruby of its own."""
    folders = [folder_of(path) for path in files.named("Gemfile") if is_product(path)]
    for folder in folders:
        own = tests_of.within(files.below(folder), folder, folders)
        if not any(path.endswith(".rb") for path in own):
            continue
        gemfile = joined(folder, "Gemfile")
        rails = joined(folder, "bin/rails")
        words: tuple[str, ...] = ("bin/rails", "server", "-p", "{port}")
        start = Seen(words, Place(rails), "Rails's own server")
        yield Part(
            folder,
            folder.rpartition("/")[2],
            "Ruby",
            files.present(folder, ("Gemfile", "Gemfile.lock")),
            files.present_folders(folder, ("app", "lib")) or (folder or ".",),
            tuple(
                tests_of.suites(
                    Runner.RSPEC,
                    [path for path in own if path.endswith("_spec.rb")],
                    folder,
                    Place(gemfile),
                )
            ),
            start if rails in files else None,
        )
