"""The worked plug-in of the documentation, installed into a folder."""

import subprocess
import sys
from pathlib import Path

PLUGIN = Path(__file__).parent.parent / "docs" / "plugin"


def install(folder: Path) -> Path:
    """Install it as pip does, from a copy and without reaching for anything else."""
    source, target = folder / "source", folder / "installed"
    source.mkdir()
    for file in PLUGIN.iterdir():
        if file.is_file():
            (source / file.name).write_bytes(file.read_bytes())
    quiet = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--no-index")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *quiet, "--target", target, source], check=True, timeout=120
    )
    return target
