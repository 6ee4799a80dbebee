"""What a server says about a mail before it is fetched, however odd that is."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.gateways.imap.wire import _head


@pytest.mark.parametrize("said", ["00-Jan-0000 00:00:00 +0000", "02-Mar-2026 10:00:00 -0000", "yesterday"])
def test_a_mail_of_no_real_time_can_be_compared_and_holds_up_no_other(said: str) -> None:
    head = _head(f'1 (UID 7 RFC822.SIZE 90 INTERNALDATE "{said}")'.encode())
    assert head is not None
    assert (head.uid, head.size) == (7, 90)
    assert head.at < datetime.now(UTC) + timedelta(minutes=1)
