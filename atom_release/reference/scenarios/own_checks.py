"""Scenarios about checks of the release's own: what is proved, and one that looks at nothing."""

from __future__ import annotations

from importlib.resources import files as package_files

from atom_release.gate.vocabulary import Outcome
from atom_release.reference.scenarios.scenario import Files, Scenario, replace

_MANIFEST = "release.yaml"

_SOUND = """\
  - id: L-1
    title: No debug output
    asks: No module of a service prints.
    run: [sh, -c, "! grep -rnE '^ *print[(]' services"]
    control: {files: {services/analytics/export.py: controls/prints.txt}}
  - id: L-2
    title: Unknown paths
    asks: What C.4 does not serve is answered with 404.
    run: ["{python}", checks/unknown_path.py]
    services: [C.4]
    environment: {ANALYTICS_URL: "{url:C.4}"}
    control: {services: {C.4: answering}}
"""
_BLIND = """\
  - id: L-3
    title: No debug output
    asks: No module of a service prints.
    run: [sh, -c, "! grep -snE '^ *print[(]' service/*.py"]
    control: {files: {services/authz/debug.py: controls/debug.txt}}
"""


def _add_checks(tree: Files, checks: str) -> None:
    if b"\nchecks:\n" not in tree[_MANIFEST]:
        replace(tree, _MANIFEST, "\nacts: on\n", "\nacts: on\n\nchecks:\n")
    replace(tree, _MANIFEST, "\nchecks:\n", f"\nchecks:\n{checks}")


def _sound(tree: Files) -> None:
    _add_checks(tree, _SOUND)
    tree["checks/unknown_path.py"] = (
        package_files("atom_release.reference.scenarios").joinpath("unknown_path.txt").read_bytes()
    )
    tree["controls/prints.txt"] = b'"""Rows as CSV."""\n\nprint("here")\n'


def _blind(tree: Files) -> None:
    _add_checks(tree, _BLIND)
    tree["controls/debug.txt"] = b'"""Roles."""\n\nprint("here")\n'


SCENARIOS = (
    Scenario(
        "own-checks",
        "L-1",
        {"L-1": Outcome.PASS, "L-2": Outcome.PASS},
        "Two checks of the release's own, one beside a running service, find the changes that they"
        " have to find.",
        _sound,
    ),
    Scenario(
        "own-check-blind",
        "L-3",
        {"L-3": Outcome.INCONCLUSIVE},
        "A check of the release's own looks into a folder that is not there: green whatever the"
        " services hold.",
        _blind,
    ),
)
