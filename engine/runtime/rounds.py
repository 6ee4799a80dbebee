"""Rounds: what is done anew at the same path has keys, tasks and pages of its own."""

import re

_ROUND = re.compile(r"~\d+$")


def page_path(path: str, round_: int) -> str:
    """The path with its round: `review`, and `review~1` when it was put aside once."""
    return f"{path}~{round_}" if round_ else path


def plain_path(page: str) -> str:
    """The path without its round: what events are addressed to."""
    return _ROUND.sub("", page)
