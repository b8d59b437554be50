"""Build backends, source archives and wheels are the author's code: what they reach while installed.

Each story has a twin in which the same code, outside the sandbox, does what it wants to do.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import signal
import socket
import socketserver
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from atom_release.errors import TimeboxExceeded
from atom_release.lab.beneath import copy_beneath
from atom_release.lab.environments import download, sealed, workshop
from atom_release.lab.environments.download import bring
from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.uv import Archive
from atom_release.probes.suite.trees import judged
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


def test_a_registry_names_no_place_of_its_files(tmp_path: Path) -> None:
    """Its name of a file, and its digest, would be where the gate writes; a true name is kept."""
    folder = tmp_path / "offered"
    folder.mkdir()
    wheel = package_folder.write_wheel(folder, "greeting", "2.1", {"greeting.py": ""})
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    store = tmp_path / "store"
    with served(wheel) as address:
        for name in (
            "..%2F..%2Fpwned.txt",
            "..%2F..%2Fgreeting-2.1-py3-none-any.whl",
            "greeting-2.1-py3-none-%2Fpwned.whl",
            "greeting-2.1-py3-none-any.whl%00",
            "%2e%2e",
            "other-2.1-py3-none-any.whl",
            "greeting-2.2-py3-none-any.whl",
            "",
        ):
            with pytest.raises(NoEnvironment, match=r"greeting 2\.1"):
                bring([Archive("greeting", "2.1", f"{address}/{name}", digest)], store, {})
        with pytest.raises(NoEnvironment, match="SHA-256"):
            bring([Archive("greeting", "2.1", f"{address}/{wheel.name}", "../x")], store, {})
        assert [path for path in tmp_path.rglob("*") if "pwned" in path.name] == []
        assert not list(store.rglob("*.whl"))
        (place,) = bring([Archive("Greeting", "2.1", f"{address}/{wheel.name}", digest)], store, {})
    assert place == store / digest / wheel.name
    assert place.read_bytes() == wheel.read_bytes()


@pytest.mark.parametrize(
    "line",
    [
        "--index-url http://127.0.0.1:{port}/simple/",
        "-r {secret}",
        "-r http://127.0.0.1:{port}/secret",
        "-e .",
        "tiny-backend\n--index-url http://127.0.0.1:{port}/simple/",
        "tiny-backend @ http://127.0.0.1:{port}/x-1.0-py3-none-any.whl",
        "tiny-backend @ git+http://127.0.0.1:{port}/x",
        "tiny-backend==${UV_DEFAULT_INDEX}",
        "tiny-backend; python_version > '1\n-r {secret}'",
        "./packages",
    ],
)
def test_what_a_build_requires_is_no_line_for_the_gates_own_uv(
    site: EnvironmentSite, listening: socket.socket, line: str
) -> None:
    """No option, file, address or setting of the operator's; a name with a version is one."""
    secret = site.root / "operator.txt"
    secret.write_text("planted-token\n")
    line = line.replace("{port}", str(listening.getsockname()[1])).replace("{secret}", str(secret))
    site.files |= {
        "pyproject.toml": OWN_BACKEND.replace(
            '"tiny-backend"', f'"tiny-backend", {json.dumps(line)}'
        ),
        "own.py": "from tiny_backend import *\n",
    }
    with pytest.raises(NoEnvironment, match="no package by name and version") as refusal:
        site.made()
    assert "planted-token" not in refusal.value.message
    with pytest.raises(BlockingIOError):
        listening.accept()


def test_a_version_that_a_build_requires_is_asked_for(site: EnvironmentSite) -> None:
    site.files |= {
        "pyproject.toml": OWN_BACKEND.replace(
            '"tiny-backend"', "\"Tiny_Backend[all] >= 1 ; python_version > '3'\""
        ),
        "own.py": "from tiny_backend import *\n",
    }
    assert site.made().site is not None


@pytest.mark.parametrize("lock", ["pylock.toml", "poetry.lock"])
@pytest.mark.parametrize("field", ["name", "version", "marker"])
def test_a_lock_pins_names_and_versions_alone(
    site: EnvironmentSite, lock: str, field: str, listening: socket.socket
) -> None:
    """A line feed in any of its words would be another line, such as an option."""
    package = {"name": "greeting", "version": "2.1", "marker": "python_version > '3'"}
    package[field] += f"\n--index-url http://127.0.0.1:{listening.getsockname()[1]}/simple/\n"
    table = "packages" if lock == "pylock.toml" else "package"
    lines = [f"{name} = {json.dumps(value)}" for name, value in package.items()]
    site.files = {lock: "\n".join([f"[[{table}]]", *lines]), "requirements.txt": "greeting\n"}
    with pytest.raises(NoEnvironment, match="no package by name and version"):
        site.made()
    with pytest.raises(BlockingIOError):
        listening.accept()


def test_what_a_build_left_is_read_through_no_link(
    site: EnvironmentSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`/proc/self/cwd` is the build's own folder there, and where the operator stands here."""
    operators = site.root / "operators"
    (operators / "keys").mkdir(parents=True)
    (operators / "keys" / "gate.pem").write_text("planted")
    attack = """
        import os
        os.makedirs(os.path.join(os.environ["HOME"], "built"), exist_ok=True)
        link = os.path.join(os.environ["HOME"], "built", "a")
        os.path.lexists(link) or os.symlink("/proc/self/cwd", link)
        os.makedirs("a/keys", exist_ok=True)
        open("a/keys/gate.pem", "w").write("of the build")
    """
    site.files["own.py"] = backend(attack)
    built = site.made().built
    assert built is not None
    monkeypatch.chdir(operators)
    copy, _ = judged(site.look(), built=built)
    assert (copy / "a" / "keys" / "gate.pem").read_text() == "of the build"
    linked = site.root / "linked"
    linked.mkdir()
    (linked / "a").symlink_to("/proc/self/cwd")
    assert (linked / "a" / "keys" / "gate.pem").read_text() == "planted"
    assert not copy_beneath(linked, "a/keys/gate.pem", site.root / "copy")
    assert copy_beneath(operators, "keys/gate.pem", linked)
    assert not copy_beneath(operators, "keys/gate.pem", linked, "a/fresh")
    assert not (operators / "fresh").exists()


def test_a_source_archive_brings_its_own_wheel_alone(site: EnvironmentSite) -> None:
    """Not another package's of a newer version, which would be taken before the registry's."""
    attack = """
        import os, zipfile
        os.makedirs(os.path.join(os.environ["HOME"], "out"), exist_ok=True)
        place = os.path.join(os.environ["HOME"], "out", "greeting-9999-py3-none-any.whl")
        info = "greeting-9999.dist-info/"
        with zipfile.ZipFile(place, "w") as archive:
            archive.writestr("greeting.py", "WORD = 'of the attack'")
            archive.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: greeting\\nVersion: 9999\\n")
            archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
            archive.writestr(info + "RECORD", "")
    """
    package_folder.write_source(
        site.packages,
        "caller",
        "1.0",
        {"pyproject.toml": OWN_BACKEND, "own.py": backend(attack), "caller.py": ""},
    )
    site.files = {"requirements.txt": "caller\ngreeting\n"}
    facts = site.made().facts
    assert facts is not None
    assert facts.packages == {"caller": "1.0", "greeting": "2.1"}


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX-Long: "])
def test_a_download_that_drips_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    """Each byte comes soon after the one before, in the body or in a header, without an end."""
    monkeypatch.setattr(download, "_WHOLE", 0.5)
    with dripping(head) as address:
        url = f"{address}/greeting-2.1-py3-none-any.whl"
        with pytest.raises(NoEnvironment, match="could not be downloaded: ReadTimeout"):
            bring([Archive("greeting", "2.1", url, "0" * 64)], tmp_path / "store", {})
    assert not list((tmp_path / "store").glob("*.whl"))


def test_no_download_outlives_who_waits_for_it(tmp_path: Path) -> None:
    """The timebox ends the waiting; the threads end with it."""

    def end(*_: object) -> None:
        raise TimeboxExceeded("the timebox", "ended")

    before = signal.signal(signal.SIGALRM, end)
    try:
        with dripping(b"") as address:
            url = f"{address}/greeting-2.1-py3-none-any.whl"
            signal.setitimer(signal.ITIMER_REAL, 0.5)
            with pytest.raises(TimeboxExceeded):
                bring([Archive("greeting", "2.1", url, "0" * 64)], tmp_path / "store", {})
            for thread in threading.enumerate():
                if thread.name.startswith("download"):
                    thread.join(20)
                    assert not thread.is_alive()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_download_is_no_larger_than_stated(tmp_path: Path) -> None:
    wheel = package_folder.write_wheel(tmp_path, "greeting", "2.1", {"greeting.py": "#" * 9999})
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    size = wheel.stat().st_size
    with served(wheel) as address:
        url = f"{address}/{wheel.name}"
        with pytest.raises(NoEnvironment, match=f"larger than the {size - 1} bytes"):
            bring([Archive("greeting", "2.1", url, digest, size - 1)], tmp_path / "store", {})
        assert bring([Archive("greeting", "2.1", url, digest, size)], tmp_path / "store", {})


@pytest.mark.parametrize(
    ("attack", "limit"),
    [
        ("open('much', 'wb').write(bytes(9 << 20))", "more than 8 MiB"),
        ("for _ in range(30): os.mkdir('d' * 200); os.chdir('d' * 200)", "too deep"),
    ],
)
def test_a_build_writes_no_more_than_an_environment_needs(
    site: EnvironmentSite, monkeypatch: pytest.MonkeyPatch, attack: str, limit: str
) -> None:
    """It is ended by name, and nothing of it stays."""
    site.files["own.py"] = "from tiny_backend import *\n"
    monkeypatch.setattr(workshop, "_MOST", 8 << 20)
    assert site.made().site is not None
    site.files["own.py"] = (
        f"import os\nhere = os.getcwd()\n{attack}\nos.chdir(here)\nfrom tiny_backend import *\n"
    )
    before = sorted((site.root / "scratch" / "environments" / "made").iterdir())
    with pytest.raises(NoEnvironment, match=limit):
        site.made()
    assert sorted((site.root / "scratch" / "environments" / "made").iterdir()) == before


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    """Answer with a byte now and then, after a beginning; an empty one is a whole header."""
    ended = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            with suppress(OSError):
                self.request.sendall(head or b"HTTP/1.1 200 OK\r\n\r\n")
                while not ended.wait(0.05):
                    self.request.sendall(b"x")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/files"
        finally:
            ended.set()
            server.shutdown()
            thread.join()


@contextmanager
def served(everywhere: Path) -> Iterator[str]:
    """Serve one file at every address below the one that is returned."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(everywhere.read_bytes())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/files"
        finally:
            server.shutdown()
            thread.join()


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
