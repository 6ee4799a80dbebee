"""Tasks that were added to a running case by hand."""

from functools import partial

from engine.runtime.mailbox import take
from engine.runtime.tasks import DONE, doers, hear
from engine.runtime.walker import Walker

ADDED = "added/"
"""Where these tasks stand among the paths of a case."""


def added_tasks(walker: Walker) -> bool:
    """Close those that somebody has done; False while one is open that holds up the end of the case."""
    quiet = True
    added = [(p, r) for p, r in walker.state.steps.items() if p.startswith(ADDED) and not r.closed]
    for path, record in added:
        hear(record.task, partial(take, walker.state, path), partial(_log, walker, path))
        record.memo["for"] = ", ".join(doers(record.task)) or "everybody"
        if taken := take(walker.state, path, [DONE]):
            walker.close(path, record, {**taken[1].data, "by": taken[1].by})
        elif record.memo.get("blocking"):
            quiet = False
    return quiet


def _log(walker: Walker, path: str, kind: str, text: str) -> None:
    walker.journal.write(path, kind, text)
