"""Reading and writing: group commit, failures, the end."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from engine.store import ledger, links
from engine.store.crew import StoreClosedError, Work
from engine.store.store import Store
from tests.store.samples import NOW, claim, opened


async def counted(store: Store) -> int:
    return (await store.read(ledger.counts)).get("claimed", 0)


def broken(c: Connection) -> None:
    claim(c, "a", key="broken")
    raise KeyError("a slip in a work")


async def test_many_writes_at_once_are_all_written(store: Store) -> None:
    rows = await asyncio.gather(*(store.write(partial(claim, token="a", key=f"k{n}")) for n in range(500)))
    assert [row.key for row in rows] == [f"k{n}" for n in range(500)]
    assert await counted(store) == 500


async def test_a_work_that_fails_takes_nothing_with_it(store: Store) -> None:
    works: list[Work[object]] = [partial(claim, token="a", key="one"), broken, partial(claim, token="a", key="two")]
    results = await asyncio.gather(*(store.write(work) for work in works), return_exceptions=True)
    assert isinstance(results[1], KeyError)
    assert await counted(store) == 2
    assert await store.read(lambda c: ledger.look(c, "broken")) is None


async def test_a_work_that_the_database_refuses_takes_nothing_with_it(store: Store) -> None:
    def refused(c: Connection) -> None:
        c.execute(text("INSERT INTO effects (key) VALUES ('x')"))

    good = [store.write(partial(claim, token="a", key=f"k{n}")) for n in range(5)]
    results = await asyncio.gather(store.write(refused), *good, store.write(refused), return_exceptions=True)
    assert isinstance(results[0], DBAPIError)
    assert await counted(store) == 5


async def test_what_was_written_is_read_at_once(store: Store) -> None:
    for n in range(20):
        await store.write(partial(claim, token="a", key=f"k{n}"))
        assert await counted(store) == n + 1


def test_threads_write_without_an_event_loop(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.write_now(partial(claim, token="a", key=f"k{n}")), range(100)))
    assert store.read_now(ledger.counts) == {"claimed": 100}


def test_a_failure_reaches_a_caller_without_an_event_loop(store: Store) -> None:
    with pytest.raises(KeyError, match="a slip"):
        store.write_now(broken)


async def test_a_caller_that_gave_up_does_not_disturb_the_others(store: Store) -> None:
    waiting = [asyncio.create_task(store.write(partial(claim, token="a", key=f"k{n}"))) for n in range(10)]
    await asyncio.sleep(0)
    waiting[3].cancel()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [n for n, result in enumerate(results) if isinstance(result, BaseException)] == [3]


def test_an_event_loop_that_ended_does_not_stop_the_store(store: Store) -> None:
    async def leave() -> None:
        asyncio.get_running_loop().call_later(0, asyncio.current_task().cancel)  # type: ignore[union-attr]
        await asyncio.gather(*(store.write(partial(claim, token="a", key=f"k{n}")) for n in range(200)))

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(leave())
    store.write_now(partial(claim, token="a", key="afterwards"))
    assert store.read_now(lambda c: ledger.look(c, "afterwards"))


async def test_reading_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError):
        await store.read(partial(claim, token="a"))


async def test_closing_writes_what_waits(database_url: str, store: Store) -> None:
    other = Store.open(database_url)
    waiting = [asyncio.create_task(other.write(partial(claim, token="a", key=f"k{n}"))) for n in range(300)]
    await asyncio.sleep(0)
    other.close()
    await asyncio.gather(*waiting)
    assert await counted(store) == 300


async def test_a_closed_store_says_so(database_url: str) -> None:
    store = Store.open(database_url)
    store.close()
    with pytest.raises(StoreClosedError):
        await store.write(opened)


async def test_two_processes_that_write_to_the_same_rows_wait_for_each_other(database_url: str, store: Store) -> None:
    other = Store.open(database_url)

    def renewed(c: Connection, first: str, second: str) -> None:
        for name in (first, second):
            links.put(c, name, "acme", "welcome", "form", "ann@acme.test", NOW)

    there = [store.write(partial(renewed, first="a", second="b")) for _ in range(30)]
    back = [other.write(partial(renewed, first="b", second="a")) for _ in range(30)]
    await asyncio.gather(*there, *back)
    other.close()


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///PATH"):
        Store.open(url)


async def test_an_error_of_the_database_does_not_show_what_was_written(store: Store) -> None:
    for work in (
        partial(claim, token="a", key="secret"),
        partial(links.put, link_hash="secret", case="", path="", kind="", recipient="", expires_at=NOW),
    ):
        with pytest.raises(DBAPIError) as caught:
            await store.read(work)
        assert "secret" not in str(caught.value)


async def test_a_server_that_was_away_is_found_again(store: Store) -> None:
    if store.url.get_backend_name() == "sqlite":
        pytest.skip("SQLite has no server")
    await store.write(partial(claim, token="a", key="before"))
    await store.read(ledger.counts)
    end_all = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    await store.read(lambda c: c.execute(end_all).all())
    await store.write(partial(claim, token="a", key="after"))
    assert await counted(store) == 2
