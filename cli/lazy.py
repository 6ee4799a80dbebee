"""The one place where modules are imported by name and late.

Commands, because `baton status` has 100 ms for everything and loading all of
them takes a second. Parts, because a face never imports another face: it only
starts it.
"""

from importlib import import_module
from typing import Any, NamedTuple


class Command(NamedTuple):
    """The module whose `app` it is, and its line in the overview.

    A `quick` one reads its command line itself, by `run(args)`, because Typer
    loads pydantic.
    """

    module: str
    summary: str
    quick: bool = False


COMMANDS = {
    "init": Command("cli.init", "Make a workspace with a working example"),
    "up": Command("cli.up", "Run everything on this machine until Ctrl-C"),
    "check": Command("cli.check", "Find mistakes in definitions, with the line as it should be"),
    "fix": Command("cli.fix", "Apply the repairs that are certain"),
    "test": Command("cli.test", "Play the scenario tests of processes on a virtual clock"),
    "explain": Command("cli.explain", "What a finding's code means, with an example"),
    "explain-process": Command("cli.explain_process", "Retell a process in plain sentences"),
    "diagram": Command("cli.diagram", "Draw a process, or how far a case has come"),
    "schema": Command("cli.schema", "JSON Schema of the files, for editors"),
    "simulate": Command("cli.simulate", "Play a process through, and read every mail and date before it runs"),
    "forecast": Command("cli.forecast", "What a case does next if nobody acts"),
    "lsp": Command("cli.lsp", "Help an editor with definitions, as a language server"),
    "publish": Command("cli.publish", "Make definitions available to new cases"),
    "versions": Command("cli.versions", "The versions of a process, and which one new cases get"),
    "diff": Command("cli.diff", "What differs between two versions, in plain sentences"),
    "migrate": Command("cli.migrate", "Let running cases go on with another version"),
    "rollback": Command("cli.rollback", "Let new cases have an older version again"),
    "processes": Command("cli.processes", "The published processes and their versions"),
    "schedule": Command("cli.schedule", "Schedules that start cases: next times, pause, run now"),
    "start": Command("cli.start", "Start a case"),
    "status": Command("cli.status", "All open cases, or one of them in words", quick=True),
    "show": Command("cli.show_case", "Everything about one case, with who did what"),
    "report": Command("cli.report", "What became of the cases of a process, in figures"),
    "calls": Command("cli.calls", "What was sent to other systems, and how each attempt went"),
    "tasks": Command("cli.tasks", "Open tasks of the team"),
    "task": Command("cli.task", "Show a task, take it, or finish it"),
    "give": Command("cli.give", "Tell a waiting step what has happened"),
    "retry": Command("cli.retry", "Try a step again that could not go on"),
    "skip": Command("cli.skip", "Leave a step out, with values in its place"),
    "mark-done": Command("cli.mark_done", "Take an open step as done, with the values that it gives"),
    "do-now": Command("cli.do_now", "Let a step's next reminder, time or timeout come now"),
    "reopen": Command("cli.reopen", "Send a case back to a step that has finished"),
    "edit": Command("cli.edit", "Change the data of a running case, and see first what that does"),
    "pause": Command("cli.pause", "Let a case rest"),
    "resume": Command("cli.resume", "Let a paused case go on"),
    "start-now": Command("cli.start_now", "Let a case begin that waits for another one to end"),
    "stop": Command("cli.stop", "End a case"),
    "add-task": Command("cli.add_task", "Give a running case another task"),
    "reassign": Command("cli.reassign", "Give a task to somebody else"),
    "link": Command("cli.link", "The address of a page for somebody outside"),
    "contact": Command("cli.contact", "People outside: who they are, what they get, everything ever sent to them"),
    "triage": Command("cli.triage", "Mail that found no case by itself: look, give it to one, begin one, put it aside"),
    "mail": Command("cli.mail", "Mails that were caught instead of sent, and answers to them"),
    "doctor": Command("cli.doctor", "Ask everything that Baton stands on whether it is well, and say what to do"),
    "triggers": Command("cli.triggers", "Every way in and out: last seen, expected, silent, in trouble"),
    "outbox": Command("cli.outbox", "Mails on their way out: what was sent, what waits and why; change it, stop it"),
    "hold": Command("cli.hold", "Stop all sending at once"),
    "release": Command("cli.release", "Let mails leave again that are on hold"),
    "webhook": Command(
        "cli.webhook", "Messages of other systems: what failed and why, again, and tried out beforehand"
    ),
    "worker": Command("cli.worker", "Run only the worker"),
    "web": Command("cli.web", "Run only the web pages"),
    "version": Command("cli.version", "The version of Baton"),
}

TYPED = "cli.typed"
BUGS = "cli.bugs"
WORKER = "worker"
WEB = "web.app"
STATUS_OF_SERVER = "cli.status_of_server"  # loads SQLAlchemy: only where the database is not a file


def load(module: str) -> Any:
    """One of the modules above."""
    return import_module(module)
