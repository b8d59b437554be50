"""Write the last line of a suite to a file: `run_tests.py TESTS FILE`."""

import os
import subprocess
import sys
from pathlib import Path

tests, file = sys.argv[1:]
command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests]
alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
ran = subprocess.run(command, capture_output=True, text=True, check=False, env=alone)
if ran.returncode:
    sys.exit(ran.stdout[-500:])
Path(file).write_text(ran.stdout.strip().splitlines()[-1] + "\n")
