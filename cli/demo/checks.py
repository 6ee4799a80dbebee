"""What the demo expects, and what it says when something is otherwise."""


class SurpriseError(Exception):
    """Something is not as it should be; the message is a sentence for whoever watches."""


class AbortError(BaseException):
    """Whoever watches has seen enough. No Exception and no KeyboardInterrupt: no command on the way may take it."""


def expect(holds: bool, otherwise: str) -> None:
    """Raise SurpriseError with the sentence, unless it holds."""
    if not holds:
        raise SurpriseError(otherwise)
