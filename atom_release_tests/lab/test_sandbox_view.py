"""What the subject sees is a list: everything else of this machine does not exist for it.

Each story plants something that the subject would like to have and shows that it is not found; its
twin shows that the search would have found it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from atom_release.lab.sandbox import Finished, Limits, Sandbox, allowed

LIMITS = Limits(wall=60, cpu=40, memory_mb=1024, processes=64, file_mb=32)
MODES = ["any", "user"]

_SEARCH = """
import os, sys
mark = sys.argv[1].encode()[::-1]
programs = {"/usr", *(os.path.join(prefix, "lib") for prefix in (sys.prefix, sys.base_prefix))}
for top, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(top, name) not in {*programs, "/proc", "/sys"}]
    for name in files:
        path = os.path.join(top, name)
        try:
            if os.path.isfile(path) and os.path.getsize(path) < 4096 and mark in open(path, "rb").read():
                print("found", path)
        except OSError:
            pass
for name in os.listdir("/proc"):
    if name.isdigit() and name != str(os.getpid()):
        try:
            if mark in open(f"/proc/{name}/environ", "rb").read():
                print("found in the environment of", name)
        except OSError:
            pass
print("searched")
"""


@dataclass
class House:
    """A machine's folders with a mark in each, and the subject's own folder of work."""

    root: Path
    mark: str = field(default_factory=lambda: os.urandom(12).hex())

    def __post_init__(self) -> None:
        """Make the folders."""
        for folder in (self.root, *self.root.parents[:-2]):
            if folder.stat().st_uid == os.geteuid():
                folder.chmod(0o755)
        for path in ("work", "out", "store/keys", "home/.ssh", "others/run/reports"):
            (self.root / path).mkdir(parents=True)
        self.plant("store/keys/release", "home/.ssh/tag", "others/run/reports/evidence.json")

    def plant(self, *paths: str) -> None:
        """Write the mark into files that anybody may read: only the view can hide them."""
        for path in paths:
            (self.root / path).write_text(self.mark)
            (self.root / path).chmod(0o644)

    def search(self, mode: str, *, readable: tuple[Path, ...] = ()) -> list[str]:
        """Return the lines that a search of everything in sight wrote."""
        done = self.run([sys.executable, "-I", "-c", _SEARCH, self.mark[::-1]], mode, readable)
        lines = done.output.decode().splitlines()
        assert lines[-1] == "searched", lines
        return lines[:-1]

    def run(
        self, argv: list[str], mode: str = "any", readable: tuple[Path, ...] = (), **more: object
    ) -> Finished:
        """Run a command over the folder of work; nothing is named as hidden."""
        given = {"directory": self.root / "work", **more}
        return Sandbox([], readable, namespaces=mode).run(  # type: ignore[arg-type]
            argv,
            writable=[self.root / "out"],
            environment={"PATH": "/usr/bin:/bin"},
            limits=LIMITS,
            network=False,
            throwaway=[self.root / "work"],
            **given,  # type: ignore[arg-type]
        )


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@contextmanager
def _another_process(mark: str) -> Iterator[None]:
    process = subprocess.Popen(["/bin/sleep", "300"], env={"FORGE_TOKEN": mark})
    try:
        yield
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("mode", MODES)
def test_a_search_of_everything_in_sight_finds_no_key_store_or_environment(
    house: House, mode: str
) -> None:
    """Release key, tag key, another run's store, shared folders, other processes: 0 bytes."""
    with (
        tempfile.NamedTemporaryFile(dir="/tmp", mode="w") as shared,
        tempfile.NamedTemporaryFile(dir="/dev/shm", mode="w") as memory,
        _another_process(house.mark),
    ):
        for file in (shared, memory):
            file.write(house.mark)
            file.flush()
            os.chmod(file.name, 0o644)  # noqa: PTH101 - only a name is at hand
        assert house.search(mode) == []


@pytest.mark.parametrize("mode", MODES)
def test_the_same_search_finds_what_is_shown(house: House, mode: str) -> None:
    """The twin: its own work, and what the operator adds."""
    house.plant("work/data.txt")
    assert sorted(house.search(mode, readable=(house.root / "others",))) == [
        f"found {house.root}/others/run/reports/evidence.json",
        f"found {house.root}/work/data.txt",
    ]


@pytest.mark.parametrize("mode", MODES)
def test_what_is_hidden_stays_hidden_inside_what_the_operator_shows(
    house: House, mode: str
) -> None:
    sandbox = Sandbox([house.root / "home"], [house.root], namespaces=mode)  # type: ignore[arg-type]
    done = sandbox.run(
        ["/bin/sh", "-c", 'cat "$0/home/.ssh/tag"; cat "$0/store/keys/release"', str(house.root)],
        directory=house.root / "work",
        writable=[],
        environment={"PATH": "/usr/bin:/bin"},
        limits=LIMITS,
        network=False,
    )
    assert done.output.decode().count(house.mark) == 1, done.output
    assert b"home/.ssh/tag: No such file" in done.output


@pytest.mark.parametrize("mode", MODES)
def test_etc_names_nobody_and_holds_no_password(house: House, mode: str) -> None:
    code = """
        import os, pwd, socket
        print(len(pwd.getpwall()) <= 3, pwd.getpwuid(os.getuid()).pw_dir)
        print([name for name in ("shadow", "sudoers", "resolv.conf", "ssh", "machine-id", "fstab") if os.path.exists("/etc/" + name)])
        print(sorted(set(os.listdir("/dev")) - {"fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"}))
        print(socket.gethostbyname("localhost"), os.path.exists("/etc/ssl"))
        open("/dev/null", "w").write("x")
        """
    done = house.run([sys.executable, "-I", "-c", textwrap.dedent(code)], mode)
    lines = done.output.decode().splitlines()
    assert lines[:3] == ["True /tmp", "[]", "[]"], lines
    assert lines[3].startswith("127.0.0.1")
    assert done.status == 0


@pytest.mark.parametrize("mode", MODES)
def test_a_python_that_lies_in_a_home_is_seen_and_nothing_beside_it(
    house: House, mode: str
) -> None:
    """An environment is seen with the installation that it was made from."""
    made = house.root / "home" / "environment"
    venv.create(made, symlinks=True)
    code = "import os, sys, json; print(sys.prefix); print(os.listdir(os.path.dirname(sys.prefix)))"
    done = house.run([str(made / "bin" / "python"), "-I", "-c", code], mode)
    assert done.output.decode().splitlines() == [str(made), "['environment']"], done.output


@pytest.mark.parametrize("mode", MODES)
def test_of_a_program_in_a_home_only_its_own_file_is_seen(house: House, mode: str) -> None:
    tool = house.root / "home" / "bin" / "tool"
    tool.parent.mkdir()
    tool.write_text('#!/bin/sh\nls -A "$(dirname "$0")/.."; ls "$(dirname "$0")"\n')
    tool.chmod(0o755)
    assert house.run([str(tool)], mode).output == b"bin\ntool\n"


@pytest.mark.parametrize("umask", [0o077, 0o000])
@pytest.mark.parametrize("mode", MODES)
def test_the_gates_umask_changes_nothing(house: House, mode: str, umask: int) -> None:
    """The subject still sees what it needs, and nothing of the list is open to be written."""
    (house.root / "work" / "file").write_text("here")
    code = (
        "import os, pwd; print(open('file').read(), pwd.getpwuid(os.getuid()).pw_dir); print([path"
        " for path in ('/', '/etc', '/etc/passwd', '/dev', '/sys') if os.access(path, os.W_OK)])"
    )
    before = os.umask(umask)
    try:
        done = house.run([sys.executable, "-I", "-c", code], mode)
    finally:
        os.umask(before)
    assert {"allow-list", "own-proc", "network:none"} <= set(done.isolation)
    assert done.output.decode().splitlines() == ["here /tmp", "[]"]


@pytest.mark.parametrize("mode", MODES)
def test_a_path_over_a_symbolic_link_leads_where_it_leads_outside(house: House, mode: str) -> None:
    (house.root / "work" / "file").write_text("here")
    (house.root / "current").symlink_to(house.root / "work")
    link = house.root / "current"
    done = house.run(["/bin/cat", f"{link}/file"], mode, (link,), directory=link)
    assert done.output == b"here"


def test_links_on_the_way_are_named_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "again").symlink_to(tmp_path / "link")
    trail = allowed.trail(f"{tmp_path}/again/file")
    expected = {f"{tmp_path}/again": f"{tmp_path}/link", f"{tmp_path}/link": "real"}
    assert expected.items() <= trail.items()
    assert not [link for link in allowed.trail("/bin") if link.startswith("//")]


def test_a_home_that_holds_an_installation_is_not_seen_with_it(tmp_path: Path) -> None:
    """A prefix with something hidden in it is seen in its programs and libraries only."""
    for part in ("bin", "lib/python3.11", "keys"):
        (tmp_path / part).mkdir(parents=True)
    (tmp_path / "lib/python3.11/os.py").touch()
    program = tmp_path / "bin/python3.11"
    program.touch(0o755)
    whole = allowed.tool_paths(str(program), {}, [])
    parts = allowed.tool_paths(str(program), {}, [tmp_path / "keys"])
    assert whole == (tmp_path, program)
    assert parts == (tmp_path / "bin", tmp_path / "lib", program)


@pytest.mark.parametrize("mode", MODES)
def test_a_hidden_path_that_was_wanted_is_told_from_one_that_is_not_there(
    house: House, mode: str
) -> None:
    key = house.root / "store" / "keys" / "release"
    wanted = house.run(["/bin/cat", str(key)], mode)
    absent = house.run(["/bin/cat", f"{key}.gone"], mode)
    own = house.run(["/bin/cat", f"{house.root}/work/gone"], mode)
    text = wanted.output.decode()
    assert wanted.shown.hidden_path(text) == str(key), text
    assert absent.shown.hidden_path(absent.output.decode()) is None
    assert own.shown.hidden_path(own.output.decode()) is None


def test_without_namespaces_nothing_was_hidden(house: House) -> None:
    done = house.run(["/bin/cat", str(house.root / "store/keys/release")], "none")
    assert done.output.decode() == house.mark
    assert "allow-list" not in done.isolation
    assert done.shown.hidden_path(f"{house.root}/store: No such file or directory") is None
