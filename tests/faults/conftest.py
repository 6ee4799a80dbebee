"""The mailbox of the house that is in trouble."""

from tests.mail.conftest import server

__all__ = ["server"]
