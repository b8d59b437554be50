"""A pytest plugin that writes down what a run collected, which modules it loaded.

And which functions imports called.

Loaded by `-p` into the subject's own process, under whatever Python the suite uses, so it knows
nothing of the rest of this package. Each run has a copy of it under a name of its own, which holds
what it has to know: tests find neither a module nor a variable that tells them who runs them.
"""

# The Pythons that run this may know no annotations of today.
# ruff: noqa: ANN001, ANN201, ANN202, PTH123

import atexit
import builtins
import html
import json
import os
import re
import sys
import threading

import pytest

_OUT, _COPY, _TRACE = "", "", False  # filled in for each run
_NOTE = re.compile(r"_[0-9a-f]{16}$")  # what code that gives wrong results leaves as it does
_OF_A_FUNCTION = 1  # CO_OPTIMIZED: not a module's nor a class's own code
_collected = []
_counted = {}
_offered = []
_failures = []
_called = {}


def _note(code):
    if code.co_filename.startswith(_COPY) and code.co_flags & _OF_A_FUNCTION:
        _called[id(code)] = code


def _on_call(frame, event, _argument):
    if event == "call":
        _note(frame.f_code)


def _watch_calls():
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        threading.setprofile(_on_call)
        sys.setprofile(_on_call)
        return

    def once(code, _offset):
        _note(code)
        return monitoring.DISABLE

    monitoring.use_tool_id(monitoring.PROFILER_ID, "release gate")
    monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.PY_START, once)
    monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.PY_START)


def _end_watching():
    """Stop before Python ends: then it empties modules, and runs code all the same."""
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        return
    monitoring.set_events(monitoring.PROFILER_ID, 0)
    monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.PY_START, None)


if _TRACE:
    _watch_calls()
    atexit.register(_end_watching)  # also where pytest ends before its own last hook


def _name_in_junit(node):
    """Return what this pytest calls a test in its JUnit file; its own name for it if it tells none.

    How pytest reads brackets in the names of folders differs between its versions.
    """
    try:
        from _pytest.junitxml import bin_xml_escape, mangle_test_address
    except ImportError:
        return node
    names = [_text(bin_xml_escape(name)) for name in mangle_test_address(node)]
    return "{}::{}".format(".".join(names[:-1]), names[-1])


def _text(escaped):
    """Return the text that readers of XML have of it; before pytest 6 it is an object."""
    raw = getattr(escaped, "uniobj", None)
    return str(escaped) if raw is None else html.unescape(raw)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items):
    """Note how many tests there are before anything leaves some of them out."""
    _offered.append(len(items))
    yield


def pytest_collection_finish(session):
    """Note the tests that are to run."""
    _collected.extend([item.nodeid, _name_in_junit(item.nodeid)] for item in session.items)


def pytest_runtest_logreport(report):
    """Note each failure; a test with subtests can have several."""
    if report.failed:
        _failures.append(report.nodeid)


def pytest_terminal_summary(terminalreporter):
    """Note what pytest's own last line counts, where one test can count twice."""
    for name in ("passed", "failed", "error", "skipped", "xfailed", "xpassed"):
        _counted[name] = len(terminalreporter.stats.get(name, ()))


def _selection(config):
    """Return the options by which tests are left out, as they would be typed."""
    values = {
        "-k": getattr(config.option, "keyword", ""),
        "-m": getattr(config.option, "markexpr", ""),
        "--deselect": " ".join(getattr(config.option, "deselect", None) or ()),
        "--ignore": " ".join(str(path) for path in getattr(config.option, "ignore", None) or ()),
    }
    return [name + " " + value for name, value in values.items() if value]


def _is_made_up(module):
    """Return whether a module was read from no file, and is neither built in nor a folder."""
    return (
        getattr(module, "__file__", None) is None
        and getattr(module, "__path__", None) is None
        and getattr(module, "__spec__", None) is None
    )


def pytest_unconfigure(config):
    """Write it all down, last of all."""
    if not _OUT or hasattr(config, "workerinput"):
        return
    modules = dict(sys.modules)
    seen = {
        "collected": _collected,
        "left_out": max(0, sum(_offered) - len(_collected)),
        "left_out_by": _selection(config),
        "fileless": sorted(name for name, module in modules.items() if _is_made_up(module)),
        "counted": _counted,
        "failures": len(_failures),
        "distorted": any(_NOTE.match(name) for name in vars(builtins)),
        "called": sorted(
            {
                (os.path.relpath(code.co_filename, _COPY), code.co_firstlineno, code.co_name)
                for code in _called.values()
            }
        ),
        "modules": {
            name: os.path.realpath(module.__file__)
            for name, module in modules.items()
            if isinstance(getattr(module, "__file__", None), str)
        },
        "python": "{}.{}.{}".format(*sys.version_info[:3]),
        "pytest": sys.modules["pytest"].__version__,
    }
    with open(_OUT, "w", encoding="utf-8") as handle:
        json.dump(seen, handle)
