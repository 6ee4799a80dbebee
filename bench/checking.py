"""How long the check of the worked example takes: in a new process, after the imports."""

import subprocess
import sys
from pathlib import Path
from statistics import median

SCRIPT = """
import sys, time
from pathlib import Path
from activities import STEP_TYPES
from engine.language.compiler import check_file
began = time.perf_counter()
problems = check_file(Path(sys.argv[1]), STEP_TYPES)
print(1000 * (time.perf_counter() - began), len(problems))
"""


def measure(workspace: Path) -> float:
    """Milliseconds of the first check in a process; the middle one of seven."""
    file = workspace / "definitions" / "processes" / "client-onboarding.yaml"
    return median(_once(file) for _ in range(7))


def _once(file: Path) -> float:
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", SCRIPT, str(file)]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split()
    return float(said[0])
