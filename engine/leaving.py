"""How a process of ours ends."""

import os
import sys
from contextlib import suppress
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End this process with `code`, after what it wrote has gone out.

    The threads of Temporal's library outlive the event loop, and one that asks for the interpreter while that is
    being torn down aborts it (temporalio/sdk-python#300): now and then a command that did its work would end with
    -6. So where the library is loaded nothing is torn down; whatever has to be closed is closed before.
    """
    if "temporalio.bridge" not in sys.modules:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more, or it is closed
            stream.flush()
    os._exit(code)
