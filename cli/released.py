"""What is said when new cases get another version."""

import typer

from cli.show import print_json
from engine.desk.answers import Released


def tell(released: Released, as_json: bool) -> None:
    if as_json:
        print_json(released)
        return
    process, version, before = released.process, released.version, released.before
    if before == version:
        typer.echo(f"New cases of {process} get version {version} already.")
        return
    instead = f" instead of {before}" if before else ""
    typer.echo(f"New cases of {process} get version {version}{instead}. Running cases keep the version they have.")
