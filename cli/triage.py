"""`baton triage`: mail that waits for somebody."""

import re
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.columns import columns, printable
from cli.office import ask, set_going
from cli.options import By, Inputs, Json, Workspace, group, pairs
from cli.people import who
from cli.place import settings_of
from cli.show import moment, print_json, say
from engine.desk.triage import WaitingMail
from engine.mailroom.reasons import sentence
from engine.store.triage import TriageRow

app = group()

Mail = Annotated[str, typer.Argument(metavar="ID", help="The mail's id, or the beginning of it, from `baton triage`.")]
Machines = Annotated[bool, typer.Option("--automatic", help="Also mails that no person wrote.")]
SHOWN = 13  # characters of an id in the list
HEAD = 200_000  # bytes of a mail in which its header is looked for


@app.callback(invoke_without_command=True)
def triage(context: typer.Context, as_json: Json = False, workspace: Workspace = None) -> None:
    """Mail that found no case by itself, and waits for somebody to decide."""
    if context.invoked_subcommand is None:
        list_(as_json=as_json, workspace=workspace)


@app.command("list", epilog="Examples: baton triage list | baton triage list --automatic --json")
def list_(automatic: Machines = False, as_json: Json = False, workspace: Workspace = None) -> None:
    """The mails that wait, with the reason, and the case that each seems to belong to."""
    everything = ask(workspace, lambda desk: desk.waiting_mails())
    rows = [row for row in everything if automatic or not row.automatic]
    if as_json:
        print_json([_plain(row) for row in rows])
        return
    if rows:
        settings = settings_of(workspace)
        zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
        header = ("Mail", "When", "From", "Subject", "Why it waits", "Case?")
        typer.echo(columns(header, [_row(row, zone, now) for row in rows]))
    else:
        typer.echo("No mail waits.")
    if hidden := len(everything) - len(rows):
        typer.echo(f"And {hidden} that no person wrote: baton triage list --automatic")


@app.command("show", epilog="Example: baton triage show mail-3f7a2b1c")
def show(
    mail: Mail,
    raw: Annotated[bool, typer.Option("--raw", help="The mail as it came, with all its header fields.")] = False,
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """One mail: who wrote it, why it waits, and what it says."""
    found = ask(workspace, lambda desk: desk.waiting_mail(mail))
    if as_json:
        print_json({**_plain(found.row), "event": found.event})
    elif raw:
        typer.echo(_plainly(found.raw.decode("utf-8", "replace")))
    else:
        typer.echo("\n".join(_lines(found)))


@app.command("attach", epilog="Example: baton triage attach mail-3f7a2b1c client-onboarding-k3f7q2abcd --step answer")
def attach(
    mail: Mail,
    case: Annotated[str, typer.Argument(metavar="[CASE]", help="Without: the case that it seems to belong to.")] = "",
    step: Annotated[str, typer.Option("--step", help="The open step that takes it, where several do.")] = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Let a mail go on with a case, as if it had found it by itself."""
    name = who(by, workspace)
    found = set_going(workspace, lambda desk: desk.attach_mail(mail, case, step, by=name))
    say({"mail": mail, "case": found}, f"Given to {found}. See: baton status {found}", as_json)


@app.command("start", epilog="Example: baton triage start mail-3f7a2b1c enquiry --input company=Acme")
def start(
    mail: Mail,
    process: Annotated[str, typer.Argument(metavar="PROCESS", help="The process, from `baton processes`.")],
    given: Inputs = [],  # noqa: B006  Typer makes a new one for each call
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Begin a case with a mail. Its inputs are those that the process's email trigger makes of the mail; `--input`
    gives others, or more."""
    name, inputs = who(by, workspace), pairs(given)
    started = set_going(workspace, lambda desk: desk.start_by_mail(mail, process, inputs, by=name))
    say({"mail": mail, "case": started.case}, f"Started {started.case}. See: baton status {started.case}", as_json)


@app.command("dismiss", epilog='Example: baton triage dismiss mail-3f7a2b1c --reason "advertising"')
def dismiss(
    mail: Mail,
    reason: Annotated[str, typer.Option("--reason", help="Why, in a few words; kept with the mail.")],
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Put a mail aside: it is kept, and waits no longer."""
    name = who(by, workspace)
    ask(workspace, lambda desk: desk.dismiss_mail(mail, reason, by=name))
    say({"mail": mail, "dismissed": reason}, "Put aside.", as_json)


def _row(row: TriageRow, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    when, why = moment(row.received_at, zone, now), sentence(row.reason)
    return row.mail[:SHOWN], when, row.sender or "?", row.subject, why, row.case


def _plain(row: TriageRow) -> dict[str, object]:
    return {
        "mail": row.mail,
        "mailbox": row.mailbox,
        "received_at": row.received_at,
        "from": row.sender,
        "subject": row.subject,
        "reason": row.reason,
        "why": sentence(row.reason, row.why),
        "case": row.case,
        "step": row.path,
        "automatic": row.automatic,
        "outcome": row.outcome,
        "note": row.note,
        "by": row.by,
        "closed_at": row.closed_at,
    }


def _lines(found: WaitingMail) -> list[str]:
    row, event = found.row, found.event
    name = f"{event['from_name']} <{row.sender}>" if event.get("from_name") else row.sender or "(unclear)"
    files = [f"{file['name']} ({file['size']} bytes)" for file in event.get("attachments", ())]
    head = [
        f"Mail:    {row.mail}",
        f"From:    {printable(name)}",
        f"To:      {printable(str(event.get('to', '')))}",
        f"Subject: {printable(row.subject)}",
        *([f"Files:   {', '.join(map(printable, files))}"] if files else []),
        f"Waits:   {printable(found.reason)}",
        *([f"Header:  {printable(_judged(found.raw))}"] if row.reason == "unauthenticated" else []),
        *([f"Case?    {row.case}{f', step {row.path}' if row.path else ''}"] if row.case else []),
        *([f"Done:    {row.outcome} by {row.by}: {row.note}"] if row.outcome else _ways(row)),
    ]
    text = str(event.get("full_text") or "(no text)")
    return [*head, "", _plainly(text)]


def _ways(row: TriageRow) -> list[str]:
    """What somebody can do with it, to be pasted; above the text, which is a stranger's."""
    mail = row.mail[:SHOWN]
    return [
        f"You may: baton triage attach {mail}{'' if row.case else ' CASE'}",
        f"         baton triage start {mail} PROCESS",
        f"         baton triage dismiss {mail} --reason '...'",
    ]


def _judged(raw: bytes) -> str:
    """What a mail server has written about the sender: the topmost such header, on one line."""
    head = raw[:HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found = re.search(rb"^Authentication-Results:.*(?:\n[ \t].*)*", head, re.IGNORECASE | re.MULTILINE)
    return " ".join(found[0].decode("utf-8", "replace").split()) if found else "no Authentication-Results in it"


def _plainly(text: str) -> str:
    """Line by line: what strangers write must not move the cursor, or speak to the terminal."""
    return "\n".join(printable(line.replace("\t", "    ")) for line in text.splitlines())
