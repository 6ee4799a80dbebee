"""The fixtures of the commands: seeing ahead goes through the same front door."""

from tests.cli.conftest import _published, baton, case, store, workspace

__all__ = ["_published", "baton", "case", "store", "workspace"]
