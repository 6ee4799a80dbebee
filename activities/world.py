"""What effects work with: the store, the gateways, and what the workspace says of itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.gateways.functions import Functions
from engine.gateways.http import HttpCaller
from engine.gateways.mail import Mailer
from engine.gateways.pdf import Printer
from engine.gateways.rendering import Brand, Renderer
from engine.store.rows import NewCase
from engine.store.store import Store

OpenChild = Callable[[str, Mapping[str, Any], str, str], Awaitable[NewCase]]
"""(process, inputs, parent's `case/path`, key of the effect) -> a case ready to be opened, always the same one."""


@dataclass(frozen=True)
class World:
    """`secrets` answers names of environment variables; `key` derives the tokens of links."""

    store: Store
    mailer: Mailer
    caller: HttpCaller
    printer: Printer
    renderer: Renderer
    functions: Functions
    brand: Brand
    sender: str
    sender_name: str
    base_url: str
    key: bytes
    secrets: Mapping[str, str]
    open_child: OpenChild
