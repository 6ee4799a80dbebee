"""Calls are told on one database; that both databases keep them alike is shown where they are kept."""

from pathlib import Path

import pytest


@pytest.fixture
def database_url(_sqlite_template: Path, tmp_path: Path) -> str:
    (tmp_path / "baton.db").write_bytes(_sqlite_template.read_bytes())
    return f"sqlite:///{tmp_path}/baton.db"
