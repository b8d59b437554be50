"""The sandbox.

What the subject's code can see and do, what ends it, and that the isolation it names is the
isolation that held.
"""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from atom_release.gate.rules.isolation import doubt, levels_missed
from atom_release.lab.sandbox import Finished, Limits, Sandbox, allowed
from atom_release.lab.sandbox.launcher import mounts
from atom_release.lab.sandbox.order import Bounds, Folders, Order
from atom_release.lab.sandbox.process import NotIsolated
from atom_release_tests.fixtures.processes import lives, until

LIMITS = Limits(wall=30, cpu=20, memory_mb=1024, processes=64, file_mb=32)
MODES = ["any", "user"]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


class Box:
    """A working folder, a folder to write in, and a hidden one with a key."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.work, self.out, self.hidden = root / "work", root / "out", root / "hidden"
        for folder in (self.work, self.out, self.hidden):
            folder.mkdir()
        (self.work / "module.py").write_text("value = 1\n")
        (self.hidden / "key").write_text("the key")
        for folder in (root, *root.parents[:-2]):
            if folder.stat().st_uid == os.geteuid():
                folder.chmod(0o755)

    def python(
        self, code: str, *, mode: str = "any", limits: Limits = LIMITS, network: bool = False
    ) -> Finished:
        """Run this code with the folder of work thrown away afterwards."""
        sandbox = Sandbox([self.hidden], namespaces=mode)  # type: ignore[arg-type]
        return sandbox.run(
            [sys.executable, "-I", "-c", textwrap.dedent(code)],
            directory=self.work,
            writable=[self.out],
            environment={"PATH": "/usr/bin:/bin", "OUT": str(self.out), "HIDDEN": str(self.hidden)},
            limits=limits,
            network=network,
            throwaway=[self.work],
        )


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


@pytest.mark.parametrize("mode", [*MODES, "none"])
def test_wall_time_ends_everything_that_was_started(box: Box, mode: str) -> None:
    mark = f"atom-{os.getpid()}-{mode}"
    done = box.python(
        f"""
        import subprocess, sys, time
        for _ in range(3):
            subprocess.Popen([sys.executable, "-c", "import os, time; os.setsid(); time.sleep(300)", "{mark}"])
        time.sleep(300)
        """,
        mode=mode,
        limits=Limits(wall=1, cpu=20, memory_mb=1024, processes=64),
    )
    assert done.timed_out
    assert done.met_limit == "wall"
    assert not [
        process
        for process in psutil.process_iter(["cmdline"])
        if mark in (process.info["cmdline"] or [])
    ]


def test_daemons_left_behind_end_with_the_run(box: Box) -> None:
    mark = f"atom-{os.getpid()}-daemon"
    done = box.python(f"""
        import os, subprocess, sys
        subprocess.Popen([sys.executable, "-c", "import os, time; os.setsid(); time.sleep(300)", "{mark}"], start_new_session=True)
        """)
    assert done.status == 0
    assert not done.timed_out
    assert not [
        process
        for process in psutil.process_iter(["cmdline"])
        if mark in (process.info["cmdline"] or [])
    ]


def test_processor_time_is_limited(box: Box) -> None:
    done = box.python("while True: pass", limits=Limits(wall=30, cpu=1, memory_mb=512))
    assert (done.met_limit, done.status) == ("cpu", -signal.SIGXCPU)


def test_memory_of_one_process_is_limited(box: Box) -> None:
    done = box.python("x = bytearray(2_000_000_000)")
    assert b"MemoryError" in done.output


def test_memory_of_many_processes_is_limited_together(box: Box) -> None:
    done = box.python(
        """
        import os, time
        for _ in range(6):
            if not os.fork():
                held = bytearray(os.urandom(1)) * 150_000_000
                time.sleep(60)
        time.sleep(60)
        """,
        limits=Limits(wall=30, cpu=20, memory_mb=512),
    )
    assert done.met_limit == "memory"


@pytest.mark.parametrize(
    "mode", ["any" if os.geteuid() == 0 else "user"]
)  # the kernel does not count root's processes
def test_forking_without_end_is_contained_and_named(box: Box, mode: str) -> None:
    """The bomb is bounded by itself too, far above the sandbox's limit."""
    done = box.python(
        """
        import os, time
        made = 0
        for _ in range(500):
            try:
                if not os.fork():
                    time.sleep(20)
                    os._exit(0)
            except BlockingIOError:
                print("refused after", made, flush=True)
                break
            made += 1
        time.sleep(0.5)
        """,
        mode=mode,
        limits=Limits(wall=30, cpu=20, memory_mb=1024, processes=40),
    )
    assert done.met_limit == "processes"
    if done.output:  # else it was ended before it could say so
        assert done.output.startswith(b"refused after"), done.output
        assert int(done.output.split()[2]) <= 40


def test_two_sandboxes_do_not_share_one_count_of_processes(box: Box) -> None:
    """Processes are counted in a user namespace of each sandbox's own.

    Not for the uid over the whole machine.
    """
    crowd = (
        "import os, time\nfor _ in range(30):\n    if not os.fork():\n        time.sleep(30);"
        " os._exit(0)\nprint('made', flush=True)\ntime.sleep({})"
    )
    limits = Limits(wall=30, cpu=20, memory_mb=1024, processes=40)
    sandbox = Sandbox([box.hidden])
    first = sandbox.start(
        [sys.executable, "-I", "-c", crowd.format(30)],
        directory=box.work,
        writable=[],
        environment={},
        log=box.root / "log",
    )
    try:
        until(lambda: b"made" in (box.root / "log").read_bytes())
        second = box.python(crowd.format(0), limits=limits)
    finally:
        first.stop(0)
    assert second.output == b"made\n"


@pytest.mark.parametrize("mode", MODES)
def test_filling_the_disk_stops_at_the_bound_and_is_named(box: Box, mode: str) -> None:
    done = box.python(
        """
        import os
        for place in (os.environ["OUT"], ".", "/tmp", "/dev/shm"):
            written = 0
            try:
                for number in range(64):
                    with open(f"{place}/{number}", "wb") as sink:
                        sink.write(bytes(1 << 20))
                    written += 1
            except OSError as error:
                print(place, written, error.strerror)
        """,
        mode=mode,
    )
    lines = done.output.decode().splitlines()
    assert len(lines) == 4, lines
    assert all("No space left" in line and int(line.split()[1]) <= 32 for line in lines)
    assert done.met_limit == "disk"


def test_a_file_cannot_outgrow_its_limit_even_without_namespaces(box: Box) -> None:
    done = box.python(
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nopen('big',"
        " 'wb').write(bytes(64 << 20))",
        mode="none",
        limits=Limits(wall=30, cpu=20, memory_mb=1024, file_mb=8),
    )
    assert b"File too large" in done.output
    assert (box.work / "big").stat().st_size <= 8 << 20


def test_output_is_bounded(box: Box) -> None:
    done = box.python("import sys\nsys.stdout.write('first' + 'x' * 5_000_000 + 'last')")
    assert len(done.output) <= 1 << 20
    assert done.output.startswith(b"first")
    assert done.output.endswith(b"last")


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


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests are this one already")
def test_as_an_ordinary_user() -> None:
    """The same promises for a gate that is not root.

    This file's tests again, as another uid, in user namespaces.
    """
    project = Path(__file__).parents[2]
    done = Sandbox([], readable=[project]).run(
        [
            sys.executable,
            "-m",
            "pytest",
            str(Path(__file__)),
            str(Path(__file__).with_name("test_sandbox_view.py")),
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


_REFUSED = """
import ctypes, os, sys
uid, gid = os.getuid(), os.getgid()
libc = ctypes.CDLL(None, use_errno=True)
assert libc.unshare(0x10000000) == 0, os.strerror(ctypes.get_errno())
for name, line in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
    open(f"/proc/self/{name}", "w").write(line)
open("/proc/sys/user/max_user_namespaces", "w").write("0")
os.execv(sys.executable, [sys.executable, "-c", sys.argv[1], *sys.argv[2:]])
"""
_ASKED = """
import os, sys
from pathlib import Path
from atom_release.lab.sandbox import Limits, Sandbox, network
done = Sandbox([], accepted=sys.argv[2:]).run(
    ["/bin/touch", "ran"], directory=Path(sys.argv[1]), writable=[], environment={},
    limits=Limits(wall=30, cpu=20, memory_mb=512), network=False)
print(os.geteuid(), done.status, network(), *done.isolation)
"""


def refused_by_the_kernel(place: Path, *accepted: str) -> subprocess.CompletedProcess[str]:
    """Ask the sandbox as an ordinary user whose user namespaces are used up."""
    return subprocess.run(
        [sys.executable, "-c", _REFUSED, _ASKED, str(place), *accepted],
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("accepted", [(), ("network:host",), ("files:host", "network:host")])
def test_where_the_kernel_refuses_namespaces_nothing_is_run(
    accepted: tuple[str, ...], tmp_path: Path
) -> None:
    """Code of the release could read every key of the gate's user; accepting a part is no yes."""
    done = refused_by_the_kernel(tmp_path, *accepted)
    assert "was not run; the operator's file accepts" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_where_the_operator_accepts_to_go_without_the_evidence_says_so(tmp_path: Path) -> None:
    """Nothing holds, and the evidence names what did not."""
    done = refused_by_the_kernel(tmp_path, "none")
    assert (tmp_path / "ran").exists(), done.stderr
    uid, status, network, *isolation = done.stdout.split()
    assert (uid, status, network, isolation[0]) == ("1000", "0", "None", "none"), done.stderr
    assert levels_missed(isolation) == ("files:host", "processes:host", "network:host")
    assert doubt(isolation, ())


@pytest.mark.parametrize("named", ["/", "/usr/..", "/tmp", "/var/../tmp", "/proc", "/dev"])  # noqa: S108 - names, and nothing is written there
def test_what_no_view_can_be_made_of_is_not_on_the_list(named: str, tmp_path: Path) -> None:
    """However it is spelled: the rest is seen, and the machine's own is not."""
    mark = tmp_path / "mark"
    mark.write_text("x")
    (tmp_path / "work").mkdir()
    done = Sandbox([], readable=[Path(named)], accepted=["none"]).run(
        ["/bin/cat", str(mark)],
        directory=tmp_path / "work",
        writable=[],
        environment={},
        limits=Limits(wall=30, cpu=20, memory_mb=512),
        network=False,
    )
    assert done.status != 0
    assert "mount-namespace" in done.isolation


def test_an_order_that_cannot_be_carried_out_is_not_run_in_any_other_way(tmp_path: Path) -> None:
    """Whatever breaks the view, the machine has namespaces: nothing runs without them."""
    (tmp_path / "file").write_text("x")
    ran = tmp_path / "ran"
    with pytest.raises(NotIsolated):
        Sandbox([], accepted=["none"]).run(
            ["/bin/touch", str(ran)],
            directory=tmp_path,
            writable=[],
            throwaway=[tmp_path / "file"],  # an overlay wants a folder
            environment={},
            limits=Limits(wall=30, cpu=20, memory_mb=512),
            network=False,
        )
    assert not ran.exists()


def test_the_order_of_mounts_covers_what_is_hidden_inside_what_is_shown() -> None:
    """And shows again what lies inside the cover, the outermost first."""
    order = Order(["x"], Path("/"), {}, Folders(), Bounds(), network=False).plain()
    order |= {
        "hidden": ["/home/u", "/opt/python/key", "/nowhere/near"],
        "readable": ["/opt/python", "/opt/python/lib", "/opt/python/key/public", "/usr"],
        "throwaway": ["/home/u/.gate/copy"],
        "bounded": ["/srv/out"],
        "writable": [],
        "links": {},
        "files": {},
    }
    steps = [
        step
        for step in mounts.plan(order)
        if step[0] not in mounts.PRIVATE and not step[0].startswith("/dev/")
    ]
    assert steps == [
        ("/usr", "readable"),
        ("/opt/python", "readable"),
        ("/srv/out", "bounded"),
        ("/opt/python/key", "cover"),
        ("/home/u/.gate/copy", "throwaway"),
        ("/opt/python/key/public", "readable"),
    ]


def test_files_of_the_subjects_own_never_overwrite_the_machines(tmp_path: Path) -> None:
    """Also where all of /etc is shown: the machine's list of users is covered, not written."""
    before = Path("/etc/passwd").read_bytes()
    (tmp_path / "work").mkdir()
    done = Sandbox(hidden=(), readable=[Path("/etc")]).run(
        ["/bin/cat", "/etc/passwd"],
        directory=tmp_path / "work",
        writable=[tmp_path / "work"],
        environment={},
        limits=Limits(wall=30, cpu=10, memory_mb=512),
        network=False,
    )
    assert Path("/etc/passwd").read_bytes() == before
    assert done.status == 0, done.output
    assert len(done.output.splitlines()) <= 3


@pytest.mark.parametrize("program", ["/usr/../bin/python3", "/bin/python3", "KEY", "LINK"])
def test_a_program_shows_its_own_installation_and_no_more(box: Box, program: str) -> None:
    """Neither a way round to the root, nor a file that is no program, nor the subject's link."""
    key, link = box.hidden / "key", box.work / "link"
    link.symlink_to(key)
    named = {"KEY": str(key), "LINK": str(link)}.get(program, program)
    shown = allowed.tool_paths(named, {}, [box.hidden], [box.work])
    assert Path("/") not in {path.resolve() for path in shown}
    assert not any(key.is_relative_to(path.resolve()) for path in shown)


def test_a_directory_is_no_way_out_of_the_copy(box: Box) -> None:
    """The attack: a step replaced the folder by a link to another; the twin is a folder."""
    outside = box.work.parent / "outside"
    outside.mkdir()
    (box.work / "inside").mkdir()
    (box.work / "service").symlink_to(outside)
    sandbox = Sandbox([box.hidden])

    def listed(directory: Path) -> bytes:
        return sandbox.run(
            ["/bin/pwd"],
            directory=directory,
            writable=[box.work],
            environment={},
            limits=LIMITS,
            network=False,
        ).output

    with pytest.raises(NotIsolated, match="a link that leads out"):
        listed(box.work / "service")
    assert listed(box.work / "inside").strip() == str(box.work / "inside").encode()
