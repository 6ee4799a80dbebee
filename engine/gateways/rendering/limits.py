"""The child's side of a limited process: serves requests from a pipe within its memory and its time.

Frames are a four-byte length and that many bytes; an answer starts with `+`
(the result) or `-` (code, line break, message).
"""

import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO

from engine.gateways.rendering.failure import RenderFailed

OK, FAILED = b"+", b"-"


def serve(answer: Callable[[bytes], bytes]) -> None:
    """Answer requests until the pipe ends. argv: seconds for one request, megabytes of memory."""
    seconds, megabytes = float(sys.argv[1]), int(sys.argv[2])
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not fall between the frames
    _enclose(megabytes)
    _write(answers, OK)
    while (request := _read(requests)) is not None:
        # The parent kills at `seconds`; this is for a child whose parent has died in the meantime.
        signal.setitimer(signal.ITIMER_REAL, seconds + 1)
        _write(answers, _answered(answer, request))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _enclose(megabytes: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends the pipe
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answered(answer: Callable[[bytes], bytes], request: bytes) -> bytes:
    try:
        return OK + answer(request)
    except RenderFailed as problem:
        return _failed(problem.code, problem.message)
    except MemoryError:
        return _failed("too_big", "The result needs more memory than a template may use.")
    except RecursionError:
        return _failed("too_big", "The template nests deeper than a template may.")
    except Exception as problem:  # the edge: a template may raise anything, and only words leave this process
        words = f"The template cannot be filled in: {str(problem)[:500]} ({type(problem).__name__})"
        return _failed("template_error", words)


def _failed(code: str, message: str) -> bytes:
    return FAILED + f"{code}\n{message}".encode("utf-8", "replace")


def _read(pipe: BinaryIO) -> bytes | None:
    header = pipe.read(4)
    return pipe.read(int.from_bytes(header, "big")) if len(header) == 4 else None


def _write(pipe: BinaryIO, content: bytes) -> None:
    pipe.write(len(content).to_bytes(4, "big") + content)
    pipe.flush()
