"""What all requests together may hold in memory."""

import pytest

from web.body import Memory, NoRoom


def test_who_comes_when_it_is_full_is_sent_away_and_what_is_given_back_is_free() -> None:
    memory = Memory(10)
    with memory.share() as first, memory.share() as second:
        first(8)
        with pytest.raises(NoRoom):
            second(3)
        second(2)
    with memory.share() as third, memory.share() as fourth:
        third(5)
        fourth(5)


def test_alone_one_may_be_larger_than_all_together() -> None:
    memory = Memory(10)
    with memory.share() as take, memory.share() as other:
        take(8)
        take(8)
        with pytest.raises(NoRoom):
            other(1)
