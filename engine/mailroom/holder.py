"""Who reads a mailbox: this process, so long as it says so again and again."""

import os
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from engine.store import mailboxes
from engine.store.store import Store

_numbers = count(1)


def new_name() -> str:
    """A name for one reader: its machine, its process with the moment that began it, and a number."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_began(pid)}:{next(_numbers)}"


def is_gone(name: str) -> bool:
    """Whether that reader is known to have died: its process was on this machine and is no more."""
    machine, _, rest = name.partition(":")
    pid, _, began = rest.partition(":")
    if machine != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _began(int(pid)) != began.partition(":")[0]


def _began(pid: int) -> str:
    """Numbers of processes are used again; together with this they are not. Empty where the system does not tell."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    return ""


async def hold(store: Store, mailbox: str, who: str, at: datetime, time: timedelta) -> bool:
    """Be the reader of this mailbox for that time. A reader that has died is followed at once."""
    holder = await store.read(lambda c: mailboxes.holder(c, mailbox))
    gone = holder if holder and holder != who and is_gone(holder) else ""
    return await store.write(lambda c: mailboxes.hold(c, mailbox, who, at, at + time, gone))
