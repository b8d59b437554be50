"""What a container's script comes to: the command that it ends with, and steps before that.

Many images begin with a script of the repository (`entrypoint.sh`, `boot.sh`), which waits for a
database, migrates and then becomes the server. Its lines are read, and nothing is run.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from atom_release.drafting import settings_files, words
from atom_release.drafting.files import Files, joined
from atom_release.drafting.findings import Deployment, Seen

_SHELLS = {"sh", "bash", "ash", "dash"}
_HANDS_ON = re.compile(
    r"^[ \t]*+(?:exec\s+)?(?:gosu\s+\S+\s+|su-exec\s+\S+\s+)?\"?\$[@*]\"?", re.MULTILINE
)
_SERVES = re.compile(
    r"^[ \t]*+(?:exec\s+)?((?:(?:uv|poetry|pipenv|pdm) run\s+)?"
    r"(?:gunicorn|uvicorn|hypercorn|daphne|granian|fastapi\s+(?:run|dev)|flask\s+(?:\S+\s+)*run\b|python3?\s+-m\s+(?:gunicorn|uvicorn|flask)"
    r"|python3?\s+\S*manage\.py\s+runserver|python3?\s+\S+\.py|node|npm\s+(?:run\s+)?start\S*"
    r"|yarn\s+start|pnpm\s+start)\b[^\n|;&]*)",
    re.MULTILINE,
)
_PREPARES = re.compile(
    r"^[ \t]*((?:(?:uv|poetry|pipenv|pdm) run\s+)?"
    r"(?:flask\s+(?!(?:run|shell|routes|tests?|cov)\b)[\w-]+(?:[ \t]+[\w-]+)*"
    r"|(?:python3?\s+)?\S*manage\.py\s+(?:migrate|collectstatic|createcachetable)\b[^\n|;&<>$]*"
    r"|alembic\s[^\n|;&<>$]*upgrade[^\n|;&<>$]*"
    r"|(?:npx\s+)?(?:prisma\s+migrate\s+deploy|knex\s+migrate:latest|sequelize(?:-cli)?\s+db:migrate)))"
    r"[ \t]*$",
    re.MULTILINE,
)
_ASSIGNS = re.compile(r"^[ \t]*(?:export[ \t]+)?(\w+)=(\S+)[ \t]*$", re.MULTILINE)
_CONTINUED = re.compile(r"(?<![ \t])[ \t]*+\\\r?\n[ \t]*")
_ABOVE = re.compile(r"[^/]*/")


def unfold(files: Files, deployment: Deployment) -> Deployment:
    """Return a deployment whose command is a script of the repository, with what that runs."""
    if deployment.command is None:
        return deployment
    argv = deployment.command.value
    if argv[:1] and PurePosixPath(argv[0]).name in _SHELLS and argv[1:2] != ("-c",):
        argv = tuple(word for word in argv[1:] if not word.startswith("-"))
    script = _script(files, argv[0], deployment.folder) if argv else ""
    if not script:
        return deployment
    text = _CONTINUED.sub(" ", files.text(script))
    branch = _branch(text, argv[1]) if argv[1:] else None
    text = text if branch is None else branch
    if branch is None and argv[1:] and _HANDS_ON.search(text):
        handed = replace(deployment, command=replace(deployment.command, value=argv[1:]))
        return unfold(files, handed)
    lines = list(_SERVES.finditer(text))
    command = words.command(lines[-1][1]) if lines else ()
    command = tuple(_filled(word, text) for word in command)
    if not command:
        return deployment
    where = files.place(script, re.escape(lines[-1][1].strip()[:60]))
    steps = [words.command(step) for step in _PREPARES.findall(text[: lines[-1].start()])]
    before = tuple(dict.fromkeys(step for step in steps if step)) or deployment.before
    return replace(deployment, command=Seen(command, where), before=before)


def _branch(text: str, word: str) -> str | None:
    """Return what a script does that is called with this word, where it tells such words apart."""
    label = rf"^[ \t]*+\(?[\"']?{re.escape(word)}[\"']?[ \t]*+\)"
    begin = re.search(label, text, re.MULTILINE) if _CASES.search(text) else None
    return text[begin.end() : _end_of_branch(text, begin.end())] if begin else None


def _end_of_branch(text: str, begin: int) -> int:
    end = text.find(";;", begin)
    return end if end >= 0 else len(text)


_CASES = re.compile(r"\bcase[ \t]+\"?\$\{?1\b")


def _filled(word: str, text: str) -> str:
    """Return a word whose variables are filled in that the script itself gives a default."""
    given: dict[str, str] = {}
    for name, value in _ASSIGNS.findall(text):
        given[name] = settings_files.resolve(settings_files.resolve(value, given), given).replace(
            '"', ""
        )
    own = {name: value for name, value in given.items() if value and "$" not in value}
    return settings_files.resolve(word, own) if "$" in word else word


def _script(files: Files, word: str, folder: str) -> str:
    """Return the file of the repository that a container's path means; nothing of other programs.

    Where an image keeps the tree is not known: the end of the path tells the file.
    """
    tail = word.removeprefix("./").lstrip("/")
    while tail:
        for path in (joined(folder, tail), tail):
            if path in files and _is_script(files, path):
                return path
        tail = _ABOVE.sub("", tail, count=1) if "/" in tail else ""
    return ""


def _is_script(files: Files, path: str) -> bool:
    return path.endswith(".sh") or re.match(r"#!.*\b(?:ba|da|a)?sh\b", files.text(path)) is not None
