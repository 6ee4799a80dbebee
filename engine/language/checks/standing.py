"""Where a step stands: what is known to hold there, and names that exist only there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.language.expressions import Expr, ExpressionProblem, parse_expression
from engine.language.narrowing import conjuncts
from engine.language.tree import Node
from engine.language.types import Field, Type


@dataclass(frozen=True)
class Standing:
    """The conditions that hold (True) or do not (False) where a step stands, and the block's own names."""

    assumed: tuple[Node, ...] = ()
    conditions: tuple[tuple[Expr, bool], ...] = ()
    names: Mapping[str, Field] = field(default_factory=dict)

    def where(self, condition: Expr | None) -> "Standing":
        if condition is None:
            return self
        assumed = (*self.assumed, *conjuncts(condition))
        return replace(self, assumed=assumed, conditions=(*self.conditions, (condition, True)))

    def unless(self, condition: Expr | None) -> "Standing":
        return self if condition is None else replace(self, conditions=(*self.conditions, (condition, False)))

    def knowing(self, **names: Type) -> "Standing":
        return replace(self, names={**self.names, **{name: Field(type_) for name, type_ in names.items()}})


def parsed(text: str | None) -> Expr | None:
    """The condition, if it can be read; if not, that was said where it stands."""
    try:
        return parse_expression(text) if text else None
    except ExpressionProblem:
        return None
