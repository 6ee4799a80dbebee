"""What effects work with: the store, the gateways, and what the workspace says of itself."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.gateways.access import Tokens
from engine.gateways.functions import Functions
from engine.gateways.http import HttpCaller
from engine.gateways.mail import Mailer
from engine.gateways.notifier import Notifier
from engine.gateways.pdf import Printer
from engine.gateways.rendering import Brand, Renderer
from engine.language.connections import Connections
from engine.language.resources import People
from engine.store.policy import NO_RULES, Rules
from engine.store.rows import NewCase
from engine.store.store import Store

OpenChild = Callable[[str, Mapping[str, Any], str, str], Awaitable[NewCase]]
"""(process, inputs, parent's `case/path`, key of the effect) -> a case ready to be opened, always the same one."""


@dataclass(frozen=True)
class World:
    """`secrets` answers names of environment variables; `key` derives the tokens of links.

    `people` are those of the workspace now; None where its people.yaml cannot be read, then those of the plan count.
    `connections` are those of connections.yaml now.
    `undo` says how long mails of each class can still be stopped before they leave (`mail.undo` in baton.yaml).
    `unsubscribe` says which class of mails carries a way out beside marketing (`mail.unsubscribe` in baton.yaml).
    `turned_back` remembers when a mail of a sender last had to wait (on the loop's clock), so that for those that come
    right after it no server is troubled. `carried` holds the effects that go to their end even if nobody waits for
    them any more.
    """

    store: Store
    mailer: Mailer
    caller: HttpCaller
    printer: Printer
    renderer: Renderer
    functions: Functions
    notifier: Notifier
    brand: Brand
    sender: str
    sender_name: str
    base_url: str
    key: bytes
    secrets: Mapping[str, str]
    open_child: OpenChild
    people: Callable[[], People | None]
    connections: Callable[[], Connections | None] = lambda: None
    images: Path | None = None  # the folder of pictures that mails show
    rules: Rules = NO_RULES
    unsubscribe: str = "marketing"
    undo: Mapping[str, timedelta] = field(default_factory=dict)
    tokens: Tokens = field(default_factory=Tokens)
    turned_back: dict[str, float] = field(default_factory=dict)
    carried: set[asyncio.Task[Any]] = field(default_factory=set)

    async def finish(self) -> None:
        """Wait for everything that is carried to its end; the gateways must still be open."""
        if self.carried:
            await asyncio.wait(self.carried)
