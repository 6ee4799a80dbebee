"""The limited process that parses mails: `python -m engine.gateways.parsing.child SECONDS MEGABYTES`."""

from engine.gateways.parsing.frames import asked, packed
from engine.gateways.parsing.letter import Letter, Unreadable
from engine.gateways.parsing.reading import read
from engine.gateways.rendering.failure import RenderFailed
from engine.gateways.rendering.limits import serve


def answer(request: bytes) -> bytes:
    """Raises RenderFailed, the only thing that leaves this process beside a letter."""
    try:
        return packed(understood(*asked(request)))
    except Unreadable as problem:
        raise RenderFailed(problem.code, problem.message) from problem


def understood(raw: bytes, authserv: str, null_sender: bool) -> Letter:
    """What the mail says. Raises Unreadable whatever is wrong with it."""
    try:
        return read(raw, authserv, null_sender)
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable("too_deep", "Its parts are nested deeper than any mail's.") from None
    except MemoryError:
        raise Unreadable("too_big", "It needs more memory than a mail may use.") from None
    except Exception as problem:  # an edge: nobody knows what the library raises at the next broken mail
        words = f"It is broken in a way that nothing can be made of: {str(problem)[:200]} ({type(problem).__name__})"
        raise Unreadable("broken", words) from problem


if __name__ == "__main__":
    serve(answer)
