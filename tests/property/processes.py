"""Random processes, made of every construct, as an author could have written them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

Step = dict[str, Any]
DEEPEST = 3
EVENTS = ("bell", "whistle")
N = "vars.n | default(0)"


@dataclass
class Author:
    """Writes one process. `asked` are the steps whose outcome can be read where the author is."""

    random: Random
    kinds: tuple[str, ...]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    asked: list[str] = field(default_factory=list)

    def process(self) -> str:
        """The file, as text: every JSON text is YAML too."""
        written = {"language": 1, "process": "random", "title": "Random", "owner": "team"}
        written["inputs"] = {"size": {"type": "number"}, "email": {"type": "email"}}
        written["steps"] = [{"id": "start", "type": "set", "values": {"n": "${ 0 }"}}, *self.block(0)]
        if self.random.random() < 0.3:
            written["handlers"] = [self.handler(n) for n in range(self.random.randint(1, 2))]
        return json.dumps(written, indent=1)

    def block(self, depth: int) -> list[Step]:
        """One to three steps. What was asked inside is forgotten after it, unless it certainly ran."""
        return [self.step(depth) for _ in range(self.random.randint(1, 3) + (depth == 0) * 2)]

    def inside(self, depth: int) -> list[Step]:
        known = list(self.asked)
        block = self.block(depth + 1)
        self.asked = known
        return block

    def name(self, kind: str) -> str:
        return f"{kind}{next(self.numbers)}"

    def step(self, depth: int) -> Step:
        simple = ("task", "email", "set", "pause", "events", "emit", "decision", "stop", "call")
        kinds = [k for k in self.kinds if depth < DEEPEST or k in simple]
        kind = self.random.choices(kinds, [WEIGHTS.get(k, 2) for k in kinds])[0]
        step: Step = WRITE[kind](self, self.name(kind), depth)
        if kind not in ("task", "stop") and self.random.random() < 0.15:
            step["if"] = self.condition()
        if kind in ("email", "task", "call") and self.random.random() < 0.15:
            step["compensate"] = [self.mail(self.name("undone"), depth)]
        return step

    def condition(self) -> str:
        if self.asked and self.random.random() < 0.5:
            said = f'steps.{self.random.choice(self.asked)}.outcome | default("no")'
            return f'({said}) == "{self.random.choice(("yes", "no"))}"'
        return self.random.choice(("inputs.size > 5", f"({N}) > 1", f"({N}) == 0", "inputs.size <= 5"))

    def handler(self, n: int) -> Step:
        known, self.asked = self.asked, []
        steps = self.inside(DEEPEST)
        self.asked = known
        when = {"type": "event", "event": EVENTS[n]}
        return {"id": f"heard{n}", "when": when, "interrupt": self.random.random() < 0.4, "steps": steps}

    # -- step types ---------------------------------------------------------------

    def task(self, name: str, depth: int) -> Step:
        step = {"id": name, "type": "task", "title": name, "candidate_groups": ["team"], "outcomes": ["yes", "no"]}
        if self.random.random() < 0.3:
            step |= {"timeout": "3 days", "on_timeout": self.random.choice(("stop", "fail"))}
        else:
            step["timeout"] = "never"
        if self.random.random() < 0.3:
            step["reminders"] = [{"every": "1 day", "max_times": 2, "template": "hello"}]
        if self.random.random() < 0.2:
            step["escalate"] = {"after": "2 days", "task": {"title": "Ask", "candidate_groups": ["team"]}}
        if self.random.random() < 0.1:
            step["start"] = "1 day"
        self.asked.append(name)
        return step

    def mail(self, name: str, depth: int) -> Step:
        step = {"id": name, "type": "email", "to": "${ inputs.email }", "template": "hello"}
        if self.random.random() < 0.4:
            step["on_error"] = self.random.choice(("continue", "stop", "incident"))
        return step

    def call(self, name: str, depth: int) -> Step:
        step = {"id": name, "type": "call", "connection": "crm", "operation": "update", "inputs": {"n": f"${{ {N} }}"}}
        return step | {"retry": {"max_attempts": 2}, "on_error": self.random.choice(("continue", "incident"))}

    def set(self, name: str, depth: int) -> Step:
        return {"id": name, "type": "set", "values": {"n": f"${{ ({N}) + 1 }}"}}

    def pause(self, name: str, depth: int) -> Step:
        return {"id": name, "type": "wait", "duration": f"{self.random.randint(1, 4)} days"}

    def events(self, name: str, depth: int) -> Step:
        events = [{"id": e, "type": "event", "event": e} for e in EVENTS]
        step = {"id": name, "type": "wait", "events": events, "timeout": "5 days", "on_timeout": "continue"}
        return step | ({"wait_for": "all"} if self.random.random() < 0.3 else {})

    def emit(self, name: str, depth: int) -> Step:
        return {"id": name, "type": "emit", "event": self.random.choice(EVENTS), "data": {"n": f"${{ {N} }}"}}

    def decision(self, name: str, depth: int) -> Step:
        rules = [{"if": self.condition(), "set": {"level": "high"}}]
        return {"id": name, "type": "decision", "rules": rules, "else": {"level": "low"}}

    def stop(self, name: str, depth: int) -> Step:
        return {"id": name, "type": "stop", "if": self.condition(), "outcome": "stopped"}

    def choose(self, name: str, depth: int) -> Step:
        cases = [{"if": self.condition(), "steps": self.inside(depth)} for _ in range(self.random.randint(1, 2))]
        return {"id": name, "type": "choose", "cases": cases, "else": self.inside(depth)}

    def parallel(self, name: str, depth: int) -> Step:
        names = [self.name("branch") for _ in range(self.random.randint(2, 3))]
        branches = [{"id": n, "steps": self.inside(depth)} for n in names]
        step: Step = {"id": name, "type": "parallel", "branches": branches}
        if self.random.random() < 0.5:
            step |= {"wait_for": self.random.choice(("any", 2)), "others": self.random.choice(("cancel", "leave"))}
        if self.random.random() < 0.3:
            step["max_parallel"] = self.random.randint(1, 2)
        return step

    def repeat(self, name: str, depth: int) -> Step:
        last = self.task(self.name("task"), depth)
        steps = [*self.inside(depth), last]
        until = f'steps.{last["id"]}.outcome == "yes"'
        return {
            "id": name, "type": "repeat", "steps": steps, "until": until, "max_times": 2, "on_max_times": "continue"
        }  # fmt: skip

    def for_each(self, name: str, depth: int) -> Step:
        step = {"id": name, "type": "for_each", "items": "[1, 2, 3]", "as": "item", "steps": self.inside(depth)}
        if self.random.random() < 0.5:
            step |= {"wait_for": self.random.choice(("any", 2)), "max_parallel": self.random.randint(1, 3)}
        return step

    def group(self, name: str, depth: int) -> Step:
        step: Step = {"id": name, "type": "group", "steps": self.inside(depth)}
        if self.random.random() < 0.4:
            step |= {"timeout": "6 days", "on_timeout": self.random.choice(("continue", "stop"))}
        if self.random.random() < 0.3:
            step["cancel_if"] = f"({N}) > 2"
        if self.random.random() < 0.3:
            step["on_error"] = "continue"
        return step

    def undo(self, name: str, depth: int) -> Step:
        return {"id": name, "type": "undo"}


WRITE: dict[str, Callable[[Author, str, int], Step]] = {
    "task": Author.task, "email": Author.mail, "call": Author.call, "set": Author.set, "pause": Author.pause,
    "events": Author.events, "emit": Author.emit, "decision": Author.decision, "stop": Author.stop,
    "choose": Author.choose, "parallel": Author.parallel, "repeat": Author.repeat, "for_each": Author.for_each,
    "group": Author.group, "undo": Author.undo,
}  # fmt: skip

WEIGHTS = {"task": 4, "stop": 1, "undo": 1}
