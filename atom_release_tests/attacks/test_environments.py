"""Build backends, source archives and wheels are the author's code: what they reach while installed.

Each story has a twin in which the same code, outside the sandbox, does what it wants to do.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from atom_release.lab.environments import sealed
from atom_release_tests.fixtures import package_folder
from atom_release_tests.fixtures.environment_site import EnvironmentSite, stand_for_a_registry

OWN_BACKEND = (
    '[build-system]\nrequires = ["tiny-backend"]\nbuild-backend = "own"\nbackend-path = ["."]\n'
)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EnvironmentSite:
    folder = stand_for_a_registry(tmp_path / "packages", monkeypatch)
    package_folder.write_wheel(folder, "greeting", "2.1", {"greeting.py": "WORD = 'hello'\n"})
    return EnvironmentSite(
        tmp_path,
        folder,
        files={
            "requirements.txt": "greeting\n",
            "pyproject.toml": OWN_BACKEND,
            "NAME": "fees 1.0",
            "fees.py": "",
        },
    )


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)  # noqa: FBT003 - no keyword there
        yield server


def backend(attack: str) -> str:
    """Return a build backend that attacks, writes down what came of it, and does its work."""
    body = textwrap.indent(textwrap.dedent(attack), "    ")
    return (
        "import contextlib, io\n_heard = io.StringIO()\nwith contextlib.redirect_stdout(_heard):\n"
        f"{body}\nopen('heard.py', 'a').write(_heard.getvalue())\nfrom tiny_backend import *\n"
    )


def outside(attack: str, directory: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(attack)],
        cwd=directory,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_a_build_backend_finds_no_key(site: EnvironmentSite) -> None:
    """Not the release key, not the operator's file, not the environment of another process."""
    key, operator = site.root / "keys" / "gate.pem", site.root / "operator.yaml"
    key.parent.mkdir()
    for path in (key, operator):
        path.write_text("planted")
    attack = f"""
        import os
        for path in {[str(key), str(operator)]!r}:
            print("FOUND" if os.path.exists(path) else "nothing", path)
        print("ENVIRONMENT", sorted(os.environ))
    """
    site.files["own.py"] = backend(attack)
    built = site.made().built
    log = heard_in(built.folder if built else None)
    assert "nothing" in log
    assert "FOUND" not in log
    assert "ATOM_RELEASE" not in log
    assert outside(attack, site.root).count("FOUND") == 2


def test_a_build_backend_writes_into_nothing_that_is_kept(site: EnvironmentSite) -> None:
    """Neither the downloads nor another repository's environment, nor its own that is finished."""
    other = EnvironmentSite(site.root, site.packages, "another", {"requirements.txt": "greeting\n"})
    theirs = Path(other.made().python).parents[2]
    kept = site.root / "scratch" / "environments"
    before = _listing(kept / "downloads")
    places = [*kept.glob("downloads/*"), kept, theirs, theirs / "venv" / "bin"]
    attack = f"""
        import os
        for place in {[str(place) for place in places]!r}:
            try:
                open(os.path.join(place, "poison"), "w").close()
                print("WROTE", place)
            except OSError as error:
                print("refused", type(error).__name__)
    """
    site.files["own.py"] = backend(attack)
    built = site.made().built
    log = heard_in(built.folder if built else None)
    assert "refused" in log
    assert "WROTE" not in log
    assert sealed.opened(theirs) is not None
    assert set(before) <= set(_listing(kept / "downloads"))
    assert not list(kept.rglob("poison"))
    assert outside(attack, site.root).count("WROTE") >= 2


def test_a_source_archive_cannot_phone_out(site: EnvironmentSite, listening: socket.socket) -> None:
    """It is built where no network is; a server of this machine hears nothing."""
    port = listening.getsockname()[1]
    attack = f"""
        import socket
        try:
            socket.create_connection(("127.0.0.1", {port}), 2).close()
            print("REACHED")
        except OSError as error:
            print("refused", type(error).__name__)
    """
    package_folder.write_source(
        site.packages,
        "caller",
        "1.0",
        {"pyproject.toml": OWN_BACKEND, "own.py": backend(attack), "caller.py": ""},
    )
    site.files = {"requirements.txt": "caller\n"}
    python = Path(site.made().python)
    assert "refused" in heard_in(python.parents[1])
    with pytest.raises(BlockingIOError):
        listening.accept()
    assert "REACHED" in outside(attack, site.root)
    listening.accept()[0].close()


def test_a_wheel_that_runs_when_python_starts_runs_in_the_sandbox_only(
    site: EnvironmentSite,
) -> None:
    """A `.pth` file is code: nothing outside the sandbox ever starts a Python that has it."""
    mark = site.root / "mark"
    package_folder.write_wheel(
        site.packages,
        "starter",
        "1.0",
        {
            "starter.pth": f"import os; os.path.isdir({str(site.root)!r}) and open({str(mark)!r}, 'w').close()\n"
        },
    )
    site.files = {"requirements.txt": "starter\n"}
    python = site.made().python
    site.made()
    assert not mark.exists()
    subprocess.run([python, "-c", ""], check=True)
    assert mark.exists()


def heard_in(*folders: Path | None) -> str:
    """Return what the attack wrote down, wherever the build left it."""
    files = [path for folder in folders if folder for path in folder.rglob("heard.py")]
    return "\n".join(path.read_text() for path in files)


def _listing(folder: Path) -> list[tuple[str, int, int]]:
    return sorted(
        (str(path), path.stat().st_ino, path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file()
    )
