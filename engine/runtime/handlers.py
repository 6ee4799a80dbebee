"""Handlers: what a case, or a group of it, listens to beside its steps."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.language.evaluator import EvaluationError
from engine.language.process import Handler, all_heard_as
from engine.runtime.around import Around
from engine.runtime.events import Accept, compared
from engine.runtime.journal import words
from engine.runtime.mailbox import take
from engine.runtime.state import Data
from engine.runtime.walker import Walker


@dataclass(frozen=True)
class Ears:
    """The handlers of one block. `heard` keeps, by handler, every event that was taken; `interrupt` ends the block."""

    walker: Walker
    prefix: str  # path of the block, with a slash at its end; empty for the case
    heard: dict[str, list[Data]]
    around: Around
    interrupt: Callable[[str], None]

    async def listen(self, handlers: Iterable[Handler], interrupted: str) -> tuple[bool, str]:
        """Take what arrived and walk what it started. True when all of that is done; and which handler has
        interrupted the block and is done, too."""
        quiet, ended = True, ""
        for handler in handlers:
            if interrupted not in ("", handler.id):
                continue
            if self._hear(handler):
                interrupted = handler.id
            done = await self._carry_out(handler)
            quiet = quiet and done
            if handler.interrupt and self.heard[handler.id] and done:
                ended = handler.id
        return quiet, ended

    def _hear(self, handler: Handler) -> bool:
        """Take the events of a handler; True when it interrupts now."""
        path = f"{self.prefix}handlers/{handler.id}"
        heard = self.heard.setdefault(handler.id, [])
        while not (handler.interrupt and heard) and (taken := take(self.walker.state, path, self._accepts(handler))):
            heard.append({"data": dict(taken[1].data), "by": taken[1].by})
            self.walker.journal.write(path, "handler", f"{words(handler.id)}: received")
            if handler.interrupt:
                self.interrupt(handler.id)
                return True
        return False

    async def _carry_out(self, handler: Handler) -> bool:
        done, path = True, f"{self.prefix}handlers/{handler.id}"
        for n, event in enumerate(self.heard[handler.id], 1):
            around = self.around.knowing({"event": event["data"]})
            done = await self.walker.side(f"{path}/{n}/", handler.steps, around) and done
        return done

    def _accepts(self, handler: Handler) -> list[Accept]:
        """What the handler takes now; nothing while its `match` cannot be evaluated."""
        when = handler.when
        try:
            wanted = {n: self.walker.rendered(written, self.around) for n, written in when.match.items()}
        except EvaluationError:
            return []
        wanted = dict(compared(when.type, wanted))
        return [Accept(handler.id, when.type, name, wanted) for name in all_heard_as(when, handler.id)]
