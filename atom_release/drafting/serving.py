"""Which of a folder's deployments is the one that answers: a web process beside its workers.

One image is often deployed several times, with a command for each use of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from atom_release.drafting.findings import Deployment, Seen

_WORKER = re.compile(
    r"(?:.*/)?(?:celery|rq|rqworker|rqscheduler|qcluster|dramatiq|run_huey|huey_consumer(?:\.py)?"
    r"|arq|sidekiq|process_tasks|(?:\w[\w-]*[-_:])?workers?|beat)(?:\.[cm]?[jt]s|\.py)?",
    re.IGNORECASE,
)

_WITHIN = frozenset({"uv", "poetry", "pipenv", "pdm", "run"})
_PROGRAM = re.compile(
    r"\{python\}|python3?(?:\.\d+)?|uvicorn|gunicorn|flask|fastapi|celery|hypercorn|daphne|granian"
    r"|node|nodejs|npm|npx|pnpm|yarn|\w[\w.-]*\.py"
)


def order(stays: Sequence[Deployment]) -> list[Deployment]:
    """Return the deployments of a folder, those that others reach before what works beside them."""
    return sorted(stays, key=lambda each: (_works_a_queue(each), not _is_reached(each)))


def choose(stays: Sequence[Deployment]) -> Deployment | None:
    """Return the deployment whose command starts what answers, where it means something here."""
    reached = [each for each in stays if _is_reached(each)] or stays
    fitting = (each for each in reached if _runs_here(each.command) and not _works_a_queue(each))
    return next(fitting, None)


def command(stays: Iterable[Deployment]) -> Seen[tuple[str, ...]] | None:
    """Return the first command of these that can be tried without their images, else the first.

    What works a queue is none of these as long as there is any other.
    """
    stated = [each for each in stays if each.command]
    tried = (
        each.command
        for each in stated
        if each.command and can_be_tried(each.command.value) and not _works_a_queue(each)
    )
    return next(tried, None) or next((each.command for each in stated), None)


def can_be_tried(command: Sequence[str]) -> bool:
    """Return whether a command's program is one that environments of Python and Node.js bring."""
    words = [word for word in command if word not in _WITHIN]
    return bool(words) and bool(_PROGRAM.fullmatch(words[0]))


def _is_reached(deployment: Deployment) -> bool:
    """Return whether what deploys it names its port, and not only an image that others share."""
    port = deployment.port
    return port is not None and port.where.path == deployment.where.path


def _works_a_queue(deployment: Deployment) -> bool:
    """Return whether a deployment's command takes work from a queue, and answers nobody."""
    words_of_it = deployment.command.value if deployment.command else ()
    return any(_WORKER.fullmatch(word) for word in words_of_it)


def _runs_here(command: Seen[tuple[str, ...]] | None) -> bool:
    """Say whether a container's command means something outside it: no path that its image made."""
    return command is not None and not any(
        word.startswith(("/", "./")) for word in command.value[:2]
    )
