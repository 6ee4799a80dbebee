"""Types of what people and outside systems give: inputs, answers, events and results."""

from collections.abc import Iterable, Mapping

from engine.language.connections import Connection
from engine.language.picking import types
from engine.language.resources import Form, Input
from engine.language.types import ANY, BOOLEAN, FILE, TEXT, Choice, Field, ListOf, Record, Type, record
from engine.language.types import EMAIL as ADDRESS

_TYPES = {"long_text": TEXT, "list": ListOf(item=TEXT), "table": ListOf(item=ANY)}
OPEN = Record(open=True)
EMAIL = Record(
    fields={
        "from": Field(ADDRESS),  # who wrote it; small letters, so that it can be compared
        **record(
            from_name=TEXT,
            to=ADDRESS,  # the address that it was written to
            subject=TEXT,
            text=TEXT,  # what was newly written
            full_text=TEXT,  # with all that is quoted
            attachments=ListOf(item=FILE),
            message_id=TEXT,
            authenticated=BOOLEAN,
            automatic=BOOLEAN,
            mailbox=TEXT,
            thread=TEXT,  # path of the step whose mail is answered; empty where that is not known
        ).fields,
    }
)
BOUNCE = record(address=ADDRESS, hard=BOOLEAN, complaint=BOOLEAN, why=TEXT, thread=TEXT)
MAILED: Mapping[str, Record] = {"email": EMAIL, "bounce": BOUNCE}


def value_type(name: str) -> Type:
    """The type of a declared value without choices."""
    return _TYPES.get(name, Type(name))


def input_type(spec: Input) -> Type:
    if spec.type == "choice" and spec.choices:
        return Choice(values=spec.choices)
    if spec.type == "multi_choice":
        return ListOf(item=Choice(values=spec.choices) if spec.choices else TEXT)
    if spec.type == "list" and spec.of:
        return ListOf(item=value_type(spec.of))
    return value_type(spec.type)


def input_field(spec: Input, name: str, what: str) -> Field:
    """An input or an answer; it may be missing when it is optional and has no default."""
    maybe = f"the {what} `{name}` is optional" if spec.optional and spec.default is None else ""
    return Field(input_type(spec), maybe)


def inputs(specs: Mapping[str, Input]) -> Record:
    return Record(fields={name: input_field(spec, name, "input") for name, spec in specs.items()})


def answers(form: Form | None) -> Record:
    """The answers of a form, by the ids of its fields; anything, where the form is not known."""
    if form is None:
        return OPEN
    return Record(fields={q.id: input_field(q, q.id, "answer") for q in form.fields})


def declared(fields: Mapping[str, str]) -> Record:
    """Declared fields, nested by the dots in their names (`company.name`)."""
    direct = {name: Field(value_type(kind)) for name, kind in fields.items() if "." not in name}
    groups: dict[str, dict[str, str]] = {}
    for name, kind in fields.items():
        if "." in name:
            first, rest = name.split(".", 1)
            groups.setdefault(first, {})[rest] = kind
    return Record(fields={**direct, **{name: Field(declared(inner)) for name, inner in groups.items()}})


def webhook(connection: Connection | None, event: str | None) -> Record:
    """What an event of a connection carries; anything, where it is not declared."""
    schema = connection.events.get(event or "") if connection else None
    return declared(schema.types) if schema else OPEN


def result(connection: Connection | None, operation: str) -> Record:
    """What an operation of a connection answers; anything, where it does not say."""
    known = connection.operations.get(operation) if connection else None
    if known is None:
        return OPEN
    kept = declared(types(known)) if known.result else OPEN
    if known.pages is None:
        return kept
    return Record(fields={"items": Field(ListOf(item=kept)), "complete": Field(BOOLEAN)})


def either(types: Iterable[Type]) -> Type:
    """One type that all of these fit."""
    found: list[Type] = []
    for type_ in types:
        if type_ not in found:  # records cannot be hashed
            found.append(type_)
    if len(found) == 1:
        return found[0]
    if found and all(isinstance(t, Choice) for t in found):
        words = [v for t in found if isinstance(t, Choice) for v in t.values]
        return Choice(values=tuple(dict.fromkeys(words)))
    if found and all(isinstance(t, Choice) or t == TEXT for t in found):
        return TEXT
    return ANY


def one_of_records(named: Mapping[str, Record]) -> Record:
    """What can be read whichever of these arrives; what only some have may be missing."""
    names = list(dict.fromkeys(name for record in named.values() for name in record.fields))
    fields = {name: _common(name, named) for name in names}
    return Record(fields=fields, open=any(record.open for record in named.values()))


def _common(name: str, named: Mapping[str, Record]) -> Field:
    having = {key: record.fields[name] for key, record in named.items() if name in record.fields}
    maybe = next((f.maybe for f in having.values() if f.maybe), "")
    without = [key for key, record in named.items() if name not in record.fields]
    if without:
        maybe = f"`{without[0]}` does not bring it"
    return Field(either(f.type for f in having.values()), maybe)
