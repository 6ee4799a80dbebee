"""How a branch of a turn ends before its last step: it waits, the case stops, or a step fails."""


class Suspended(BaseException):
    """The branch waits for an event, a time or an effect."""


class CaseStopped(BaseException):
    """The case ends here with `outcome`."""

    def __init__(self, outcome: str) -> None:
        self.outcome = outcome


class StepError(Exception):
    """A step could not do its work; its `on_error`, or that of the group around it, says what happens next.

    `step` is the id of the step that failed, once it is known.
    """

    def __init__(self, code: str, message: str, step: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.step = step
