"""What ends a command with exit code 1: the user's problem, said shortly, with the way out."""

from collections.abc import Mapping


class UserProblem(Exception):  # noqa: N818 - named as it is said
    """`details` are problems by name (inputs, outcome, checklist); shown one by one."""

    def __init__(self, message: str, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})
