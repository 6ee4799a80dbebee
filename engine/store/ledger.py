"""The ledger of effects: whatever leaves has a row here first, and a repeat is answered from its row.

An effect goes `claimed` -> (`in_data`) -> `sent` | `done` | `refused` | `failed` | `suppressed`. `in_data` says that
from here on it may have happened; `posted` that it waits in the outbox, where only the postman takes it up. A
process that dies leaves `claimed`, which the next attempt takes over, or `in_data`, which becomes `unknown`. Each
attempt has a token of its own, and only the one that holds the row can move it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from engine.store.moment import moment
from engine.store.rows import EffectRow
from engine.store.sql import Sql
from engine.store.tables import effects

Final = Literal["sent", "done", "refused", "failed", "unknown", "suppressed"]

_COLUMNS = (
    "key, case_id, path, purpose, kind, state, recipient, result_json, error, attempts, token, message_id, "
    "claimed_at, finished_at"
)

_LOOK = Sql(f"SELECT {_COLUMNS} FROM effects WHERE key = :key")  # noqa: S608  our own columns

_CLAIM = Sql(
    f"""
    INSERT INTO effects ({_COLUMNS})
    VALUES (:key, :case_id, :path, :purpose, :kind, :state, :recipient, '', '', 1, :token, :message_id, :at, NULL)
    ON CONFLICT (key) DO UPDATE SET
        state = excluded.state, token = excluded.token, recipient = excluded.recipient,
        message_id = excluded.message_id, claimed_at = excluded.claimed_at, finished_at = NULL,
        attempts = effects.attempts + 1, error = ''
    WHERE effects.state IN ('claimed', 'failed')
    RETURNING {_COLUMNS}
    """  # noqa: S608  our own columns
)

_IN_DATA = Sql("UPDATE effects SET state = 'in_data' WHERE key = :key AND token = :token AND state = 'claimed'")

# An attempt that was given up may still learn what became of it: the truth replaces `unknown`.
_FINISH = Sql(
    """
    UPDATE effects SET state = :state, result_json = :result_json, error = :error, finished_at = :at
    WHERE key = :key AND token = :token AND state IN ('claimed', 'in_data', 'unknown', :state)
    """
)

_POST = Sql(
    """
    UPDATE effects SET state = 'posted', claimed_at = :at WHERE key = :key AND token = :token
    AND state IN ('claimed', 'in_data', 'failed')
    """
)
_COLLECT = Sql(
    """
    UPDATE effects SET state = 'in_data', token = :token, claimed_at = :at, attempts = attempts + 1
    WHERE key = :key AND state = 'posted'
    """
)
_CALL_OFF = Sql("UPDATE effects SET state = 'claimed', token = '' WHERE key = :key AND state = 'posted'")

_GIVE_UP = Sql(
    """
    UPDATE effects SET state = 'unknown', error = :error, finished_at = :at
    WHERE key = :key AND token = :token AND state = 'in_data'
    """
)

_FORSAKEN_ONE = Sql(
    """
    UPDATE effects SET state = 'unknown', error = :error, finished_at = :at WHERE key = :key AND state = 'in_data'
    """
)
_FORSAKEN = Sql(
    """
    UPDATE effects SET state = 'unknown', error = :error, finished_at = :at
    WHERE state = 'in_data' AND claimed_at < :before
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.key = effects.key AND o.state = 'sending' AND o.mail IS NOT NULL)
    """
)


def look(c: Connection, key: str) -> EffectRow | None:
    """The row, if the effect was ever claimed."""
    rows = _LOOK.rows(c, key=key)
    return _row(rows[0]) if rows else None


def claim(
    c: Connection,
    key: str,
    *,
    case: str,
    path: str,
    purpose: str,
    kind: str,
    token: str,
    at: datetime,
    recipient: str = "",
    message_id: str = "",
    in_data: bool = False,
) -> EffectRow:
    """Take the effect for this attempt (`token`: unique for each). It is yours if the row has your token;
    otherwise it is the row as it is: finished, or `in_data` by another attempt.

    A row that is `claimed` or `failed` is taken over: nothing has happened yet, and the attempt that held it
    cannot go on to `in_data` any more. With `in_data=True` claim and `in_data` are one step, for an effect
    that has no earlier moment at which it can still fail harmlessly.
    """
    rows = _CLAIM.rows(
        c,
        key=key,
        case_id=case,
        path=path,
        purpose=purpose,
        kind=kind,
        state="in_data" if in_data else "claimed",
        recipient=recipient,
        token=token,
        message_id=message_id,
        at=at,
    )
    return _row((rows or _LOOK.rows(c, key=key))[0])


def in_data(c: Connection, key: str, token: str) -> bool:
    """From here on it may have happened. False: another attempt took over, and this one must stop."""
    return _IN_DATA.change(c, key=key, token=token) == 1


def finish(
    c: Connection, key: str, token: str, state: Final, at: datetime, *, result_json: str = "{}", error: str = ""
) -> bool:
    """How it ended. False: another attempt took over, and the row says what it did."""
    return _FINISH.change(c, key=key, token=token, state=state, at=at, result_json=result_json, error=error) == 1


def post(c: Connection, key: str, token: str, at: datetime) -> bool:
    """The attempt that holds it has not let it out: it waits in the outbox. False: another attempt took over."""
    return _POST.change(c, key=key, token=token, at=at) == 1


def collect(c: Connection, key: str, token: str, at: datetime) -> bool:
    """The postman takes up what waits in the outbox, and it is `in_data` at once. False: it does not wait there."""
    return _COLLECT.change(c, key=key, token=token, at=at) == 1


def call_off(c: Connection, key: str) -> bool:
    """What waits in the outbox is not wanted any more; should it be asked for again, it begins anew."""
    return _CALL_OFF.change(c, key=key) == 1


def give_up_unconfirmed(c: Connection, key: str, token: str, at: datetime, error: str) -> bool:
    """The attempt that holds the row (`token`, as read from it) died `in_data`: the row becomes `unknown`.
    False: it has moved on in the meantime."""
    return _GIVE_UP.change(c, key=key, token=token, at=at, error=error) == 1


def give_up_forsaken(c: Connection, before: datetime, at: datetime, error: str) -> int:
    """What has been `in_data` since before that time, and nobody asks for any more (its case ended or went on),
    becomes `unknown`: how many. Not what the postman was sending: it tells the case, too."""
    return _FORSAKEN.change(c, before=before, at=at, error=error)


def give_up_forsaken_one(c: Connection, key: str, at: datetime, error: str) -> bool:
    """The same for one effect, whoever holds it."""
    return _FORSAKEN_ONE.change(c, key=key, at=at, error=error) == 1


def listing(c: Connection, case: str | None = None, states: Collection[str] = ()) -> tuple[EffectRow, ...]:
    """Effects of a case (or of all) in the order of their last claim."""
    query = select(effects).order_by(effects.c.claimed_at, effects.c.key)
    if case is not None:
        query = query.where(effects.c.case_id == case)
    if states:
        query = query.where(effects.c.state.in_(states))
    return tuple(EffectRow(*row) for row in c.execute(query))


def counts(c: Connection) -> Mapping[str, int]:
    """How many effects are in each state."""
    return dict(c.execute(select(effects.c.state, func.count()).group_by(effects.c.state)).all())


def _row(row: tuple[Any, ...]) -> EffectRow:
    return EffectRow(*row[:-2], *map(moment, row[-2:]))
