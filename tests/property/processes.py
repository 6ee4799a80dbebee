"""Random processes, made of every construct, as an author could have written them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
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
    day: int = 24 * 60  # minutes of what it takes for a day
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    asked: list[str] = field(default_factory=list)

    def process(self) -> str:
        """The file, as text: every JSON text is YAML too."""
        written = {"language": 1, "process": "random", "title": "Random", "owner": "team", "calendar": "always"}
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

    def days(self, most: int = 1) -> str:
        """A time that no other step of the process has: what is due at once elsewhere is due apart here."""
        return f"{self.random.randint(1, most) * self.day + 7 * next(self.numbers)} minutes"

    def name(self, kind: str) -> str:
        return f"{kind}{next(self.numbers)}"

    def step(self, depth: int) -> Step:
        kinds = [k for k in self.kinds if depth < DEEPEST or k in SIMPLE]
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
            step |= {"timeout": self.days(3), "on_timeout": self.random.choice(("stop", "fail"))}
        else:
            step["timeout"] = "never"
        if self.random.random() < 0.3:
            step["reminders"] = [{"every": self.days(), "max_times": 2, "template": "hello"}]
        if self.random.random() < 0.2:
            step["escalate"] = {"after": self.days(2), "task": {"title": "Ask", "candidate_groups": ["team"]}}
        if self.random.random() < 0.1:
            step["start"] = self.days()
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
        return {"id": name, "type": "wait", "duration": self.days(4)}

    def events(self, name: str, depth: int) -> Step:
        events = [{"id": e, "type": "event", "event": e} for e in EVENTS]
        step = {"id": name, "type": "wait", "events": events, "timeout": self.days(5), "on_timeout": "continue"}
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
            step |= {"timeout": self.days(6), "on_timeout": self.random.choice(("continue", "stop"))}
        if self.random.random() < 0.3:
            step["cancel_if"] = f"({N}) > 2"
        if self.random.random() < 0.3:
            step["on_error"] = "continue"
        return step

    def form(self, name: str, depth: int) -> Step:
        step = {"id": name, "type": "form", "form": "ask", "to": "${ inputs.email }"}
        return step | {"timeout": self.days(4), "on_timeout": self.random.choice(("continue", "stop", "fail"))}

    def by_hand(self, name: str, depth: int) -> Step:
        events = [{"id": f"{name}_yes", "type": "manual"}, {"id": f"{name}_no", "type": "manual"}]
        return {"id": name, "type": "wait", "events": events, "timeout": self.days(4), "on_timeout": "continue"}

    def listed(self, name: str, depth: int) -> Step:
        """Three tasks: the second needs the first, the third may be left open."""
        ids = [self.name("part") for _ in range(3)]
        tasks = [{"id": n, "title": n, "candidate_groups": ["team"]} for n in ids]
        tasks[1] |= {"needs": [ids[0]]}
        tasks[2] |= {"required": False, "if": self.condition()}
        return {"id": name, "type": "tasks", "tasks": tasks, "timeout": self.days(5), "on_timeout": "continue"}

    def paper(self, name: str, depth: int) -> Step:
        return {"id": name, "type": "document", "template": "paper", "fields": {"n": f"${{ {N} }}"}}

    def signed(self, name: str, depth: int) -> Step:
        """A document, and its signature."""
        paper = self.paper(self.name("paper"), depth)
        sign = {"id": self.name("sign"), "type": "signature", "document": f"${{ steps.{paper['id']}.file }}"}
        sign["signers"] = [{"name": "One", "email": "one@acme.test"}, {"name": "Two", "email": "${ inputs.email }"}]
        sign |= {"timeout": self.days(4), "on_timeout": self.random.choice(("continue", "stop"))}
        return {"id": name, "type": "group", "steps": [paper, sign]}

    def child(self, name: str, depth: int) -> Step:
        step = {"id": name, "type": "subprocess", "process": "rings", "timeout": self.days(4), "on_timeout": "continue"}
        return step | ({"wait": False} if self.random.random() < 0.3 else {})

    def undo(self, name: str, depth: int) -> Step:
        return {"id": name, "type": "undo"}


PEOPLE = """\
users: [{ id: ann, name: Ann, email: ann@firm.test }]
groups: [{ id: team, members: [ann] }]
"""
CONNECTIONS = """\
connections:
  crm: { base_url: "env:PRODUCT_API_URL", operations: { update: { path: /works } } }
"""
RINGS = """\
language: 1
process: rings
title: Rings
steps:
  - { id: one, type: emit, event: bell, data: { n: "${ 1 }" } }
  - { id: two, type: emit, event: whistle, data: { n: "${ 1 }" } }
"""
ALWAYS = """\
calendar: always
time_zone: UTC
hours: { opens: 00:00, closes: 23:59 }
weekend: []
"""
MAIL = "---\nsubject: Hello\n---\nHello.\n"
MAILS = ("hello", "escalation", "task-reminder", "form-request", "signature-request", "signature-reminder")
FILES = {
    "people.yaml": PEOPLE,
    "connections.yaml": CONNECTIONS,
    "processes/rings.yaml": RINGS,
    "calendars/always.yaml": ALWAYS,
    "forms/ask.yaml": "form: ask\ntitle: Ask\nfields: [{ id: seats, type: number }]\n",
    "documents/paper.md": "---\ntitle: Paper\nfields: [n]\n---\nNumber ${ n }.\n",
    **{f"emails/{name}.md": MAIL for name in MAILS},
}


def around(folder: Path) -> Path:
    """The definitions that every random process may use, written into this folder."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


WRITE: dict[str, Callable[[Author, str, int], Step]] = {
    "task": Author.task, "email": Author.mail, "call": Author.call, "set": Author.set, "pause": Author.pause,
    "events": Author.events, "emit": Author.emit, "decision": Author.decision, "stop": Author.stop,
    "choose": Author.choose, "parallel": Author.parallel, "repeat": Author.repeat, "for_each": Author.for_each,
    "group": Author.group, "undo": Author.undo, "form": Author.form, "by_hand": Author.by_hand,
    "listed": Author.listed, "paper": Author.paper, "signed": Author.signed, "child": Author.child,
}  # fmt: skip

SIMPLE = (
    "task", "email", "set", "pause", "events", "emit", "decision", "stop", "call", "form", "by_hand", "paper",
)  # fmt: skip
WEIGHTS = {"task": 4, "stop": 1, "undo": 1, "paper": 1, "child": 1}
