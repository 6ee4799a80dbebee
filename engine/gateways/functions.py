"""Functions of plug-in packages, each call in a limited process: what raises, loops or allocates ends there."""

from collections.abc import Mapping
from typing import Any

from engine.gateways.rendering.pool import LimitedPool
from engine.language.values import decode, encode

GROUP = "baton.functions"
"""The entry point group in which a package registers its functions."""


class Functions:
    """Calls by the name of an entry point. Use it from one event loop; `aclose` when done."""

    def __init__(self, *, size: int = 1, seconds: float = 10.0, megabytes: int = 512) -> None:
        self._pool = LimitedPool("engine.gateways.functions_child", size=size, seconds=seconds, megabytes=megabytes)

    async def call(self, name: str, inputs: Mapping[str, Any]) -> Any:
        """What the function gives for these inputs. Raises RenderFailed, with the function's own words."""
        answer = await self._pool.ask(encode({"name": name, "inputs": dict(inputs)}).encode())
        return decode(answer.decode())

    async def aclose(self) -> None:
        await self._pool.aclose()
