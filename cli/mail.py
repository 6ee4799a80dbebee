"""`baton mail`: what the built-in catcher holds."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.options import Json, Workspace, group
from cli.place import settings_of
from cli.problem import UserProblem
from cli.show import moment, print_json
from cli.tables import console, table
from engine.gateways.caught import OpenedMail, listing, show

app = group()
FOLDER = "mail"  # in `.baton`


@app.callback(invoke_without_command=True)
def mail(context: typer.Context) -> None:
    """Mails that were caught instead of sent."""
    if context.invoked_subcommand is None:
        list_()


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
        rows = ((m.id, moment(m.at, zone, now), m.to, m.subject) for m in found)
        console().print(table(("Mail", "When", "To", "Subject"), rows))


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


def _one(folder: Path, mail: str) -> OpenedMail:
    try:
        return show(folder, mail.zfill(4))
    except KeyError as problem:
        raise UserProblem(f"there is no mail `{mail}`; `baton mail list` shows them") from problem
