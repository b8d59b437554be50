"""The stand-in server that measurements are held against."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

import pytest


def test_the_stand_in_ends_with_the_one_who_started_it() -> None:
    """Killed hard, the starter cannot end it: the pipe does."""
    code = """
import os, signal
from atom_release.lab import stand_in
with stand_in.running() as port:
    print(port, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    port = int(ended.stdout)
    for _ in range(200):
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.02)
    pytest.fail("the stand-in still listens")
