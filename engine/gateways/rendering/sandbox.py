"""The Jinja environment of template files: plain data in, text out, nothing else within reach."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, tzinfo
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.gateways.rendering.failure import RenderFailed
from engine.language.money import Money
from engine.language.operations import EvaluationError
from engine.language.values import display

LONGEST_RESULT = 1_000_000  # characters
ZONE: ContextVar[tzinfo] = ContextVar("ZONE", default=UTC)  # where times are shown

_FIELDS: tuple[tuple[type, frozenset[str]], ...] = (
    (Money, frozenset({"amount", "currency"})),
    (date, frozenset({"year", "month", "day", "hour", "minute"})),
    (LoopContext, frozenset({"index", "index0", "first", "last", "length"})),
)


class Sandbox(ImmutableSandboxedEnvironment):
    """Strict on missing names; reads keys of plain data and a few fields, and calls only what is allowed."""

    def __init__(self) -> None:
        super().__init__(
            optimized=False,  # constants must not be computed at compile time: the calendar comes later
            variable_start_string="${",
            variable_end_string="}",
            undefined=Missing,
            finalize=lambda value: value if isinstance(value, Undefined) else shown(value),
        )
        self.globals.clear()
        self.filters.clear()

    def allow(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        """Templates may call these, in the place of those of the last call."""
        self.globals.clear()
        self.globals.update(functions)

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self._read(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self._read(obj, argument)

    def is_safe_callable(self, obj: Any) -> bool:
        # Calling what is missing is harmless and raises with its name.
        return isinstance(obj, Undefined) or any(obj is function for function in self.globals.values())

    def _read(self, obj: Any, name: Any) -> Any:
        value = _field(obj, name)
        return self.undefined(obj=obj, name=name) if value is None else value


class Missing(StrictUndefined):
    """A name without a value, with the words an author understands."""

    @property
    def _undefined_message(self) -> str:
        return f"`{self._undefined_name}` has no value"


def shown(value: Any) -> str:
    """The value for people, in the zone of this rendering. Raises RenderFailed where there is none."""
    if value is None:
        raise RenderFailed("missing_value", "A value of the template is empty.")
    return display(value, ZONE.get())


def compiled(environment: Sandbox, source: str) -> Template:
    """Raises RenderFailed (`template_syntax`)."""
    with explained():
        return environment.from_string(source)


def rendered(template: Template, scope: Mapping[str, Any]) -> str:
    """The text of a compiled template. Raises RenderFailed."""
    with explained():
        return _limited(template.generate(scope))


@contextmanager
def explained() -> Iterator[None]:
    """Jinja's exceptions as RenderFailed."""
    try:
        yield
    except TemplateSyntaxError as problem:
        raise RenderFailed("template_syntax", f"Line {problem.lineno}: {problem.message}") from problem
    except UndefinedError as problem:
        raise RenderFailed("missing_value", f"{problem.message}.") from problem
    except SecurityError as problem:
        raise RenderFailed("template_error", f"A template may not do this: {problem}") from problem
    except EvaluationError as problem:
        code = "missing_value" if problem.code == "missing" else "template_error"
        raise RenderFailed(code, f"{problem.message}.") from problem


def _limited(pieces: Iterator[str]) -> str:
    kept: list[str] = []
    left = LONGEST_RESULT
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise RenderFailed("too_big", f"The result is longer than {LONGEST_RESULT:,} characters.")
        kept.append(piece)
    return "".join(kept)


def _field(obj: Any, name: Any) -> Any:
    if isinstance(obj, Mapping):
        return obj.get(name)
    if isinstance(name, int) and isinstance(obj, Sequence) and not isinstance(obj, str):
        return obj[name] if -len(obj) <= name < len(obj) else None
    if isinstance(name, str) and any(isinstance(obj, kind) and name in fields for kind, fields in _FIELDS):
        return getattr(obj, name)
    return None
