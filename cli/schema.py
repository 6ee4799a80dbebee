"""`baton schema`: JSON Schema of the files, for editors."""

import json
from pathlib import Path
from typing import Annotated

import typer

from activities import STEP_TYPES
from cli.options import Workspace, group
from cli.problem import UserProblem
from engine.editor.schema import files, schema
from engine.language.library import workspace_definitions
from engine.language.problems import all_of, suggest
from engine.workspace import find

app = group()
FOLDER = ".schemas"
SETTINGS = Path(".vscode") / "settings.json"


@app.command("schema", epilog="Examples: baton schema --write | baton schema process > process.json")
def schema_(
    kind: Annotated[str, typer.Argument(metavar="[KIND]", help="Kind of file; without it all of them are named.")] = "",
    write: Annotated[bool, typer.Option("--write", help="Put all of them into the workspace's definitions.")] = False,
    workspace: Workspace = None,
) -> None:
    """What may stand in each kind of file, as JSON Schema: editors complete, explain and check with it."""
    if write:
        typer.echo(_written(find(workspace or Path.cwd())))
    elif kind:
        typer.echo(_text(_known(kind)))
    else:
        lines = [f"  {name:<12} definitions/{where}" for name, (_, where) in files().items()]
        typer.echo("\n".join(["There is a schema for each of these:\n", *lines]))
        typer.echo("\n`baton schema --write` puts them where your editor finds them.")


def _known(kind: str) -> str:
    if kind in files():
        return kind
    near = suggest(kind, files())
    hint = f"did you mean `{near}`?" if near else f"there are {all_of(files())}"
    raise UserProblem(f"there is no kind of file `{kind}`; {hint}")


def _text(kind: str) -> str:
    return json.dumps(schema(kind, STEP_TYPES), ensure_ascii=False, indent=1)


def write_schemas(workspace: Path) -> list[Path]:
    """Put the schemas into the workspace, and the settings of VS Code where there are none; the files written."""
    definitions = workspace_definitions(workspace)
    (definitions / FOLDER).mkdir(exist_ok=True)
    written = []
    for kind in files():
        written.append(definitions / FOLDER / f"{kind}.json")
        written[-1].write_text(_text(kind) + "\n", encoding="utf-8")
    if not (workspace / SETTINGS).exists():
        written.append(workspace / SETTINGS)
        written[-1].parent.mkdir(exist_ok=True)
        written[-1].write_text(_settings(workspace) + "\n", encoding="utf-8")
    return [path.relative_to(workspace) for path in written]


def _settings(workspace: Path) -> str:
    definitions = workspace_definitions(workspace)
    below = f"{definitions.relative_to(workspace)}/" if definitions != workspace else ""
    found = {f"./{below}{FOLDER}/{kind}.json": f"{below}{where}" for kind, (_, where) in files().items()}
    return json.dumps({"yaml.schemas": found}, indent=2)


def _written(workspace: Path) -> str:
    written = write_schemas(workspace)
    lines = [f"Wrote {path}" for path in written]
    if SETTINGS not in written:
        lines += [f"\nFor VS Code with its YAML extension, {SETTINGS} needs:\n", _settings(workspace)]
    lines.append(
        f"\nIn other editors with yaml-language-server, the first line of a process is:\n\n"
        f"  # yaml-language-server: $schema=../{FOLDER}/process.json"
    )
    return "\n".join(lines)
