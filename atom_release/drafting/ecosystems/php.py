"""PHP: a composer.json makes a part; PHPUnit is its suite where its configuration is."""

from __future__ import annotations

from collections.abc import Iterator

from atom_release.drafting.ecosystems import tests_of
from atom_release.drafting.files import Files, folder_of, is_product, joined
from atom_release.drafting.findings import Part, Place, Runner, Seen


def parts(files: Files) -> Iterator[Part]:
    """Yield every folder with a composer.json and PHP of its own."""
    folders = [folder_of(path) for path in files.named("composer.json") if is_product(path)]
    for folder in folders:
        own = tests_of.within(files.below(folder), folder, folders)
        if not any(path.endswith(".php") for path in own):
            continue
        composer = joined(folder, "composer.json")
        configured, *_ = (*files.present(folder, ("phpunit.xml", "phpunit.xml.dist")), composer)
        name = files.json(composer).get("name")
        artisan = joined(folder, "artisan")
        yield Part(
            folder,
            str(name or folder).rpartition("/")[2],
            "PHP",
            files.present(folder, ("composer.json", "composer.lock")),
            files.present_folders(folder, ("src", "app")) or (folder or ".",),
            tuple(
                tests_of.suites(
                    Runner.PHPUNIT,
                    [path for path in own if path.endswith("Test.php")],
                    folder,
                    Place(configured),
                )
            ),
            Seen(("php", "artisan", "serve", "--port", "{port}"), Place(artisan), "Laravel's own")
            if artisan in files
            else None,
        )
