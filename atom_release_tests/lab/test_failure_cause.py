"""Which failures the surroundings are to blame for, in the words of several languages."""

from __future__ import annotations

import pytest

from atom_release.lab.failure_cause import cause, remedy, stays, words_of_cause
from atom_release.lab.junit import Case, Outcome


def of(message: str, text: str = "") -> str | None:
    return cause(Case("x", Outcome.FAILED, message, text))


@pytest.mark.parametrize(
    ("message", "text", "expected"),
    [
        (
            "Failed",
            "db_test.go:12: dial tcp 127.0.0.1:5432: connect: connection refused",
            "refused",
        ),
        ("", "Error: connect ECONNREFUSED 127.0.0.1:6379", "refused"),
        ("", "Error: getaddrinfo ENOTFOUND api.example.com", "resolved"),
        ("java.net.UnknownHostException: api.example.com", "", "resolved"),
        ("Failed", "lookup api.example.com: no such host", "resolved"),
        (
            "java.lang.IllegalStateException: Could not find a valid Docker environment",
            "",
            "Docker",
        ),
        ("Failed", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock", "Docker"),
        ("", "browserType.launch: Executable doesn't exist at /ms-playwright/x", "browser"),
        (
            'psycopg.errors.FeatureNotSupported: extension "vector" is not available',
            "",
            "extension",
        ),
        ('could not open extension control file "/usr/share/x.control"', "", "extension"),
        ("ValueError: Missing staticfiles manifest entry for 'css/app.css'", "", "not there"),
        (
            'OperationalError: connection failed: FATAL:  database "app_test" does not exist',
            "",
            "lacks a database",
        ),
        ("redis.exceptions.ResponseError: unknown command 'FT.SEARCH', with args", "", "module"),
        ("", "Error: listen EADDRINUSE: address already in use :::3000", "port"),
        ("java.lang.OutOfMemoryError: Java heap space", "", "memory"),
        ("", "Error: ENOSPC: no space left on device, write", "disk"),
        ("Failed", "open /etc/x: read-only file system", "cannot be written"),
        ("Cannot find module 'left-pad' from 'src/a.ts'", "", "module"),
        ("", "LoadError: cannot load such file -- rspec/json", "module"),
        (
            "test failure with exit code 101",
            "thread 't' panicked: called `Result::unwrap()` on an `Err` value: Connection refused",
            "refused",
        ),
    ],
)
def test_what_a_machine_lacks_is_told_in_every_runner_s_words(
    message: str, text: str, expected: str
) -> None:
    reason = of(message, text)
    assert reason is not None
    assert expected in reason
    assert stays(reason) == bool(remedy(reason))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("Failed", 'a_test.go:9: got "connection refused", want "ok"'),
        ("", "expect(received).toBe(expected) Expected: 'ok' Received: 'ECONNREFUSED'"),
        ("AssertionError: assert 'Connection refused' == 'ok'", ""),
        ('UndefinedTable: relation "items" does not exist', ""),
        ("expected:<3> but was:<4>", "caused by: java.net.ConnectException: Connection refused"),
        ("Failed", "x_test.go:3: wrong sum"),
        ("Cannot find module './utils' from 'src/a.ts'", ""),
        ("boom", "log: connection refused, using the cache"),
    ],
)
def test_what_a_test_judged_itself_is_the_code_s_affair(message: str, text: str) -> None:
    """Below a message that says something only the message counts; a comparison always does."""
    assert of(message, text) is None


_SITE = "/made/venv/lib/python3.11/site-packages"
_BEGINS = "Traceback (most recent call last):\n"


def frame(path: str, line: str = "call()") -> str:
    return f'  File "{path}", line 7, in name\n    {line}\n'


_LACKS = "AttributeError: module 'anyio' has no attribute 'start'"
_LAZY = frame(f"{_SITE}/anyio/_lazy.py", "raise AttributeError(")
_TAKES = "TypeError: Client.__init__() got an unexpected keyword argument 'app'"
_BASE = "super().__init__(app=self.app)"


@pytest.mark.parametrize(
    ("message", "frames"),
    [
        (_LACKS, [frame("/copy/tests/test_a.py"), frame(f"{_SITE}/starlette/test.py"), _LAZY]),
        (_LACKS, [frame("/copy/tests/test_a.py"), frame(f"{_SITE}/starlette/test.py")]),
        (
            _LACKS,
            [
                frame(f"{_SITE}/starlette/test.py"),
                frame("/usr/lib/python3.11/contextlib.py", "return next(self.gen)"),
                _LAZY,
            ],
        ),
        (
            "ImportError: cannot import name 'url_quote' from 'werkzeug.urls' (/made/x.py)",
            [frame("/copy/app.py", "import flask"), frame(f"{_SITE}/flask/app.py")],
        ),
        (_TAKES, [frame("/copy/tests/test_a.py"), frame(f"{_SITE}/starlette/test.py", _BASE)]),
    ],
)
def test_packages_that_do_not_fit_one_another_are_the_surroundings(
    message: str, frames: list[str]
) -> None:
    why = of(message, _BEGINS + "".join(frames) + message)
    assert why is not None
    assert why.startswith("the installed packages")
    assert "lock" in remedy(why)


@pytest.mark.parametrize(
    ("message", "frames"),
    [
        (_LACKS, [frame(f"{_SITE}/starlette/test.py"), frame("/copy/shop/fees.py"), _LAZY]),
        (_LACKS, [frame("/copy/shop/fees.py")]),
        (
            "AttributeError: module 'shop' has no attribute 'fee'",
            [frame(f"{_SITE}/starlette/test.py"), frame("/copy/tests/test_a.py")],
        ),
        (_TAKES, [frame(f"{_SITE}/pydantic/main.py", "return model(**values)")]),
        (_TAKES, [frame("/copy/shop/client.py", _BASE)]),
        ("TypeError: fee() got an unexpected keyword argument 'app'", [frame(f"{_SITE}/a/b.py")]),
    ],
)
def test_what_the_releases_own_code_asks_of_a_package_is_its_own_failure(
    message: str, frames: list[str]
) -> None:
    assert of(message, _BEGINS + "".join(frames) + message) is None


_ENVIRON = """\
  File "/work/app/page.py", line 9, in home
    version = os.environ["PYTHON_VERSION"]
              ~~~~~~~~~~^^^^^^^^^^^^^^^^^^
  File "<frozen os>", line 716, in __getitem__
KeyError: 'PYTHON_VERSION'
"""


def test_a_variable_that_is_not_set_is_the_surroundings() -> None:
    """A key of the code's own is not, and one that the test expected is the test's."""
    reason = of("KeyError: 'PYTHON_VERSION'", _ENVIRON)
    assert reason is not None
    assert "not set" in reason
    assert stays(reason)
    own = _ENVIRON.replace("<frozen os>", "/work/app/rows.py")
    assert of("KeyError: 'PYTHON_VERSION'", own) is None
    assert of("AssertionError: assert 'KeyError: 'A'' == 1", _ENVIRON) is None


def test_what_lacks_is_told_by_the_line_that_names_it() -> None:
    setup = 'failed on setup with "file /tree/test_door.py, line 3\n  def test_x(mocker):'
    text = f"{setup}\nE       fixture 'mocker' not found\n>       available fixtures: cache"
    case = Case("test_door::test_x", Outcome.ERROR, message=text)
    why = cause(case)
    assert why is not None
    assert words_of_cause(case, why) == "fixture 'mocker' not found"
    assert words_of_cause(case, "the disk was full") == ""
