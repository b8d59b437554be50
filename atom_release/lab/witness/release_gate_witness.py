"""A pytest plugin that writes down what a run collected, which modules it loaded.

And which functions imports called.

Loaded by `-p` into the subject's own process, under whatever Python the suite uses, so it knows
nothing of the rest of this package.
"""

# The Pythons that run this may know no annotations of today.
# ruff: noqa: ANN001, ANN201, ANN202, PTH123

import json
import os
import sys
import threading

_OUT = os.environ.pop("RELEASE_GATE_WITNESS", "")
_COPY = os.environ.pop("RELEASE_GATE_COPY", "")
_TRACE = os.environ.pop("RELEASE_GATE_TRACE", "") == "1"
_OF_A_FUNCTION = 1  # CO_OPTIMIZED: not a module's nor a class's own code
_collected = []
_counted = {}
_called = {}
distorted = set()  # what code that gives wrong results notes here as it does


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


if _TRACE:
    _watch_calls()


def _name_in_junit(node):
    """Return what this pytest calls a test in its JUnit file; its own name for it if it tells none.

    How pytest reads brackets in the names of folders differs between its versions.
    """
    try:
        from _pytest.junitxml import bin_xml_escape, mangle_test_address
    except ImportError:
        return node
    names = [str(bin_xml_escape(name)) for name in mangle_test_address(node)]
    return "{}::{}".format(".".join(names[:-1]), names[-1])


def pytest_collection_finish(session):
    """Note the tests that are to run."""
    _collected.extend([item.nodeid, _name_in_junit(item.nodeid)] for item in session.items)


def pytest_terminal_summary(terminalreporter):
    """Note what pytest's own last line counts, where one test can count twice."""
    for name in ("passed", "failed", "error", "skipped", "xfailed", "xpassed"):
        _counted[name] = len(terminalreporter.stats.get(name, ()))


def pytest_unconfigure(config):
    """Write it all down, last of all."""
    if not _OUT or hasattr(config, "workerinput"):
        return
    modules = {
        name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())
    }
    seen = {
        "collected": _collected,
        "counted": _counted,
        "distorted": bool(distorted),
        "called": sorted(
            {
                (os.path.relpath(code.co_filename, _COPY), code.co_firstlineno, code.co_name)
                for code in _called.values()
            }
        ),
        "modules": {
            name: os.path.realpath(file) for name, file in modules.items() if isinstance(file, str)
        },
        "python": "{}.{}.{}".format(*sys.version_info[:3]),
        "pytest": sys.modules["pytest"].__version__,
    }
    with open(_OUT, "w", encoding="utf-8") as handle:
        json.dump(seen, handle)
