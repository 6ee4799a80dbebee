"""A real mailbox for the survey."""

from tests.mail.conftest import server

__all__ = ["server"]
