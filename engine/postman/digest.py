"""What is new for a colleague, as one mail: tasks, what is due, incidents of the processes that their group owns."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.gateways.tokens import LINK_LIFE, link_token, link_url, token_hash
from engine.language.resources import EmailTemplate, People, User
from engine.language.staff import absence, replaced_by, teams
from engine.runtime.rounds import page_path
from engine.runtime.state import State
from engine.store import links, notices, states, tasks
from engine.store.rows import TaskRow

SOON = timedelta(days=1)
"""How long before a task is due people are reminded of it."""

OwnerOf = Callable[[str], str]
"""The group that owns the process of a plan, by the plan's digest."""

DIGEST = EmailTemplate(
    subject="${ heading }",
    body="""\
Hello ${ to_name },

{% for section in sections %}
## ${ section.title }

{% for item in section.entries %}
- [${ item.title }](${ item.link }): ${ item.about }
{% endfor %}
{% endfor %}
""",
)
URGENT = EmailTemplate(
    subject="Urgent: ${ title }",
    button="Open the task",
    body="Hello ${ to_name },\n\n**${ title }** cannot wait. It belongs to ${ about }.\n",
)


@dataclass(frozen=True)
class Reader:
    """A colleague, and those for whom they stand in today."""

    user: User
    names: frozenset[str]
    groups: frozenset[str]

    def may(self, task: TaskRow) -> bool:
        """Whether it is their task, or one that they may take."""
        view = task.task
        if view.assignee:
            return view.assignee in self.names
        return bool(self.names & set(view.users) or self.groups & set(view.groups))


def readers(people: People, today: date) -> tuple[Reader, ...]:
    """Everybody who is there today."""
    return tuple(
        Reader(u, frozenset((u.id, *replaced_by(people, u.id, today))), frozenset(teams(people, u.id)))
        for u in people.users
        if u.email and not absence(people, u.id, today)
    )


@dataclass(frozen=True)
class Paths:
    """What links are made with."""

    key: bytes
    base_url: str

    def link(self, c: Connection, case: str, path: str, kind: str, to: str, at: datetime) -> str:
        """A colleague's own address of a page; it works from now on."""
        token = link_token(self.key, case, path, kind, to)
        links.put(c, token_hash(token), case, path, kind, to, at + LINK_LIFE)
        return link_url(self.base_url, kind, token)

    def task(self, c: Connection, row: TaskRow, to: str, at: datetime) -> str:
        path = row.task.path
        round_ = State.load(states.current(c, row.case)).rounds.get(path, 0)
        return self.link(c, row.case, page_path(path, round_), "task", to, at)


def sections(
    c: Connection, paths: Paths, reader: Reader, since: datetime, upto: datetime, owner_of: OwnerOf
) -> list[dict[str, Any]]:
    """What is new for them between the two times; empty: nothing is."""
    ids = notices.tasks_between(c, since, upto, upto + SOON)
    rows = [row for row in (tasks.task(c, one) for one in ids) if row and reader.may(row)]
    new = [row for row in rows if since < row.task.opened_at <= upto]
    over = [row for row in rows if row.task.due and since < row.task.due <= upto]
    soon = [row for row in rows if row not in new and row.task.due and since + SOON < row.task.due <= upto + SOON]
    named: Mapping[str, Iterable[TaskRow]] = {"Overdue": over, "New": new, "Due within a day": soon}
    to = reader.user.email
    found = [
        {"title": title, "entries": [_item(paths.task(c, row, to, upto), row) for row in chosen]}
        for title, chosen in named.items()
        if chosen
    ]
    stopped = [t for t in notices.troubles(c, since, upto) if owner_of(t.digest) in reader.groups]
    items = [
        {"title": t.title, "link": paths.link(c, t.case, "", "case", to, upto), "about": f"stopped at `{t.step}`"}
        for t in stopped
    ]
    return [*found, *([{"title": "Could not go on", "entries": items}] if items else [])]


def heading(found: list[dict[str, Any]]) -> str:
    """The subject: how many of what, and no names."""
    return ", ".join(f"{len(section['entries'])} {section['title'].lower()}" for section in found)


def _item(link: str, row: TaskRow) -> dict[str, str]:
    due = f", due {row.task.due:%-d %B}" if row.task.due else ""
    return {"title": row.task.title, "link": link, "about": f"{row.case_title}{due}"}
