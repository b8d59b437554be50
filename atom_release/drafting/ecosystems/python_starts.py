"""How a Python project is started where nothing deploys it: by the idiom of its framework."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atom_release.drafting.ecosystems import tests_of
from atom_release.drafting.files import is_product, joined
from atom_release.drafting.findings import Place, Seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.drafting.files import Files

_DJANGO = re.compile(r"\bdjango\b|DJANGO_SETTINGS_MODULE")
_KINDS = r"(FastAPI|Starlette|Flask|Litestar|Quart)\("
_OBJECT = re.compile(rf"^(\w+)\s*(?::\s*[\w.]+)?=\s*{_KINDS}", re.MULTILINE)
_FACTORY = re.compile(
    r"^def ((?:create|make|get|build)_app\w*)\((?:\w+[^=,()]*=[^,()]*,?\s*)*\)[^\n]*:\n"
    rf"(?:(?:[ \t][^\n]*)?\n)*?[ \t]+\w+\s*(?::\s*[\w.]+)?=\s*{_KINDS}",
    re.MULTILINE,
)


def is_of_django(files: Files, manage: str) -> bool:
    """Return whether a manage.py is Django's: other frameworks have such a file, too."""
    text = files.text(manage)
    return manage in files and (not text.strip() or bool(_DJANGO.search(text)))


def find_start(files: Files, folder: str, folders: Sequence[str]) -> Seen[tuple[str, ...]] | None:
    """Return the idiom by which the project's framework starts it."""
    manage = joined(folder, "manage.py")
    if is_of_django(files, manage):
        words = ("{python}", manage, "runserver", "--noreload", "127.0.0.1:{port}")
        return Seen(words, Place(manage), "Django's own server, by its idiom")
    own = tests_of.within(files.below(folder), folder, folders)
    for path in own:
        if not path.endswith(".py") or not is_product(path):
            continue
        text = files.text(path)
        match = _OBJECT.search(text) or _FACTORY.search(text)
        if match is not None:
            return _app(files, folder, path, match)
    return None


def _app(files: Files, folder: str, path: str, match: re.Match[str]) -> Seen[tuple[str, ...]]:
    start = len(folder) + 1 if folder else 0
    module = path[start:].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    if joined(folder, "src/__init__.py") not in files:  # a folder of packages, and none itself
        module = module.removeprefix("src.")
    where = Place(path, files.text(path).count("\n", 0, match.start()) + 1)
    makes = match.re is _FACTORY
    target = f"{module}:{match[1]}"
    if match[2] == "Flask":
        words: tuple[str, ...] = (
            "{python}", "-m", "flask", "--app", target, "run", "--port", "{port}",
        )  # fmt: skip
    else:
        served = ("--factory", target) if makes else (target,)
        words = ("{python}", "-m", "uvicorn", *served, "--host", "127.0.0.1", "--port", "{port}")
    thing = "what makes the application" if makes else "the application object"
    return Seen(words, where, f"{match[2]}'s idiom for {thing} there")
