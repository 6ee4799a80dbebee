"""The limited process that runs plug-ins: `python -m engine.gateways.functions_child SECONDS MEGABYTES`."""

from importlib.metadata import entry_points

from engine.gateways.functions import GROUP
from engine.gateways.rendering.failure import RenderFailed
from engine.gateways.rendering.limits import serve
from engine.language.values import decode, encode


def call(request: bytes) -> bytes:
    """Raises RenderFailed (`unknown_function`), and whatever the function raises."""
    asked = decode(request.decode())
    found = entry_points(group=GROUP, name=asked["name"])
    if not found:
        raise RenderFailed("unknown_function", f"No installed package registers `{asked['name']}` under {GROUP}.")
    function = next(iter(found)).load()
    return encode(function(**asked["inputs"])).encode()


if __name__ == "__main__":
    serve(call)
