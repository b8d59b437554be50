"""How the runners of JavaScript suites are called."""

from __future__ import annotations

from pathlib import Path

from atom_release.probes.suite.script_runners import Call, ScriptRunner


def test_snapshots_are_compared_though_the_manifest_asks_jest_to_write_them_anew() -> None:
    """Of an option that is given twice jest takes the last."""
    arguments = ("--ci=false", "-u")
    call = Call(Path("/copy"), Path("/out"), "", ("tests",), arguments)
    words = ScriptRunner("jest", "node_modules/jest/bin/jest.js").words(call)
    for own, given in (("--ci", "--ci=false"), ("--updateSnapshot=false", "-u")):
        assert words.index(own) > words.index(given)
