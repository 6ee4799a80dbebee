"""The filters and functions of the language: an allow-list, the same for expressions and template files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.language import transforms
from engine.language.kinds import merged
from engine.language.operations import (
    EvaluationError,
    kind,
    limited,
    phrase,
    plain,
    wrong,
)
from engine.language.transforms import Clock
from engine.language.types import ANY, DATE, DATETIME, MONEY, NUMBER, TEXT, ListOf, Type

__all__ = [
    "ANYTHING", "FILTERS", "FUNCTIONS", "Clock", "Function", "Parameter", "arrange", "call", "check",
    "template_filters", "template_functions",
]  # fmt: skip

ANYTHING: tuple[str, ...] = ("any",)


@dataclass(frozen=True)
class Parameter:
    """`kinds` are those of `operations.kind`; `any` takes everything."""

    name: str
    kinds: tuple[str, ...]
    optional: bool = False
    words: tuple[str, ...] = ()  # the only texts allowed


@dataclass(frozen=True)
class Function:
    """A filter (its first parameter stands before the `|`) or a function.

    `apply` takes the clock and one value for each parameter given; `gives` the argument types.
    """

    apply: Callable[..., Any]
    gives: Callable[[tuple[Type, ...]], Type]
    parameters: tuple[Parameter, ...] = field(default=())

    @property
    def required(self) -> int:
        return sum(not parameter.optional for parameter in self.parameters)


def check(name: str, function: Function, values: tuple[Any, ...]) -> None:
    """Raises EvaluationError unless every value has a kind that its parameter takes."""
    for parameter, value in zip(function.parameters, values, strict=False):
        if parameter.kinds is not ANYTHING and kind(value) not in parameter.kinds:
            needed = " or ".join(phrase(one) for one in parameter.kinds)
            raise wrong(f"`{name}` needs {needed}, not {phrase(kind(value))}")
        if parameter.words and value not in parameter.words:
            raise EvaluationError("bad_value", f"`{name}` knows {', '.join(parameter.words)}, not `{value}`")


def arrange(
    name: str, function: Function, given: tuple[Any, ...], named: Mapping[str, Any], absent: Any = None
) -> tuple[Any, ...]:
    """The arguments in the order of the parameters; `absent` where one in the middle is left out.

    Raises EvaluationError for too many, too few, unknown or repeated ones.
    """
    names = [parameter.name for parameter in function.parameters]
    if len(given) > len(names):
        raise EvaluationError("unknown_function", f"`{name}` takes at most {len(names)} values, not {len(given)}")
    for extra in named:
        if extra not in names or extra in names[: len(given)]:
            raise EvaluationError("unknown_function", f"`{name}` takes no `{extra}` here")
    missing = [n for n in names[len(given) : function.required] if n not in named]
    if missing:
        raise EvaluationError("unknown_function", f"`{name}` needs its `{missing[0]}`")
    rest = names[len(given) :]
    while rest and rest[-1] not in named:
        rest.pop()
    return (*given, *(named.get(n, absent) for n in rest))


def _always(gives: Type) -> Callable[[tuple[Type, ...]], Type]:
    return lambda _: gives


def _same(arguments: tuple[Type, ...]) -> Type:
    return arguments[0]


def _item(arguments: tuple[Type, ...]) -> Type:
    return arguments[0].item if isinstance(arguments[0], ListOf) else ANY


def _filled(arguments: tuple[Type, ...]) -> Type:
    return merged(*arguments[:2])


_PLACES = Parameter("places", ("number",), optional=True)
_STYLE = Parameter("style", ("text",), optional=True, words=("long", "weekday", "short", "iso"))
_DAY = ("date", "datetime")
_TEXT = Parameter("value", ("text",))
_LIST = Parameter("value", ("list",))
_ATTRIBUTE = Parameter("attribute", ("text",))
_BETWEEN = (Parameter("start", _DAY), Parameter("end", _DAY))

FILTERS: Mapping[str, Function] = {
    "default": Function(transforms.default, _filled, (Parameter("value", ANYTHING), Parameter("fallback", ANYTHING))),
    "lower": Function(transforms.lower, _always(TEXT), (_TEXT,)),
    "upper": Function(transforms.upper, _always(TEXT), (_TEXT,)),
    "trim": Function(transforms.trim, _always(TEXT), (_TEXT,)),
    "length": Function(transforms.length, _always(NUMBER), (Parameter("value", ("text", "list", "record")),)),
    "join": Function(transforms.join, _always(TEXT), (_LIST, Parameter("separator", ("text",), optional=True))),
    "first": Function(transforms.first, _item, (_LIST,)),
    "last": Function(transforms.last, _item, (_LIST,)),
    "sum": Function(transforms.total, _item, (_LIST,)),
    "min": Function(transforms.smallest, _item, (_LIST,)),
    "max": Function(transforms.largest, _item, (_LIST,)),
    "round": Function(transforms.round_half_up, _same, (Parameter("value", ("number", "money")), _PLACES)),
    "map": Function(transforms.pluck, _always(ListOf()), (_LIST, _ATTRIBUTE)),
    "select": Function(transforms.select, _same, (_LIST, _ATTRIBUTE, Parameter("value", ANYTHING, optional=True))),
    "date": Function(transforms.to_date, _always(DATE), (Parameter("value", ("date", "datetime", "text")),)),
    "datetime": Function(transforms.to_datetime, _always(DATETIME), (Parameter("value", ("datetime", "text")),)),
    "money": Function(
        transforms.to_money, _always(MONEY), (Parameter("value", ("number",)), Parameter("currency", ("text",)))
    ),
    "days_between": Function(transforms.days_between, _always(NUMBER), _BETWEEN),
    "business_days_between": Function(transforms.business_days_between, _always(NUMBER), _BETWEEN),
    "format_date": Function(transforms.format_date, _always(TEXT), (Parameter("value", _DAY), _STYLE)),
    "format_datetime": Function(transforms.format_datetime, _always(TEXT), (Parameter("value", ("datetime",)), _STYLE)),
    "format_time": Function(transforms.format_time, _always(TEXT), (Parameter("value", ("datetime",)),)),
    "format_number": Function(transforms.format_number, _always(TEXT), (Parameter("value", ("number",)), _PLACES)),
    "format_money": Function(transforms.format_money, _always(TEXT), (Parameter("value", ("money",)),)),
}

FUNCTIONS: Mapping[str, Function] = {
    "now": Function(transforms.now, _always(DATETIME)),
    "days_between": FILTERS["days_between"],
    "business_days_between": FILTERS["business_days_between"],
}


def call(name: str, function: Function, clock: Clock, values: tuple[Any, ...]) -> Any:
    """The result, checked for kinds before and for size after. Raises EvaluationError."""
    check(name, function, values)
    return limited(function.apply(clock, *values))


def template_filters(missing: type, clock: Clock) -> dict[str, Callable[..., Any]]:
    """The filters for a Jinja environment; `missing` is its class of undefined values."""

    def bound(name: str, function: Function) -> Callable[..., Any]:
        def apply(value: Any, *given: Any, **named: Any) -> Any:
            subject = None if isinstance(value, missing) else plain(value)
            if subject is None and name != "default":
                return str(value)  # an undefined value raises here, in Jinja's own words
            return call(name, function, clock, arrange(name, function, (subject, *given), named))

        return apply

    return {name: bound(name, function) for name, function in FILTERS.items()}


def template_functions(clock: Clock) -> dict[str, Callable[..., Any]]:
    """The functions for a Jinja environment."""

    def bound(name: str, function: Function) -> Callable[..., Any]:
        return lambda *given, **named: call(name, function, clock, arrange(name, function, given, named))

    return {name: bound(name, function) for name, function in FUNCTIONS.items()}
