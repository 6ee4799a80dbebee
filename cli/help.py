"""`--help` as people read it: `-h` too, an example on each line, and words instead of names of Python types."""

import re
from typing import Any

HELP = ["-h", "--help"]
KEPT = "\b"  # Click leaves the lines of a paragraph alone that begins with it
_WORDS = {"int": "NUMBER", "float": "NUMBER", "str": "TEXT", "path": "FILE", "bool": ""}
_KNOWN = {"--workspace": "DIR", "--input": "NAME=VALUE", "--answer": "NAME=VALUE", "--by": "WHO"}


def plain(command: Any) -> Any:
    """The command of Typer, and those below it, with help in plain words."""
    command.context_settings = {**command.context_settings, "help_option_names": HELP}
    command.epilog = examples(command.epilog or "")
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            _argument(parameter)
        else:
            _option(parameter)
    below = [plain(one) for one in getattr(command, "commands", {}).values()]
    if below and not command.epilog:
        first = [line for one in below for line in (one.epilog or "").splitlines()[2:3]]
        command.epilog = "\n".join([KEPT, "Examples:", *first])
    return command


def examples(epilog: str) -> str:
    """`Examples: a | b` with a line for each; nothing in it is wrapped."""
    title, colon, rest = epilog.partition(": ")
    if not colon or not title.startswith("Example"):
        return epilog
    lines = [f"  {line.strip()}" for line in re.split(r" \| (?=baton |\w+=)", rest)]
    return "\n".join([KEPT, f"{title}:", *lines])


def _argument(parameter: Any) -> None:
    """Its name says what it is."""
    name = parameter.metavar or parameter.name.upper()
    parameter.metavar = name.replace("[", "").replace("]", "").removesuffix("...")
    parameter.display_type_rich = _nothing
    shown = parameter.metavar + ("..." if parameter.nargs != 1 else "")
    parameter.get_usage_pieces = lambda ctx: [shown if parameter.required else f"[{shown}]"]


def _option(parameter: Any) -> None:
    if parameter.metavar is None and not parameter.is_flag:
        words = re.sub(r"^list\[(.*)\]$", r"\1", _type(parameter))
        parameter.metavar = (
            next((_KNOWN[o] for o in parameter.opts if o in _KNOWN), None) or _WORDS.get(words.split(" ")[0]) or None
        )
    low, high = getattr(parameter, "min", None), getattr(parameter, "max", None)
    if low is not None and high is not None and not parameter.is_flag:
        parameter._get_number_range_help_str = lambda: f"{low} to {high}"


def _type(parameter: Any) -> str:
    """As Typer would show it, without its angles; empty where it is a choice of words."""
    shown = str(parameter.display_type(None)) if not parameter.type_descriptor.is_choice else ""
    return shown.strip("<>")


def _nothing(ctx: Any) -> None:
    return None
