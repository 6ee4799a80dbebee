"""The server that Baton brings, for all tests that need one."""

from tests.durable.conftest import temporal

__all__ = ["temporal"]
