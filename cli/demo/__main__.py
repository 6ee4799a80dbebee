"""`python -m cli.demo [--svg FILE]`."""

import os
import shlex
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.text import Text

from cli.demo.checks import AbortError, SurpriseError
from cli.demo.house import House, command, fresh, own_environment, running
from cli.demo.outside import systems
from cli.demo.pages import Browser
from cli.demo.story import CONTRACT, PROCESS, Story
from cli.demo.timeline import WIDE, Timeline
from cli.problem import UserProblem

FOLDER = Path("demo")
TITLE = "Baton: a client onboarding, from a won deal to a running project"
BELOW = "Real Temporal, SMTP, HTTP and database, all on this machine. Only the days in between are skipped."


def main() -> int:
    """Play the demo; the exit code."""
    asked = _parser().parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _abort)
    # The file is named: while a command runs within this process, sys.stdout is another one.
    console = Console(file=sys.stdout) if sys.stdout.isatty() else Console(file=sys.stdout, width=WIDE, no_color=True)
    try:
        _play(Timeline(console), asked.svg)
    except UserProblem as problem:
        return _failed(console, str(problem))
    except SurpriseError as surprise:
        return _failed(console, f"the demo did not go as it should: {surprise}", logs=True)
    except AbortError:
        return _failed(console, "stopped, and all that it had started")
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser("python -m cli.demo", description="Play the shipped onboarding in a fresh ./demo.")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="also write what it looked like as a picture")
    return parser


def _abort(number: int, frame: FrameType | None) -> None:
    raise AbortError


def _play(timeline: Timeline, picture: Path | None) -> None:
    folder = FOLDER.resolve()
    with systems() as outside, Browser() as browser:
        port = own_environment(folder, outside.environment())
        with timeline:
            timeline.title(TITLE, BELOW)
            timeline.chapter("Start")
            fresh(folder)
            timeline.tell("You", "make a workspace with the example in it", "baton init demo")
            timeline.awaiting("Temporal, the worker and the web are starting")
            with running(folder, port) as house:
                timeline.tell("You", "start it all: Temporal, worker, web, mail catcher", "baton up")
                story = Story(house, timeline, browser, outside)
                story.tell()
                timeline.awaiting("everything is stopped")
        _closing(timeline, house, port, story.case)
    if picture:
        timeline.save(picture, "make demo")


def _closing(timeline: Timeline, house: House, port: int, case: str) -> None:
    """The cases as they ended, and where everything is."""
    timeline.say(Text("\n$ baton status --ended", "dim"), pictured=False)
    house.show("status", "--ended")
    mails, baton = len(house.mails()), os.path.relpath(command(), house.folder)
    _list(
        timeline,
        "Where to look",
        (
            (f"{mails} mails", f"{FOLDER}/.baton/mail/*.eml"),
            ("contract", f"{FOLDER}/{CONTRACT}"),
            ("database", f"{FOLDER}/.baton/baton.db"),
            ("process", f"{FOLDER}/definitions/processes/{PROCESS}.yaml"),
        ),
    )
    _list(
        timeline,
        "Go on from here",
        (
            ("go there", f"cd {FOLDER}"),
            ("the story", f"{baton} status {case}"),
            ("the mails", f"{baton} mail"),
            ("run it", f"{baton} up --port {port}   (with this port the links in the mails open)"),
        ),
    )
    done = f"Everything was as it should be, in {timeline.seconds:.0f} seconds."
    timeline.say(Text.assemble("\n", ("✓ ", "bold green"), done, "\n"))


def _list(timeline: Timeline, title: str, rows: tuple[tuple[str, str], ...]) -> None:
    timeline.say(Text(f"\n{title}", "bold"), pictured=False)
    for name, text in rows:
        timeline.say(Text.assemble("  ", (f"{name:<11}", "cyan"), text), pictured=False)


def _failed(console: Console, why: str, logs: bool = False) -> int:
    console.print(Text.assemble("\n", ("✗ ", "bold red"), f"{why[:1].upper()}{why[1:]}"), soft_wrap=True)
    if logs:
        for log in sorted((FOLDER / ".baton").glob("*/*.log")):
            console.print(Text.assemble("  log  ", shlex.quote(str(log))))
    return 1


if __name__ == "__main__":
    sys.exit(main())
