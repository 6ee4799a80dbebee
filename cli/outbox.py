"""`baton outbox`: mails on their way out."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.columns import columns
from cli.office import ask, ask_with, set_going
from cli.options import By, Json, Workspace, group
from cli.people import who
from cli.place import settings_of
from cli.problem import UserProblem
from cli.show import moment, print_json, say
from engine.desk.desk import Desk
from engine.desk.outbox import Message, words_of
from engine.language.restraint import CLASSES
from engine.store.holds import Hold
from engine.store.outbox import STATES
from engine.store.rows import OutboxRow

app = group()
RULES = ("quiet", "cap", "hours")  # reasons to wait that nobody sets aside for one mail
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The mail's number or key, from `baton outbox`.")]


@app.callback(
    invoke_without_command=True, epilog="Examples: baton outbox | baton outbox list --state held | baton outbox show 17"
)
def outbox(context: typer.Context, as_json: Json = False, workspace: Workspace = None) -> None:
    """Mails on their way out: without a command, what was last sent and what waits."""
    if context.invoked_subcommand is None:
        list_(as_json=as_json, workspace=workspace)


@app.command("list", epilog="Examples: baton outbox list --state held,queued | baton outbox list --to ann@acme.test")
def list_(
    state: Annotated[str, typer.Option("--state", help="Only these: held, queued, sent, bounced ...")] = "",
    to: Annotated[str, typer.Option("--to", help="Only mails to this address.")] = "",
    case: Annotated[str, typer.Option("--case", help="Only mails of this case.")] = "",
    class_: Annotated[str, typer.Option("--class", help="Only this class: marketing, staff ...")] = "",
    last: Annotated[int, typer.Option("--last", min=0, help="How many at most, the newest; 0 for all.")] = 50,
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Mails in the order in which they were written, each with how it stands and why."""
    settings, states = settings_of(workspace), _states(state)
    if class_ and class_ not in (*CLASSES, "staff"):
        raise UserProblem(f"there is no class `{class_}`; there are {', '.join((*CLASSES, 'staff'))}")
    rows, holds = ask_with(settings, lambda desk: _read(desk, states, to, case, class_, last))
    if as_json:
        print_json({"on_hold": holds, "mails": [told(row) for row in rows]})
        return
    zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
    for hold in holds:
        typer.echo(f"{hold.words}. Let it go: baton release{_options(hold)}")
    if rows:
        header = ("Mail", "Written", "To", "Subject", "Class", "How it stands")
        typer.echo(columns(header, [_row(row, zone, now) for row in rows]))
        if len(rows) == last:
            typer.echo(f"\nThese are the newest {last}; more of them: baton outbox list --last 0")
    else:
        typer.echo("No mails.")


@app.command("show", epilog="Examples: baton outbox show 17 | baton outbox show 17 --html")
def show_(
    mail: Number,
    html: Annotated[bool, typer.Option("--html", help="The HTML part instead of the text.")] = False,
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """One mail: how it stands, and what it says while it waits."""
    settings = settings_of(workspace)
    found = ask_with(settings, lambda desk: desk.message(mail))
    if as_json:
        print_json(
            {
                **told(found.row),
                "text": found.text,
                "html": found.html,
                "attachments": found.attachments,
                "mark": found.mark,
            }
        )
    elif html:
        typer.echo(found.html)
    else:
        typer.echo("\n".join(message_lines(found, ZoneInfo(settings.time_zone))))


@app.command("edit", epilog="Examples: baton outbox edit 17 --subject 'Our new offer' | baton outbox edit 17 --body -")
def edit(
    mail: Number,
    subject: Annotated[str, typer.Option("--subject", help="Another subject.")] = "",
    body: Annotated[str, typer.Option("--body", help="A file with another text in Markdown; - reads it here.")] = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Change a mail that waits. Its button and its footer stay."""
    if not (subject or body):
        raise UserProblem("say what is to change: --subject or --body")
    text, me = _text(body), who(by, workspace)
    row = ask(workspace, lambda desk: desk.edit_message(mail, subject=subject, body=text, by=me))
    say(told(row), f"Changed. Read it: baton outbox show {row.seq}", as_json)


@app.command(
    "kill",
    epilog="Examples: baton outbox kill 17 --reason 'wrong person' | "
    "baton outbox kill --class marketing --reason 'wrong price list'",
)
def kill(
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why, as the timeline shows it.")],
    mail: Annotated[str, typer.Argument(metavar="[NUMBER]", help="The mail's number or key.")] = "",
    class_: Annotated[
        str, typer.Option("--class", help="Every mail of this class that waits now, but for those to agree to.")
    ] = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Stop a mail that waits: it never leaves, and its step takes its `on_suppressed` way."""
    if bool(mail) == bool(class_):
        raise UserProblem("say which mail: its number from `baton outbox`, or --class for all of a class that wait")
    me = who(by, workspace)
    if class_:
        number = set_going(workspace, lambda desk: desk.cancel_class(class_, reason, by=me))
        say({"class": class_, "cancelled": number}, f"{number} mail{'s' * (number != 1)} will not leave.", as_json)
        return
    row = set_going(workspace, lambda desk: desk.cancel_message(mail, reason, by=me))
    say(told(row), "It will not leave. The case goes on without it.", as_json)


@app.command("send", epilog="Example: baton outbox send 17")
def send(mail: Number, by: By = "", as_json: Json = False, workspace: Workspace = None) -> None:
    """Let a mail leave without waiting for the end of its undo window."""
    me = who(by, workspace)
    row = set_going(workspace, lambda desk: desk.send_message_now(mail, by=me))
    holds = ask(workspace, lambda desk: desk.on_hold())
    over = next((h for h in holds if h.scope in ("all", f"class {row.class_}", f"sender {row.sender}")), None)
    kept = f"It is asked again, and waits all the same while this holds: {row.reason}." if row.code in RULES else ""
    so_far = f"It leaves when this ends: {over.words}." if over else kept or "It may leave now."
    say(told(row), f"{so_far} See: baton outbox show {row.seq}", as_json)


@app.command(
    "approve", epilog="Examples: baton outbox approve 17 --by helen | baton outbox approve 17 --seen 5c0ffee51e57"
)
def approve(
    mail: Number,
    seen: Annotated[str, typer.Option("--seen", help="The mark of the mail as you have read it, from `show`.")] = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Agree to a mail that somebody has to look at: it leaves as it is. One that somebody else has changed needs
    `--seen`."""
    _decide(workspace, mail, "approve", "", by, "Agreed: it leaves as it is.", as_json, seen)


@app.command("reject", epilog="Example: baton outbox reject 17 --comment 'The price is wrong' --by helen")
def reject(
    mail: Number,
    comment: Annotated[str, typer.Option("--comment", "-c", help="Why; the case shows it.")],
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Do not agree to a mail: it never leaves, and its step takes its `on_suppressed` way."""
    _decide(workspace, mail, "reject", comment, by, "Rejected: it will not leave.", as_json)


def told(row: OutboxRow) -> dict[str, object]:
    """A row for programs: without the message itself."""
    return {name: getattr(row, name) for name in row.__slots__ if name != "mail"}


def message_lines(message: Message, zone: ZoneInfo) -> Iterator[str]:
    """A message for people."""
    row, now = message.row, datetime.now(UTC)
    yield f"Mail {row.seq}: {row.subject}"
    yield f"To:      {', '.join((row.recipient, *message.cc))}"
    yield f"State:   {words_of(row, zone)}"
    yield f"Class:   {row.class_}{f', sent by {row.sender}' if row.sender else ''}"
    yield f"Case:    {row.case}, step {row.path}"
    yield f"Written: {moment(row.created_at, zone, now)}"
    if row.finished_at:
        yield f"Ended:   {moment(row.finished_at, zone, now)}{f' by {row.by}' if row.by else ''}"
    yield from (f"File:    {name}" for name in message.attachments)
    yield from ("", message.text.strip() or "Its text is kept only while it waits.")
    if row.code == "approval" and message.mark:
        changed = f"{row.by} has changed it. " if row.by else ""
        yield from ("", f"{changed}To agree to it as it is here: baton outbox approve {row.seq} --seen {message.mark}")


async def _read(
    desk: Desk, states: tuple[str, ...], to: str, case: str, class_: str, last: int
) -> tuple[tuple[OutboxRow, ...], tuple[Hold, ...]]:
    return await desk.outbox(states, to, case, class_, last), await desk.on_hold()


def _states(given: str) -> tuple[str, ...]:
    states = tuple(filter(None, (part.strip() for part in given.split(","))))
    if wrong := [state for state in states if state not in STATES]:
        raise UserProblem(f"there is no state `{wrong[0]}`; there are {', '.join(STATES)}")
    return states


def _row(row: OutboxRow, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    written = moment(row.created_at, zone, now)
    return str(row.seq), written, row.recipient, row.subject, row.class_, words_of(row, zone)


def _options(hold: Hold) -> str:
    kind, _, name = hold.scope.partition(" ")
    return f" --{kind} {name}" if name else ""


def _text(body: str) -> str:
    if not body:
        return ""
    try:
        text = sys.stdin.read() if body == "-" else Path(body).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UserProblem(f"{body} cannot be read: {problem}") from problem
    if not text.strip():
        raise UserProblem("the new text is empty")
    return text


def _decide(
    workspace: Path | None, mail: str, outcome: str, comment: str, by: str, text: str, as_json: bool, seen: str = ""
) -> None:
    me = who(by, workspace)
    set_going(workspace, lambda desk: desk.decide_on_message(mail, outcome, comment=comment, by=me, seen=seen))
    say({"mail": mail, "outcome": outcome}, text, as_json)
