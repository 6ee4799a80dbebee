"""What is new for a colleague, as one mail: tasks, what is due, incidents of the processes that their group owns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.gateways.tokens import LINK_LIFE, link_token, link_url, token_hash
from engine.language.resources import EmailTemplate
from engine.postman.news import Mine, Reader
from engine.runtime.rounds import page_path
from engine.runtime.state import State
from engine.store import links, states, tasks
from engine.store.rows import TaskRow

MOST = 50
"""Items of a section that a digest names; of the others it tells the number."""

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


def sections(c: Connection, paths: Paths, reader: Reader, mine: Mine, at: datetime) -> list[dict[str, Any]]:
    """What is new for them, as the mail shows it."""
    to = reader.user.email
    found = [_section(paths, title, len(ids), _tasks(c, paths, ids, to, at)) for title, ids in mine.tasks.items()]
    stopped = [
        {"title": t.title, "link": paths.link(c, t.case, "", "case", to, at), "about": f"stopped at `{t.step}`"}
        for t in mine.stopped[:MOST]
    ]
    return [s for s in (*found, _section(paths, "Could not go on", len(mine.stopped), stopped)) if s["number"]]


def heading(found: list[dict[str, Any]]) -> str:
    """The subject: how many of what, and no names."""
    return ", ".join(f"{section['number']} {section['title'].lower()}" for section in found)


def _section(paths: Paths, title: str, number: int, entries: list[dict[str, str]]) -> dict[str, Any]:
    more = number - MOST
    if more > 0:
        entries = [*entries, {"title": f"{more} more", "link": paths.base_url, "about": "too many for one mail"}]
    return {"title": title, "number": number, "entries": entries}


def _tasks(c: Connection, paths: Paths, ids: tuple[str, ...], to: str, at: datetime) -> list[dict[str, str]]:
    rows = [row for row in (tasks.task(c, one) for one in ids[:MOST]) if row]
    return [_item(paths.task(c, row, to, at), row) for row in rows]


def _item(link: str, row: TaskRow) -> dict[str, str]:
    due = f", due {row.task.due:%-d %B}" if row.task.due else ""
    return {"title": row.task.title, "link": link, "about": f"{row.case_title}{due}"}
