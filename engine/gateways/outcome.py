"""How something that leaves the house can end, beside well: three exceptions that every gateway shares."""

from datetime import timedelta


class Refused(Exception):  # noqa: N818  # an outcome, and not always an error
    """A final no: nothing happened, and trying again would change nothing."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Deferred(Exception):  # noqa: N818  # an outcome, and not always an error
    """Nothing happened; the same thing may be tried again later. `after`: how long the other side wants to be left."""

    def __init__(self, code: str, message: str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.after = after


class Unconfirmed(Exception):  # noqa: N818  # an outcome, and not always an error
    """It may have happened: the answer was lost after the point of no return."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.code = "unconfirmed"
        self.message = message
