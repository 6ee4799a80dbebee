"""How long the check of the worked example takes, in a process that has imported what it needs."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SCRIPT = """
import sys, time
from pathlib import Path
from activities import STEP_TYPES
from engine.language.compiler import check_file
for _ in range(6):
    began = time.perf_counter()
    check_file(Path(sys.argv[1]), STEP_TYPES)
    print(1000 * (time.perf_counter() - began))
"""


@dataclass(frozen=True)
class Check:
    """Milliseconds of a check. The first one of a process also loads the public holidays of all countries."""

    first: float
    later: float


def measure(workspace: Path) -> Check:
    """Check the example again and again in three new processes; the middle values."""
    file = workspace / "definitions" / "processes" / "client-onboarding.yaml"
    runs = [_times(file) for _ in range(3)]
    return Check(median(first for first, *_ in runs), median(later for _, *rest in runs for later in rest))


def _times(file: Path) -> list[float]:
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", SCRIPT, str(file)]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [float(line) for line in said.split()]
