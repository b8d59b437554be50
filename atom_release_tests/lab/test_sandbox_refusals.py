"""What a sandbox refuses to run, and which paths an order may have shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from atom_release.gate.rules.isolation import doubt, levels_missed
from atom_release.lab.sandbox import Limits, Sandbox, allowed
from atom_release.lab.sandbox.launcher import mounts
from atom_release.lab.sandbox.order import Bounds, Folders, Order
from atom_release.lab.sandbox.process import NotIsolated
from atom_release_tests.fixtures.sandbox_box import LIMITS, Box, box

__all__ = ["box"]  # the fixture


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
