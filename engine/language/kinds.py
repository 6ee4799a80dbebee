"""What the checker knows about types: what fits where, and how they are called."""

from collections.abc import Mapping

from engine.language.types import ANY, DATE, NUMBER, TEXT, Choice, Field, ListOf, Record, Type

# The kind of value (see `operations.kind`) that each type of the language has at run time.
_KINDS = {
    "text": "text", "long_text": "text", "email": "text", "phone": "text", "url": "text", "user": "text",
    "group": "text", "choice": "text", "number": "number", "money": "money", "boolean": "boolean", "date": "date",
    "datetime": "datetime", "list": "list", "multi_choice": "list", "table": "list", "record": "record",
    "file": "record", "none": "none",
}  # fmt: skip

# Types of a value whose text is good enough where the key is expected.
_ACCEPTED = {
    "email": frozenset({"user"}),
    "user": frozenset({"email"}),
    "datetime": frozenset({"date"}),
    "date": frozenset({"datetime"}),
    "time": frozenset({"date", "datetime", "text"}),
}

FIELDS: Mapping[str, Mapping[str, Field]] = {
    "money": {"amount": Field(NUMBER), "currency": Field(TEXT)},
    "date": {"year": Field(NUMBER), "month": Field(NUMBER), "day": Field(NUMBER)},
    "file": {"file": Field(TEXT), "name": Field(TEXT), "sha256": Field(TEXT), "size": Field(NUMBER)},
}


def kind_of(type_: Type) -> str:
    """The kind of the type's values, or `any`."""
    return _KINDS.get(type_.name, "any")


def describe(type_: Type) -> str:
    """`a number`, `text`, `a choice of accept, reject`."""
    if isinstance(type_, Choice):
        return f"a choice of {', '.join(type_.values)}" if len(type_.values) > 1 else "text"
    words = {"text": "text", "long_text": "text", "money": "money", "any": "anything", "email": "an email address",
             "url": "a web address", "phone": "a phone number", "boolean": "yes or no", "none": "nothing",
             "record": "a group of values", "datetime": "a time"}  # fmt: skip
    return words.get(type_.name, f"a {type_.name}")


def accepts(expected: str, given: Type) -> bool:
    """Whether a value of the type `given` may stand where `expected` (the name of a type, or `time`) is declared.

    Text fields take everything that can be written. A user is accepted as an email address and the other
    way round: whoever uses the value looks the other up. Text is accepted for a choice, as it is checked again.
    """
    kind = kind_of(given)
    if kind == "any" or expected == "any" or expected not in (*_KINDS, *_ACCEPTED):
        return True
    if expected in ("text", "long_text"):
        return kind not in ("list", "none") and (kind != "record" or given.name == "file")
    if given.name == expected or given.name in _ACCEPTED.get(expected, ()):
        return True
    if expected in ("choice", "multi_choice", "list", "table", "record"):
        return kind == _KINDS[expected]
    plain_text = isinstance(given, Choice) or given.name in ("text", "long_text")
    return plain_text and expected in ("user", "group", "phone")


def merged(first: Type, second: Type) -> Type:
    """One type for a value that may be of either."""
    if first == second or second.name == "none":
        return first
    if first.name == "none":
        return second
    if isinstance(first, Choice) and isinstance(second, Choice):
        return Choice(values=tuple(dict.fromkeys((*first.values, *second.values))))
    if kind_of(first) == kind_of(second) == "text":
        return first if isinstance(second, Choice) and len(second.values) == 1 else TEXT
    if isinstance(first, ListOf) and isinstance(second, ListOf):
        return ListOf(item=merged(first.item, second.item))
    return ANY


def field_of(type_: Type, name: str) -> Field | None:
    """The field of a record, of money, a date or a file; None when there is no such field."""
    if isinstance(type_, Record):
        found = type_.fields.get(name)
        return Field(ANY) if found is None and type_.open else found
    if kind_of(type_) == "any":
        return Field(ANY)
    return FIELDS.get(type_.name, {}).get(name)


def names_in(type_: Type) -> tuple[str, ...]:
    """The names of the fields, as far as they are known."""
    return tuple(type_.fields if isinstance(type_, Record) else FIELDS.get(type_.name, ()))


_ORDERED = frozenset({"number", "money", "date", "datetime"})
_ARITHMETIC = {
    ("number", "number"): ("number", "+-*/%//**"),
    ("money", "money"): ("money", "+-/"),
    ("money", "number"): ("money", "*/"),
    ("number", "money"): ("money", "*"),
    ("text", "text"): ("text", "+"),
    ("list", "list"): ("list", "+"),
}
_RESULTS = {"number": NUMBER, "money": Type("money"), "text": TEXT, "list": ListOf(), "date": DATE}


def arithmetic(op: str, left: Type, right: Type) -> Type | None:
    """The type of `left op right`; None when that is not possible."""
    pair = (kind_of(left), kind_of(right))
    if "any" in pair:
        return ANY
    if pair == ("money", "money") and op == "/":
        return NUMBER
    gives, ops = _ARITHMETIC.get(pair, ("", ""))
    return _RESULTS[gives] if op in ops and (op not in ("//", "**", "%") or gives == "number") else None


def comparable(op: str, left: Type, right: Type) -> bool:
    """Whether `left op right` can be asked at all."""
    first, second = kind_of(left), kind_of(right)
    if "any" in (first, second):
        return True
    if op in ("==", "!="):
        return first == second
    if op in ("in", "not in"):
        return _searchable(left, right)
    return first == second and first in _ORDERED


def _searchable(item: Type, collection: Type) -> bool:
    if isinstance(collection, ListOf):
        return comparable("==", item, collection.item)
    return kind_of(collection) in ("list", "any") or (kind_of(item) == "text" and kind_of(collection) == "text")


def impossible_word(left: Type, right: Type) -> tuple[str, tuple[str, ...]] | None:
    """A word that is compared with a choice which never has it, and the words of that choice."""
    if not isinstance(left, Choice) or not isinstance(right, Choice):
        return None
    if set(left.values) & set(right.values) or not left.values or not right.values:
        return None
    return (right.values[0], left.values) if len(right.values) == 1 else (left.values[0], right.values)
