"""The sandbox.

What the subject's code can see and do, what ends it, and that the isolation it names is the
isolation that held.
"""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from atom_release.lab.sandbox import Limits, Sandbox
from atom_release_tests.fixtures.processes import lives, until
from atom_release_tests.fixtures.sandbox_box import LIMITS, MODES, Box, box

__all__ = ["box"]  # the fixture


@pytest.mark.parametrize("mode", MODES)
def test_names_the_isolation_that_held(box: Box, mode: str) -> None:
    """Every name was checked inside; as root the uid is another one."""
    done = box.python("import os; print(os.getuid(), os.getpid() < 10)", mode=mode)
    assert {
        "mount-namespace",
        "pid-namespace",
        "user-namespace",
        "network:none",
        "allow-list",
        "own-proc",
        "hidden-folders",
        "read-only",
        "no-new-privileges",
        "rlimits",
    } <= set(done.isolation)
    if os.geteuid() == 0:
        expected = pwd.getpwnam("nobody").pw_uid if mode == "any" else 0
        assert ("uid:nobody" in done.isolation) is (mode == "any")
        assert done.output.split() == [str(expected).encode(), b"True"]


def test_without_namespaces_says_none(box: Box) -> None:
    """A fallback that isolates nothing does not claim to; what it writes stays."""
    done = box.python(
        "import os; open(os.environ['HIDDEN'] + '/key'); open('left', 'w')", mode="none"
    )
    assert done.status == 0, done.output
    assert "network:host" in done.isolation
    assert not {"mount-namespace", "hidden-folders", "read-only", "network:none"} & set(
        done.isolation
    )
    assert (box.work / "left").exists()


@pytest.mark.parametrize("mode", MODES)
def test_hidden_folders_are_empty_and_nothing_outside_can_be_written(box: Box, mode: str) -> None:
    done = box.python(
        """
        import os
        def tried(action):
            try:
                action()
            except OSError as error:
                return type(error).__name__
            return "done"
        print(tried(lambda: open(os.environ["HIDDEN"] + "/key")))
        for path in ("/etc/hostname", "/usr/x", "/x", os.path.dirname(os.environ["OUT"]) + "/x", "/proc/sys/kernel/hostname"):
            print(path, tried(lambda: open(path, "w")))
        print(sorted(os.environ))
        open("module.py", "w").write("value = 2")
        open("new", "w")
        open(os.environ["OUT"] + "/result", "w").write("here")
        os.symlink("/etc/passwd", os.environ["OUT"] + "/link")
        os.mkfifo(os.environ["OUT"] + "/pipe")
        """,
        mode=mode,
    )
    lines = done.output.decode().splitlines()
    assert done.status == 0, lines
    assert lines[0] == "FileNotFoundError"
    assert not [line for line in lines[1:6] if line.endswith("done") and str(box.root) not in line]
    assert not (box.root / "x").exists()
    assert lines[6].replace("'LC_CTYPE', ", "") == "['HIDDEN', 'OUT', 'PATH']"
    assert (box.work / "module.py").read_text() == "value = 1\n"
    assert sorted(path.name for path in box.work.iterdir()) == ["module.py"]
    assert [path.name for path in box.out.iterdir()] == ["result"]
    assert (box.out / "result").read_text() == "here"


@pytest.mark.parametrize("mode", MODES)
def test_no_network_but_its_own_loopback(box: Box, mode: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = box.python(
            f"""
            import socket
            with socket.create_server(("127.0.0.1", 0)) as own:
                socket.create_connection(own.getsockname(), 2).close()
                print("own loopback")
            for address in (("127.0.0.1", {server.getsockname()[1]}), ("192.0.2.1", 80)):
                try:
                    socket.create_connection(address, 2)
                    print("reached", address)
                except OSError as error:
                    print(type(error).__name__)
            """,
            mode=mode,
        )
    assert done.output.decode().split("\n")[:3] == [
        "own loopback",
        "ConnectionRefusedError",
        "OSError",
    ]


def test_host_loopback_where_the_network_is_allowed(box: Box) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = box.python(
            f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 2)",
            network=True,
        )
    assert done.status == 0, done.output
    assert "network:host" in done.isolation


def test_a_program_that_is_not_there_is_a_status_and_not_a_loss_of_isolation(box: Box) -> None:
    done = Sandbox([]).run(
        ["/nowhere/python"],
        directory=box.work,
        writable=[],
        environment={},
        limits=LIMITS,
        network=False,
    )
    assert done.status == 127
    assert "mount-namespace" in done.isolation


def test_the_interpreter_is_reached_inside_a_hidden_folder(box: Box) -> None:
    """The prefix may lie in a home that is hidden; the rest of that home stays empty."""
    base = Path(sys.base_prefix).resolve()
    if base.parent == Path("/"):
        pytest.skip("this interpreter lies in no folder that could be hidden")
    done = Sandbox([base.parent]).run(
        [sys.executable, "-I", "-c", f"import os; print(os.listdir({str(base.parent)!r}))"],
        directory=box.work,
        writable=[],
        environment={},
        limits=LIMITS,
        network=False,
    )
    assert done.output.decode().strip() == str([base.name])


def test_privileges_cannot_be_won_back(box: Box) -> None:
    """Neither mounts nor the hidden folder come back in a namespace of the subject's own."""
    done = box.python("""
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        print(libc.umount2(os.environ["OUT"].encode(), 2), libc.setuid(0))
        print(libc.unshare(0x10000000 | 0x20000), libc.umount2(os.path.dirname(os.environ["OUT"]).encode(), 2), libc.umount2(b"/tmp", 2))
        print(os.path.exists(os.environ["HIDDEN"] + "/key"), open("/proc/self/status").read().count("NoNewPrivs:\\t1"))
        try:
            os.listdir("/proc/1/fd")
            print("read")
        except PermissionError:
            print("refused")
        """)
    lines = done.output.decode().splitlines()
    assert lines[0].startswith("-1")
    assert lines[1].split()[1:] == ["-1", "-1"]
    assert lines[2:] == ["False 1", "refused"]


@pytest.mark.parametrize("mode", [*MODES, "none"])
def test_a_started_process_serves_the_host_and_stops_with_all_it_started(
    box: Box, mode: str
) -> None:
    code = (
        "import subprocess, sys, http.server\nsubprocess.Popen([sys.executable, '-c', 'import time;"
        " time.sleep(300)'])\n"
    )
    code += (
        "server = http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)\n"
    )
    code += "open('../out/port', 'w').write(str(server.server_port))\nserver.serve_forever()"
    running = Sandbox([box.hidden], namespaces=mode).start(  # type: ignore[arg-type]
        [sys.executable, "-c", code],
        directory=box.work,
        writable=[box.out],
        environment={},
        log=box.root / "log",
    )
    below = []
    try:
        until(lambda: (box.out / "port").exists() and (box.out / "port").read_text())
        with socket.create_connection(("127.0.0.1", int((box.out / "port").read_text())), 5):
            assert running.alive()
        until(lambda: len(psutil.Process(running.pid).children(recursive=True)) >= 3)
        below = psutil.Process(running.pid).children(recursive=True)
    finally:
        running.stop()
    assert not running.alive()
    assert not [process for process in below if lives(process)]
    assert "network:host" in running.isolation


@pytest.mark.parametrize("mode", [*MODES, "none"])
def test_everything_ends_when_the_gate_is_killed(box: Box, mode: str) -> None:
    """SIGKILL leaves the gate no time to tidy up.

    The starting thread ended long before, and a fork of the gate still holds its pipes.
    """
    gate = f"""
    import os, sys, threading, time
    from pathlib import Path
    from atom_release.lab.sandbox import Sandbox
    def begin():
        running = Sandbox([], namespaces={mode!r}).start(
            [sys.executable, "-c", subject],
            directory=Path({str(box.work)!r}), writable=[], environment={{}}, log=Path({str(box.root / "log")!r}))
        kept.append(running)
    subject = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'], start_new_session=True)"
    subject += "; time.sleep(300)"
    kept = []
    thread = threading.Thread(target=begin); thread.start(); thread.join()
    time.sleep(0.3)
    fork = os.fork()
    if fork:
        print(kept[0].pid, kept[0].alive(), fork, flush=True)
    time.sleep(300)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(gate)],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        text=True,
    )
    try:
        assert process.stdout
        pid, alive, fork = process.stdout.readline().split()
        assert alive == "True"
        until(lambda: len(psutil.Process(int(pid)).children(recursive=True)) >= 3)
        below = [psutil.Process(int(pid)), *psutil.Process(int(pid)).children(recursive=True)]
        process.kill()
        process.wait()
        until(lambda: not [below_pid for below_pid in below if lives(below_pid)])
    finally:
        process.kill()
        psutil.Process(int(fork)).kill()
        process.communicate()


_AGAIN = ("test_sandbox", "test_sandbox_limits", "test_sandbox_refusals", "test_sandbox_view")


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests are this one already")
def test_as_an_ordinary_user() -> None:
    """The same promises for a gate that is not root.

    These tests again, as another uid, in user namespaces.
    """
    project = Path(__file__).parents[2]
    done = Sandbox([], readable=[project]).run(
        [
            sys.executable,
            "-m",
            "pytest",
            *(str(Path(__file__).with_name(f"{name}.py")) for name in _AGAIN),
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            "user or none or daemons or order",
            "--rootdir",
            str(project),
        ],
        directory=project,
        writable=[],
        environment={
            "PYTHONPATH": str(project),
            "PATH": "/usr/bin:/bin",
            "HOME": "/tmp",  # noqa: S108 - private there
        },
        limits=Limits(wall=200, cpu=150, memory_mb=4096, processes=512),
        network=False,
    )
    assert done.status == 0, done.output.decode()
    assert b"passed" in done.output
