"""A process file becomes a plan, or findings; and a plan becomes text and comes back."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from engine.language.checks import check
from engine.language.connections import Connections
from engine.language.document import Document, Registry
from engine.language.fields import Reference
from engine.language.library import Buffers, Library, definitions_around, workspace_definitions
from engine.language.locales import variants
from engine.language.model import Model
from engine.language.plan import FORMAT, Plan
from engine.language.problems import Problem, errors, in_order, suggest
from engine.language.process import Process
from engine.language.resources import People, Resources
from engine.language.shapes import Either, Inside, Many, Named, Shape, Steps, keys


@dataclass(frozen=True)
class Compiled:
    """`plan` is None exactly when a problem is an error. `source` is the text that was compiled,
    `document` says where everything in it stands."""

    plan: Plan | None
    problems: tuple[Problem, ...]
    source: str = ""
    document: Document | None = None


def compile_process(workspace: Path, process: str | Path, registry: Registry) -> Compiled:
    """Compile a process by id or by file. Raises FileNotFoundError when there is no such file."""
    library, path = _found(workspace, process, registry)
    document = library.file(path)
    problems = in_order([*check(document, library), *library.problems()])
    if errors(problems) or not isinstance(document.root, Process):
        return Compiled(None, problems, document.source.text)
    return Compiled(_plan(document.root, document, library), problems, document.source.text, document)


def check_file(path: Path, registry: Registry, buffers: Buffers | None = None) -> tuple[Problem, ...]:
    """Every finding of one file of definitions, of any kind, and of the files that it uses."""
    path = path.resolve()
    library = Library(definitions_around(path), registry, buffers=buffers or {})
    document = library.file(path)
    return in_order([*check(document, library), *library.problems()])


def _found(workspace: Path, process: str | Path, registry: Registry) -> tuple[Library, Path]:
    path = Path(process).resolve() if isinstance(process, Path) or str(process).endswith(".yaml") else None
    if path is not None:
        return Library(definitions_around(path), registry), path
    library = Library(workspace_definitions(workspace.resolve()), registry)
    if process not in library.names("processes"):
        near = suggest(str(process), library.names("processes"))
        out = f"; did you mean `{near}`?" if near else ""
        raise FileNotFoundError(f"there is no process `{process}` in {library.folder / 'processes'}{out}")
    wanted = f"{process}.yaml"
    inside = library.folder / "processes" / wanted
    return library, inside if inside.is_file() else library.folder / wanted


# -- resources ----------------------------------------------------------------


def _plan(process: Process, document: Document, library: Library) -> Plan:
    resources = _resources(document, library)
    plan = Plan(process, resources, "")
    return Plan(process, resources, _digest(_plain(plan)))


def _resources(document: Document, library: Library) -> Resources:
    used = _used(document)
    used.setdefault("emails", set()).update(_unnamed_mails(document.root))
    used["emails"] |= {other for name in used["emails"] for other in variants(name, library.names("emails"))}
    people, connections = library.shared("people"), library.shared("connections")
    found: dict[str, Any] = {
        kind: {name: loaded.root for name in sorted(used.get(kind, ())) if (loaded := library.get(kind, name))}
        for kind in ("forms", "emails", "documents", "checklists", "tables", "calendars")
    }
    if people and isinstance(people.root, People):
        # Absences change daily and are read from the file itself: they must not make a version of the process.
        found["people"] = people.root.model_copy(update={"absences": ()})
    if connections and isinstance(connections.root, Connections):
        wanted = used.get("connections", set())
        found["connections"] = {n: c for n, c in connections.root.connections.items() if n in wanted}
    return Resources.model_validate(found)


def _used(document: Document) -> dict[str, set[str]]:
    used: dict[str, set[str]] = {}
    for leaves in document.leaves.values():
        for leaf in leaves:
            if isinstance(leaf.kind, Reference):
                used.setdefault(leaf.kind.kind, set()).add(leaf.text)
    for step in document.steps:
        used.setdefault("emails", set()).update(step.mails() if hasattr(step, "mails") else ())
    return used


def _unnamed_mails(part: Any) -> set[str]:
    """The emails that steps send without naming them, anywhere in the process."""
    if isinstance(part, tuple):
        return {name for item in part for name in _unnamed_mails(item)}
    if not isinstance(part, Model):
        return set()
    mails: tuple[str, ...] = part.mails() if hasattr(part, "mails") else ()
    return {*mails, *(name for _, value in part for name in _unnamed_mails(value))}


M = TypeVar("M", bound=Model)

# -- text and back ------------------------------------------------------------


def plan_to_json(plan: Plan) -> str:
    """The plan as text: the fields in the order of the models, names in the order they were written."""
    return _text({**_plain(plan), "digest": plan.digest})


def plan_from_json(text: str, registry: Registry) -> Plan:
    """The plan that `plan_to_json` wrote. Raises ValueError for a plan of another format or a changed one."""
    data = json.loads(text)
    if data["format"] != FORMAT:
        raise ValueError(f"this plan has format {data['format']}; this release reads {FORMAT}")
    digest = data.pop("digest")
    if _digest(data) != digest:
        raise ValueError("this plan was changed after it was compiled")
    process = _revived(Process, data["process"], registry)
    return Plan(process, Resources.model_validate(data["resources"]), digest)


def _plain(plan: Plan) -> dict[str, Any]:
    process = plan.process.model_dump(mode="json", by_alias=True, exclude_none=True)
    resources = plan.resources.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {"format": plan.format, "process": process, "resources": resources}


def _text(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _digest(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(_text(data).encode()).hexdigest()


def _revived(model: type[M], data: Mapping[str, Any], registry: Registry) -> M:
    known = keys(model)
    return model.model_validate({key: _value(known[key].shape, value, registry) for key, value in data.items()})


def _value(shape: Shape, value: Any, registry: Registry) -> Any:
    match shape:
        case Steps() if isinstance(value, list):
            return tuple(_revived(registry[step["type"]], step, registry) for step in value)
        case Inside():
            return _revived(shape.model, value, registry)
        case Many():
            return tuple(_value(shape.item, item, registry) for item in value)
        case Named():
            return {name: _value(shape.item, item, registry) for name, item in value.items()}
        case Either() if not isinstance(value, str):
            return _value(shape.other, value, registry)
    return value
