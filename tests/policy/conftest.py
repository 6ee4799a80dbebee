"""The house of the durable tests."""

from tests.durable.conftest import temporal

__all__ = ["temporal"]
