"""`decision`: values chosen by rules, or by the rows of a decision table."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import Field

from engine.language import given, wording
from engine.language.decision import given_by, holds, listed, outputs
from engine.language.fields import ConditionField, Reference, ValuesField
from engine.language.model import Model
from engine.language.resources import DecisionTable, Resources
from engine.language.types import Record, record
from engine.runtime.flow import StepError
from engine.runtime.step import Look, Result, Run, Step

LISTS = ("collect", "all")
Hit = tuple[str, Callable[[], dict[str, Any]]]


class Rule(Model):
    """One line of a decision."""

    if_: ConditionField = Field(alias="if")  # when it applies
    set: ValuesField  # name -> value, read as `steps.x.NAME`


class DecisionStep(Step):
    hit_policy: Literal["first", "unique", "collect", "all"] = "first"
    """What counts when several rules apply: the first gives the values; `unique` says that only one ever may;
    `all` gives lists with a value of each; `collect` lists without repetition, empty when none applies."""
    rules: tuple[Rule, ...] = ()  # tried in order
    table: Annotated[str, Reference("tables")] | None = None  # a file of `tables/` in place of `rules`
    inputs: ValuesField = Field(default_factory=dict)  # column of the table -> value that it asks about
    else_: ValuesField | None = Field(None, alias="else")  # the values when no rule applies

    def result(self, look: Look) -> Record:
        found = self._chosen(look)
        fields = listed(found.fields).fields if self.hit_policy in LISTS else found.fields
        return Record(fields={**record(**self.common()).fields, **fields}, open=found.open)

    def _chosen(self, look: Look) -> Record:
        """What one rule gives, whichever it is."""
        sets = {f"rule {n}": rule.set for n, rule in enumerate(self.rules, 1)}
        if self.else_ is not None:
            sets["else"] = self.else_
        named = {name: record(**{k: look.type_of(v) for k, v in values.items()}) for name, values in sets.items()}
        table = look.resources.tables.get(self.table or "")
        if table is not None:
            named["the table"] = outputs(table)
        return given.one_of_records(named) if named else given.OPEN

    def sentence(self) -> str:
        if self.table is not None:
            return f"Looks up the answer in the table “{wording.words(self.table)}”."
        names = dict.fromkeys(name for values in (*(r.set for r in self.rules), self.else_ or {}) for name in values)
        return f"Decides {wording.listed(f'“{wording.words(n)}”' for n in names)} by rule."

    def notes(self) -> tuple[str, ...]:
        rules = (f"If {wording.condition(rule.if_)}: {_settings(rule.set)}." for rule in self.rules)
        return (*rules, *((f"Otherwise: {_settings(self.else_)}.",) if self.else_ else ()))

    def ways(self, resources: Resources) -> tuple[str, ...]:
        table = resources.tables.get(self.table or "")
        lines = tuple(f"line {row.line}" for row in table.rows) if table else ()
        rules = tuple(f"rule {n}" for n in range(1, len(self.rules) + 1))
        return (*rules, *lines, *(() if self.else_ is None else ("else",)))

    async def run(self, run: Run) -> Result:
        hits = list(islice(self._hits(run), 1 if self.hit_policy == "first" else None))
        for name, _ in hits:
            run.took(name)
        if self.hit_policy == "unique" and len(hits) > 1:
            names = " and ".join(name for name, _ in hits[:3])
            raise StepError("two_rules", f"{names} of this decision hold at once, and only one may")
        if self.hit_policy in LISTS:
            return self._lists(run, [values() for _, values in hits])
        return hits[0][1]() if hits else self._otherwise(run)

    def _hits(self, run: Run) -> Iterator[Hit]:
        """The rules that hold, in order, with what they give."""
        for n, rule in enumerate(self.rules, 1):
            if run.test(rule.if_):
                yield f"rule {n}", lambda rule=rule: dict(run.value(rule.set))  # type: ignore[misc]
        if self.table is not None:
            table = run.plan.resources.tables[self.table]
            values = [self._asked(run, column) for column in table.columns]
            yield from _rows(table, values)

    def _asked(self, run: Run, column: str) -> Any:
        return run.value(self.inputs.get(column, f"${{ {column} }}"))

    def _otherwise(self, run: Run) -> dict[str, Any]:
        run.took("else")
        if self.else_ is None:
            raise StepError("no_rule", "no rule of this decision holds, and it has no `else`")
        return dict(run.value(self.else_))

    def _lists(self, run: Run, hits: list[dict[str, Any]]) -> Result:
        if not hits and (self.else_ is not None or self.hit_policy == "all"):
            hits = [self._otherwise(run)]
        names = dict.fromkeys((*self._names(run), *(name for values in hits for name in values)))
        return {name: self._gathered([values[name] for values in hits if name in values]) for name in names}

    def _names(self, run: Run) -> tuple[str, ...]:
        if self.table is not None:
            return tuple(output.name for output in run.plan.resources.tables[self.table].outputs)
        return tuple(name for rule in self.rules for name in rule.set)

    def _gathered(self, values: list[Any]) -> list[Any]:
        if self.hit_policy == "all":
            return values
        return [value for n, value in enumerate(values) if value not in values[:n]]


def _rows(table: DecisionTable, values: list[Any]) -> Iterator[Hit]:
    for row in table.rows:
        if holds(table, row, values):
            yield f"line {row.line}", lambda row=row: given_by(table, row)  # type: ignore[misc]


def _settings(values: dict[str, Any]) -> str:
    return wording.listed(f"{wording.words(name)} is {wording.shown(value)}" for name, value in values.items())
