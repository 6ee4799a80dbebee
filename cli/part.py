"""What a part of Baton needs to run as a process: a log on stderr, a parent, and a way to say that it is ready."""

import ctypes
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from engine import logs

Parent = Annotated[int, typer.Option("--parent", hidden=True, help="End with this process.")]
ReadyFile = Annotated[Path | None, typer.Option("--ready-file", hidden=True, help="Made when the part is ready.")]
ListenHandle = Annotated[int, typer.Option("--listen-handle", hidden=True, help="A socket that is open already.")]

_PR_SET_PDEATHSIG = 1


def begin(parent: int, form: str = "text") -> None:
    """Log to stderr, and end with the parent, however that ends. Elsewhere than on Linux the parent has to tell us."""
    logs.begin(form)
    if not parent:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we could ask
        sys.exit(1)


def say_ready(name: str, file: Path | None) -> None:
    """Tell whoever waits for this part."""
    logging.getLogger("baton").info("%s is ready", name)
    if file:
        file.touch()
