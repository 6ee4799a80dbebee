"""How long checks take: of the worked example in a process that has imported what it needs, and of many files."""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from activities import STEP_TYPES
from engine.language.compiler import check_file
from tests.language.test_hostile import files

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
MANY = """
import sys, time
from pathlib import Path
from activities import STEP_TYPES
from engine.language.survey import check_everything
began = time.perf_counter()
check_everything(Path(sys.argv[1]), STEP_TYPES)
print(time.perf_counter() - began)
"""


@dataclass(frozen=True)
class Check:
    """Milliseconds of a check. The first one of a process also fills what later ones find ready."""

    first: float
    later: float


def measure(workspace: Path) -> Check:
    """Check the example again and again in three new processes; the middle values."""
    file = workspace / "definitions" / "processes" / "client-onboarding.yaml"
    runs = [_times(SCRIPT, file) for _ in range(3)]
    return Check(median(first for first, *_ in runs), median(later for _, *rest in runs for later in rest))


def measure_many(workspace: Path, processes: int = 1_000) -> float:
    """Seconds to check a workspace of so many processes: copies of the shipped ones, which use the same files."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "definitions"
        shutil.copytree(workspace / "definitions", folder, ignore=shutil.ignore_patterns("tests"))
        copies(folder / "processes", processes)
        return _times(MANY, folder)[0]


def measure_hostile() -> float:
    """Milliseconds of processor time for the slowest of the files that are made to take long."""
    with tempfile.TemporaryDirectory() as scratch:
        return 1000 * max(_processor_time(path) for path in files(Path(scratch)).values())


def _processor_time(path: Path) -> float:
    began = time.process_time()
    check_file(path, STEP_TYPES)
    return time.process_time() - began


def copies(folder: Path, wanted: int) -> None:
    """Fill a folder of processes up with copies under other names."""
    originals = sorted(folder.glob("*.yaml"))
    for n in range(wanted - len(originals)):
        original = originals[n % len(originals)]
        name = f"{original.stem}-{n}"
        text = original.read_text().replace(f"process: {original.stem}\n", f"process: {name}\n", 1)
        (folder / f"{name}.yaml").write_text(text)


def _times(script: str, path: Path) -> list[float]:
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", script, str(path)]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [float(line) for line in said.split()]
