"""The limited process that runs plug-ins: `python -m engine.gateways.functions_child SECONDS MEGABYTES`."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, validate_call

from engine.gateways.rendering.failure import RenderFailed
from engine.gateways.rendering.limits import serve
from engine.language.plugins import KEY, PluginProblem, load, takes_key
from engine.language.values import decode, encode

TYPED = validate_call(config=ConfigDict(arbitrary_types_allowed=True), validate_return=True)


def call(request: bytes) -> bytes:
    """Raises RenderFailed for a function that is not there, values that it does not take, and what it raises."""
    asked = decode(request.decode())
    try:
        function = load(asked["name"])
    except PluginProblem as problem:
        raise RenderFailed("unknown_function", str(problem)) from problem
    inputs = asked["inputs"] | ({KEY: asked["key"]} if takes_key(function) else {})
    return encode(_plain(_called(asked["name"], function, inputs))).encode()


def _called(name: str, function: Callable[..., Any], inputs: dict[str, Any]) -> Any:
    """The result; what goes in and what comes out has the types of the function's annotations."""
    try:
        return TYPED(function)(**inputs)
    except ValidationError as problem:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors()[:5])
        raise RenderFailed("bad_inputs", f"`{name}` does not take or give this: {wrong}") from problem
    except MemoryError:
        raise
    except Exception as problem:  # the edge: a plug-in may raise anything, and only words leave this process
        raise RenderFailed("function_error", f"`{name}` says: {problem} ({type(problem).__name__})") from problem


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


if __name__ == "__main__":
    serve(call)
