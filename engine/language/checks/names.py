"""Which names an expression may read, where it stands: the steps done so far, and those that may be missing.

A step is known from its end on. Why it may be missing is remembered together with the
conditions that, where they hold, say that it is there (the same `if`, written again).
Variables are known in the same way, from the step that sets them on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.language.checks.standing import parsed
from engine.language.narrowing import Path, asked, conjuncts
from engine.language.tree import Node
from engine.language.types import Field, Record

ALWAYS = ("status", "at")  # what a skipped step has

Given = tuple[frozenset[Node], ...]
"""Conditions that make something certain: of each set, one must be known to hold."""


def where(*conditions: str | None) -> Given:
    """All of these conditions, as they were written."""
    found = [parsed(text) for text in conditions]
    return tuple(frozenset({node}) for condition in found if condition for node in conjuncts(condition))


def either(*conditions: str) -> Given:
    """One of these conditions; none of them joins two others with `and`."""
    return (frozenset(condition.tree for text in conditions if (condition := parsed(text))),)


@dataclass(frozen=True)
class Known:
    """What `steps.x` is. `maybe`: why all of it may be missing; `inner`: why all but its status may.

    `given` and `inner_given` are conditions that make it certain again; None: none do. `always` are the names
    that are there although `inner` says something.
    """

    result: Record
    maybe: str = ""
    given: Given | None = None
    inner: str = ""
    inner_given: Given | None = None
    always: tuple[str, ...] = ALWAYS

    def under(self, why: str, conditions: Given | None) -> "Known":
        """The same step, inside a block that may not run."""
        if not self.maybe:
            return replace(self, maybe=why, given=conditions)
        both = None if conditions is None or self.given is None else (*self.given, *conditions)
        return replace(self, given=both)

    def anew(self, names: frozenset[Path], why: str) -> "Known":
        """The same step, after something that its conditions ask for was set anew."""
        outer, inner = _asks(self.given, names), _asks(self.inner_given, names)
        if not outer and not inner:
            return self
        return replace(
            self,
            given=None if outer else self.given,
            maybe=f"{self.maybe}, {why}" if outer else self.maybe,
            inner_given=None if inner else self.inner_given,
            inner=f"{self.inner}, {why}" if inner else self.inner,
        )

    def seen(self, assumed: tuple[Node, ...]) -> Field:
        """How it looks where these conditions hold."""
        inner = self.inner if self.inner and not _implied(self.inner_given, assumed) else ""
        outer = self.maybe if self.maybe and not _implied(self.given, assumed) else ""
        return Field(_weakened(self.result, inner, self.always) if inner else self.result, outer)


def _asks(given: Given | None, names: frozenset[Path]) -> bool:
    return any(not names.isdisjoint(asked(one)) for ones in given or () for one in ones)


def _implied(given: Given | None, assumed: tuple[Node, ...]) -> bool:
    return given is not None and all(any(one in assumed for one in ones) for ones in given)


def _weakened(result: Record, why: str, always: tuple[str, ...]) -> Record:
    fields = {
        name: known if name in always or known.maybe else Field(known.type, why)
        for name, known in result.fields.items()
    }
    return Record(fields=fields, open=result.open, done=result)


@dataclass
class Steps(Mapping[str, Field]):
    """`steps` as an expression sees it, made on demand: a long process has many steps and few are read."""

    known: dict[str, Known]
    assumed: tuple[Node, ...] = ()
    made: dict[str, Field] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Field:
        if name not in self.made:
            self.made[name] = self.known[name].seen(self.assumed)
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)
