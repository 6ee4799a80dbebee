"""`baton contact`: people outside."""

import sys
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from cli.columns import columns
from cli.contact_lines import dossier_lines, forgotten_lines, gets
from cli.office import ask, ask_with
from cli.options import By, Json, Workspace
from cli.people import who
from cli.place import settings_of
from cli.problem import UserProblem
from cli.show import print_json, say


class ByAddress(TyperGroup):
    """`baton contact ann@acme.test` shows her: no command has an @ in its name."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        return super().resolve_command(ctx, ["show", *args] if args and "@" in args[0] else args)


app = typer.Typer(cls=ByAddress, add_completion=False, rich_markup_mode=None)
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="Their email address.")]
Class = Annotated[str, typer.Option("--class", help="process, marketing or all.")]


@app.callback(invoke_without_command=True)
def contact(context: typer.Context, as_json: Json = False, workspace: Workspace = None) -> None:
    """People outside: who they are, what they get, and everything that was ever sent to them.

    `baton contact ADDRESS` shows one of them; without an address they are listed.
    """
    if context.invoked_subcommand is None:
        list_(as_json=as_json, workspace=workspace)


@app.command("list", epilog="Examples: baton contact list | baton contact list acme --json")
def list_(
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="Only whose address or name holds this.")] = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """The contacts, those that changed last first."""
    found = ask(workspace, lambda desk: desk.contacts(text))
    if as_json:
        print_json([{"contact": one, "suppressions": against} for one, against in found])
    elif not found:
        typer.echo("No contacts." if not text else f"No contact holds `{text}`.")
    else:
        rows = [(one.address, one.name, one.locale, one.time_zone, gets(against)) for one, against in found]
        typer.echo(columns(("Address", "Name", "Language", "Time zone", "Gets"), rows))


@app.command(epilog="Examples: baton contact ann@acme.test | baton contact show ann@acme.test --json")
def show(address: Address, as_json: Json = False, workspace: Workspace = None) -> None:
    """One of them: what they get and why not, every mail to them, their cases and answers."""
    settings = settings_of(workspace)
    found = ask_with(settings, lambda desk: desk.dossier(address))
    say(found, "\n".join(dossier_lines(found, ZoneInfo(settings.time_zone))), as_json)


@app.command(epilog="Example: baton contact block ann@acme.test --class marketing --reason 'Asked on the phone'")
def block(
    address: Address,
    class_: Class = "all",
    reason: Annotated[str, typer.Option("--reason", help="Why, as whoever asks later will read it.")] = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Send them nothing any more, or nothing of one class; every process keeps to it from now on."""
    me = who(by, workspace)
    new = ask(workspace, lambda desk: desk.block(address, class_, reason, me))
    what = "nothing" if class_ == "all" else f"no mail of class {class_}"
    text = f"{address} gets {what} any more." if new else f"{address} was blocked before."
    say({"address": address, "class": class_, "blocked": True, "new": new}, text, as_json)


@app.command(
    epilog="Examples: baton contact unblock ann@acme.test | baton contact unblock ann@acme.test --class process"
)
def unblock(
    address: Address,
    class_: Annotated[
        str, typer.Option("--class", help="Only what stands against this class: process, marketing, all.")
    ] = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Take back what stands against them: blocked, unsubscribed, bounced, complained, forgotten.

    Whoever unsubscribed must have asked for it: that is not ours to decide.
    """
    gone = ask(workspace, lambda desk: desk.unblock(address, class_))
    text = f"Taken back: {', '.join(gone)}." if gone else f"Nothing stood against {address}."
    say({"address": address, "taken_back": gone}, text, as_json)


@app.command(epilog="Example: baton contact forget ann@acme.test --yes")
def forget(
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Erase them: name, address, what they wrote and what was written to them. That cannot be taken back.

    What was done stays, without them: that a mail went out and when. Open cases about them must have ended.
    """
    me = who(by, workspace)
    if not yes and (as_json or not sys.stdin.isatty()):
        raise UserProblem("this cannot be taken back: say --yes where nobody can be asked")
    if not yes:
        typer.confirm(f"Erase everything about {address} for ever?", abort=True)
    gone = ask(workspace, lambda desk: desk.forget(address, me))
    counts = {"cases": gone.cases, "histories": gone.histories, "rows": gone.rows}
    say(counts, "\n".join(forgotten_lines(gone)), as_json)


@app.command(
    name="set",
    epilog="Example: baton contact set ann@acme.test --name 'Ann Lee' --locale de-CH --time-zone Europe/Zurich",
)
def set_(
    address: Address,
    name: Annotated[str | None, typer.Option("--name", help="As mails address them.")] = None,
    locale: Annotated[str | None, typer.Option("--locale", help="The language to write in, as in de or de-CH.")] = None,
    time_zone: Annotated[str | None, typer.Option("--time-zone", help="Where it is day and night for them.")] = None,
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Write down who it is. What is written down by hand, no case changes."""
    me = who(by, workspace)
    now = ask(workspace, lambda desk: desk.describe(address, me, name=name, locale=locale, zone=time_zone))
    known = ", ".join(filter(None, (now.name, now.locale, now.time_zone))) or "nothing known"
    say(now, f"{now.address}: {known}", as_json)
