"""A real mailbox and a real engine for the survey."""

from tests.durable.conftest import temporal
from tests.mail.conftest import server

__all__ = ["server", "temporal"]
