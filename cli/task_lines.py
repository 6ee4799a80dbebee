"""A task in words."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cli.show import moment, words
from engine.language.values import display
from engine.runtime.view import TaskView
from engine.store.rows import TaskRow


def task_lines(row: TaskRow, zone: ZoneInfo) -> Iterator[str]:
    """What it is about, whose it is, what it shows, and how to finish it."""
    task, now = row.task, datetime.now(UTC)
    yield f"{task.title}  ({task.status})"
    yield f"  case      {row.case_title} ({row.case})"
    yield from _whose(task)
    if task.description:
        yield f"  about     {task.description}"
    if task.due:
        yield f"  due       {moment(task.due, zone, now)}"
    if task.follow_up:
        yield f"  aside     until {moment(task.follow_up, zone, now)}"
    for item in task.checklist:
        yield f"  [ ] {item['id']:<12} {item['label']}{' (optional)' if item.get('optional') else ''}"
    for name, value in task.show.items():
        yield from _shown(name, value)
    yield from _done(task) if task.status != "open" else _ways_out(task)


def _whose(task: TaskView) -> Iterator[str]:
    yield f"  for       {task.assignee or ', '.join((*task.users, *task.groups)) or 'everybody'}"
    if task.why:
        yield f"  because   {task.why}"
    if task.progress:
        yield f"  votes     {task.progress}"
    for vote in task.votes:
        yield f"            {vote['by']}: {vote['outcome']} {vote['comment']}".rstrip()


def _done(task: TaskView) -> Iterator[str]:
    if task.outcome or task.by:
        yield f"  done      {task.outcome} by {task.by}".rstrip()
    if task.comment:
        yield f"  comment   {task.comment}"


def _ways_out(task: TaskView) -> Iterator[str]:
    outcome = f" --outcome {'|'.join(task.outcomes)}" if task.outcomes else ""
    yield f"\n{'Vote' if task.approvals else 'Finish it'}: baton task done {task.id}{outcome}"
    for name in task.comments:
        yield f"With --outcome {name} say why: --comment '...'"
    if task.not_applicable:
        yield f"Or: baton task not-applicable {task.id} --reason '...'"
    if not task.assignee and not task.approvals:
        yield f"Take it: baton task claim {task.id}"


def _shown(name: str, value: object) -> Iterator[str]:
    """A value that the task shows; what was left empty is left out."""
    title = words(name.removeprefix("steps.").replace(".", " "))
    if isinstance(value, dict) and "file" not in value:
        yield f"  {title}"
        for inner, content in value.items():
            if content not in (None, "", []):
                yield f"    {words(inner):<20} {_beside(display(content))}"
    else:
        yield f"  {title:<22} {_beside(display(value))}"


def _beside(text: str) -> str:
    """Further lines of a text stand below its first one."""
    return text.replace("\n", "\n" + " " * 25)
