"""`baton`: finds the command, runs it, and ends in one of three ways: 0, 1 (the user's problem), 3 (our bug)."""

import json
import sys
from collections.abc import Sequence
from difflib import get_close_matches

from cli.lazy import BUGS, COMMANDS, TYPED, load
from cli.problem import UserProblem
from engine.leaving import leave
from engine.workspace import WorkspaceError

OK, PROBLEM, BUG = 0, 1, 3


def main() -> None:
    """The console script."""
    leave(run(sys.argv[1:]))


def run(args: Sequence[str]) -> int:
    """Run one command; its exit code."""
    try:
        return _command(args)
    except (UserProblem, WorkspaceError) as problem:
        return _problem(problem, "--json" in args)
    except BrokenPipeError:  # the reader has gone: `baton status | head`
        sys.stderr.close()
        return OK
    except KeyboardInterrupt:
        return PROBLEM
    except Exception:  # the edge: whatever comes here is our bug, and is written down
        print(load(BUGS).write_down(), file=sys.stderr)
        return BUG


def _command(args: Sequence[str]) -> int:
    name = args[0] if args else "--help"
    if name in ("--help", "-h", "help"):
        return _overview()
    if name == "--version":
        name = "version"
    if name not in COMMANDS:
        raise UserProblem(f"there is no command `{name}`{_near(name)}")
    command = COMMANDS[name]
    if command.quick:
        return int(load(command.module).run(args[1:]))
    return int(load(TYPED).run(load(command.module).app, f"baton {name}", args[1:]))


def _overview() -> int:
    print("Baton runs business processes that are written in YAML.\n\nUsage: baton COMMAND [OPTIONS]\n")
    for name, entry in COMMANDS.items():
        print(f"  {name:<15} {entry.summary}")
    print("\nMore about a command: baton COMMAND --help")
    print("First steps:          baton init onboarding && cd onboarding && baton up")
    return OK


def _near(name: str) -> str:
    near = [known for known in COMMANDS if known.startswith(name)] or get_close_matches(name, COMMANDS, n=1)
    return f"; did you mean `{near[0]}`?" if near else "; `baton --help` lists them all"


def _problem(problem: UserProblem | WorkspaceError, as_json: bool) -> int:
    details = problem.details if isinstance(problem, UserProblem) else {}
    if as_json:
        print(json.dumps({"error": str(problem), "problems": details}, ensure_ascii=False))
        return PROBLEM
    print(f"baton: {problem}", file=sys.stderr)
    for name, sentence in details.items():
        print(f"  {name}: {sentence}", file=sys.stderr)
    return PROBLEM


if __name__ == "__main__":
    main()
