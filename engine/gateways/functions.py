"""Functions of plug-in packages, each call in a limited process: what raises, loops or allocates ends there."""

from collections.abc import Mapping
from typing import Any

from engine.gateways.rendering.pool import LimitedPool
from engine.language.values import decode, encode


class Functions:
    """Calls by the name of an entry point. Use it from one event loop; `aclose` when done."""

    def __init__(self, *, size: int = 1, seconds: float = 10.0, megabytes: int = 512) -> None:
        self._pool = LimitedPool("engine.gateways.functions_child", size=size, seconds=seconds, megabytes=megabytes)

    async def call(self, name: str, inputs: Mapping[str, Any], key: str = "") -> Any:
        """What the function gives for these inputs. `key` is the same for every attempt at the same effect.

        Raises RenderFailed: `unknown_function`, `bad_inputs`, `too_slow`, `too_big`, or `function_error` with the
        function's own words.
        """
        answer = await self._pool.ask(encode({"name": name, "inputs": dict(inputs), "key": key}).encode())
        return decode(answer.decode())

    async def aclose(self) -> None:
        await self._pool.aclose()
