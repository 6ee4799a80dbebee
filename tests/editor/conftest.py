"""A real yaml-language-server, from npm."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.cli.conftest import baton

__all__ = ["baton"]

VERSION = "1.20.0"
STORE = Path(sys.prefix) / "share" / f"yaml-language-server-{VERSION}"
PROGRAM = Path("node_modules/yaml-language-server/bin/yaml-language-server")


@pytest.fixture(scope="session")
def yaml_language_server() -> list[str]:
    """The command that runs it; installed once, beside the packages of this Python."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("node and npm are not installed")
    if not (STORE / PROGRAM).is_file():
        _install(npm)
    return [node, str(STORE / PROGRAM), "--stdio"]


def _install(npm: str) -> None:
    STORE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=STORE.parent) as folder:
        wanted = f"yaml-language-server@{VERSION}"
        options = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefix", folder]
        try:
            done = subprocess.run([npm, "install", *options, wanted], capture_output=True, text=True, timeout=180)
        except subprocess.TimeoutExpired:
            pytest.skip("npm did not answer within three minutes")
        if done.returncode:
            pytest.skip(f"npm could not install {wanted}: {done.stderr.strip()[:200]}")
        try:
            Path(folder).rename(STORE)
        except OSError:  # another test run was faster
            assert (STORE / PROGRAM).is_file()
        Path(folder).mkdir(exist_ok=True)
