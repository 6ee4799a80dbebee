"""`baton mail`: what the built-in catcher holds, and answers to it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4
from zoneinfo import ZoneInfo

import typer

from cli.columns import columns
from cli.office import set_going
from cli.options import Json, Workspace, group
from cli.place import settings_of
from cli.problem import UserProblem
from cli.reply import answer_to, mailbox_for, received
from cli.show import moment, print_json, say
from engine.gateways.caught import FOLDER, OpenedMail, listing, show
from engine.store.mails import Incoming, keep

app = group()


@app.callback(invoke_without_command=True)
def mail(context: typer.Context, as_json: Json = False, workspace: Workspace = None) -> None:
    """Mails that were caught instead of sent."""
    if context.invoked_subcommand is None:
        list_(as_json=as_json, workspace=workspace)


@app.command("list", epilog="Example: baton mail list --to ann@acme.test")
def list_(
    to: Annotated[str, typer.Option("--to", help="Only mails to this address.")] = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """The caught mails, oldest first."""
    settings = settings_of(workspace)
    found = [mail for mail in listing(settings.kept / FOLDER) if to.lower() in mail.to.lower()]
    if as_json:
        print_json(found)
    elif not found:
        typer.echo("No mails were caught.")
    else:
        zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
        rows = [(m.id, moment(m.at, zone, now), m.to, m.subject) for m in found]
        typer.echo(columns(("Mail", "When", "To", "Subject"), rows))


@app.command("show", epilog="Example: baton mail show 0001")
def show_(
    mail: Annotated[str, typer.Argument(metavar="ID", help="The mail's number, from `baton mail list`.")],
    html: Annotated[bool, typer.Option("--html", help="The HTML part instead of the text.")] = False,
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """One mail: its head, its text, and where the file is."""
    found = _one(settings_of(workspace).kept / FOLDER, mail)
    if as_json:
        names = [attachment.name for attachment in found.attachments]
        print_json({"mail": found.mail, "text": found.text, "html": found.html, "attachments": names})
    elif html:
        typer.echo(found.html)
    else:
        head = f"From:    {found.mail.sender}\nTo:      {found.mail.to}\nSubject: {found.mail.subject}"
        typer.echo(f"{head}\nFile:    {found.mail.path}\n\n{found.text.strip()}")


@app.command("reply", epilog='Example: baton mail reply 0001 --text "Twelve seats, please."')
def reply(
    mail: Annotated[str, typer.Argument(metavar="ID", help="The mail's number, from `baton mail list`.")],
    text: Annotated[str, typer.Option("--text", help="What the answer says.")],
    sender: Annotated[str, typer.Option("--from", help="Who answers, if not whoever the mail went to.")] = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Answer a caught mail as its reader would: the answer comes in like any other, and finds its case."""
    settings = settings_of(workspace)
    answer = answer_to(_one(settings.kept / FOLDER, mail), text, sender)
    mailbox, authserv = mailbox_for(answer.to, settings)
    raw = received(answer, authserv)
    incoming = Incoming(mailbox, f"reply-{uuid4()}", raw, datetime.now(UTC), answer.sender, (answer.to,))
    set_going(workspace, lambda desk: desk.store.write(lambda c: keep(c, incoming)))
    text = f"The answer of {answer.sender} is in the mailbox `{mailbox}`. If it finds no case: baton triage"
    say({"mailbox": mailbox, "from": answer.sender, "to": answer.to}, text, as_json)


def _one(folder: Path, mail: str) -> OpenedMail:
    try:
        return show(folder, mail.zfill(4))
    except KeyError as problem:
        raise UserProblem(f"there is no mail `{mail}`; `baton mail list` shows them") from problem
