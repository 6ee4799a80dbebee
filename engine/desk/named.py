"""What people name by its id, or by the beginning of it, as they name commits."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from engine.desk.answers import NotThere
from engine.language.problems import one_of
from engine.store.store import Store

Row = TypeVar("Row")


async def named(
    store: Store,
    text: str,
    *,
    prefix: str,
    many: str,
    get: Callable[[Connection, str], Row | None],
    beginning: Callable[[Connection, str], tuple[str, ...]],
) -> Row | None:
    """The row of this id, or the only one whose id begins so; None if there is none. All ids begin with `prefix`, which
    may be left out. Raises NotThere where the beginning fits several; `many` is what they are called."""

    def find(c: Connection) -> tuple[Row | None, tuple[str, ...]]:
        if row := get(c, text):
            return row, ()
        near = beginning(c, f"{prefix}{text.removeprefix(prefix)}")
        return (get(c, near[0]) if len(near) == 1 else None), near

    row, near = await store.read(find)
    if len(near) > 1:
        raise NotThere(f"several {many} begin with `{text}`: {one_of(near)}")
    return row
