"""The library's parser may raise anything at a broken mail: here is the one place that lives with it."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


class TooLong(Exception):  # noqa: N818  as it is said
    """A part of the work took longer than it is worth."""


def tolerant(work: Callable[[], T], otherwise: T) -> T:
    """The value of the work, or else the other one: a broken part must not cost the whole mail."""
    try:
        return work()
    except (MemoryError, RecursionError, TooLong):
        raise
    except Exception:  # an edge: email.*, authres and flufl raise whatever a broken input leads them to
        return otherwise


def within(seconds: float, work: Callable[[], T], otherwise: Callable[[], T]) -> T:
    """The value of the work if it needs no more than these seconds of CPU, or else that of the simpler one.

    Only in the main thread of a process that uses SIGVTALRM for nothing else. It interrupts regular expressions too.
    """
    before = signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        return work()
    except TooLong:
        return otherwise()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise TooLong
