"""Fixtures: a real mail server where there is one."""

from collections.abc import Iterator

import pytest

from tests.mail.dovecot import Dovecot, NoDovecot, dovecot


@pytest.fixture
def server() -> Iterator[Dovecot]:
    """Dovecot with an empty INBOX; skips with the reason where there is none."""
    try:
        with dovecot() as running:
            yield running
    except NoDovecot as reason:
        pytest.skip(str(reason))
