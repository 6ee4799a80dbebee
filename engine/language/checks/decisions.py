"""Decisions: rules and tables that fit what they ask about, leave no gap, and do not get in each other's way."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine.language.cells import ANY, Cell, CellProblem, is_anything, read_cell
from engine.language.checks.conditions import boxes
from engine.language.checks.subject import Subject
from engine.language.decision import column_kind
from engine.language.document import Document
from engine.language.expressions import Expr, ExpressionProblem, parse_expression, parse_template
from engine.language.inference import infer, infer_template
from engine.language.kinds import describe, kind_of
from engine.language.nodes import Listing, Node, Place, Scalar
from engine.language.problems import certain, one_of, suggest
from engine.language.regions import OTHER, Column, Meetings, TooManyError, column, uncovered
from engine.language.resources import DecisionTable
from engine.language.tree import Name
from engine.language.types import ANY as ANY_TYPE
from engine.language.types import Choice, Record, Type
from engine.language.values import display

MOST = 20  # findings of one kind about one decision
_INTO = {"datetime": "a time: give the day of it, with `| date`", "file": "a file", "list": "a list"}


def check(subject: Subject, step: Any, scope: Record) -> None:
    if not hasattr(step, "hit_policy"):
        return
    written = [key for key in ("rules", "table") if _is_given(subject.document.node(step, key))]
    if len(written) != 1:
        said = "both `rules` and a `table`" if written else "neither `rules` nor a `table`"
        place = subject.document.place(step, *written[1:])
        subject.report("E103", f"the decision `{step.id}` has {said}", place, hint="write one of the two")
    elif step.table:
        loaded = subject.library.get("tables", step.table)
        if loaded is not None and isinstance(loaded.root, DecisionTable) and loaded.whole:
            _Table(subject, step, loaded, loaded.root, scope).check()
    elif step.rules:
        _rules(subject, step, scope)


def _is_given(node: Node | None) -> bool:
    return node is not None and not (isinstance(node, Listing) and not node.items)


class _Table:
    """One table as one step uses it."""

    def __init__(self, subject: Subject, step: Any, loaded: Document, table: DecisionTable, scope: Record) -> None:
        self.subject = subject
        self.step = step
        self.loaded = loaded
        self.table = table
        self.scope = scope
        line = subject.document.place(step).line
        self.user = f"the table is used by step `{step.id}` ({subject.document.source.name}:{line})"
        self.sound = True

    def wrong(self, code: str, message: str, place: Place, hint: str = "", fix: Any = None) -> None:
        self.sound = False
        self.subject.found.append(self.loaded.source.problem(code, message, place, self.user, hint, fix=fix))

    def check(self) -> None:
        self._unasked()
        columns = [self._column(n, name) for n, name in enumerate(self.table.columns)]
        if not self.sound:
            return
        found = [c for c in columns if c is not None]
        if len(found) == len(columns):
            rules = _Rules(self.subject, self.step, found, self.table.columns)
            rules.check(len(self.table.rows), self._row, lambda n: f"line {self.table.rows[n].line}")

    def _row(self, n: int) -> tuple[Document, Place]:
        return self.loaded, self.loaded.place(self.table, "rows", n)

    def _unasked(self) -> None:
        for name in self.step.inputs:
            if name not in self.table.columns:
                near = suggest(name, self.table.columns)
                columns = one_of(self.table.columns) if self.table.columns else "none"
                node: Any = self.subject.document.node(self.step, "inputs")
                place = node.entry(name).key.place
                fix = self.subject.document.source.instead(place, name, certain(name, self.table.columns))
                hint = f"did you mean `{near}`?" if near else ""
                message = f"the table `{self.step.table}` has no column `{name}`"
                note = "" if near else f"its columns are {columns}"
                self.subject.report("E102", message, place, note, hint, fix=fix)
                self.sound = False

    def _column(self, n: int, name: str) -> Column | None:
        type_ = self._type(n, name)
        if type_ is None:
            return None
        cells = tuple(row.when[n] for row in self.table.rows)
        about = column_kind(kind_of(type_), cells)
        if not about:
            called = _INTO.get(kind_of(type_), describe(type_))
            self.wrong("E102", f"the column `{name}` cannot ask about {called}", self._heading(n))
            return None
        words = type_.values if isinstance(type_, Choice) else ()
        read = [self._cell(row, n, about, words) for row in range(len(cells))]
        if not self.sound or kind_of(type_) == "any":
            return None
        return column(about, words, [(cell,) for cell in read])

    def _heading(self, n: int) -> Place:
        return self.loaded.place(self.table, "columns", n)

    def _type(self, n: int, name: str) -> Type | None:
        """The type of what a column is about: a name that the step gives, or an expression."""
        if name in self.step.inputs:
            return _written_type(self.step.inputs[name], self.scope)
        try:
            expression = parse_expression(name)
        except ExpressionProblem:
            self._not_given(name)
            return None
        if isinstance(expression.tree, Name) and expression.tree.name not in self.scope.fields:
            self._not_given(name)
            return None
        problems: list[ExpressionProblem] = []
        found = infer(expression, self.scope, problems)
        node = self.loaded.node(self.table, "columns", n)
        for p in problems:
            if isinstance(node, Scalar):
                place = self.loaded.source.within(node, p.offset, p.length)
                self.wrong(p.code, p.message, place, p.help)
        return None if problems else found

    def _not_given(self, name: str) -> None:
        if self.sound:
            place = self.subject.document.place(self.step, "table")
            message = f"the table `{self.step.table}` asks about `{name}`, and this step does not give it"
            self.subject.report("E102", message, place, hint=f"add `{name}: ${{ ... }}` below `inputs:`")
        self.sound = False

    def _cell(self, row: int, n: int, about: str, words: Sequence[str]) -> Cell:
        node = self.loaded.node(self.table, "rows", row, "when", n)
        text = self.table.rows[row].when[n]
        if not isinstance(node, Scalar) or is_anything(text):
            return ANY
        try:
            cell = read_cell(text, about)
        except CellProblem as p:
            self.wrong("E101", p.message, self.loaded.source.within(node, p.offset, p.length), p.help)
            return ANY
        for word in cell.ends:
            if words and word not in words:
                place = self.loaded.source.within(node, max(0, text.find(word)), len(word))
                near = suggest(word, words)
                hint = f"did you mean `{near}`?" if near else f"it is one of {one_of(words)}"
                fix = self.loaded.source.instead(place, word, certain(word, words))
                self.wrong("E101", f"`{self.table.columns[n]}` is never `{word}`", place, hint, fix)
        return cell


def _written_type(written: Any, scope: Record) -> Type:
    if not isinstance(written, str):
        return ANY_TYPE
    try:
        template = parse_template(written)
    except ExpressionProblem:
        return ANY_TYPE
    problems: list[ExpressionProblem] = []
    found = infer_template(template, scope, problems) if template.expressions else ANY_TYPE
    return ANY_TYPE if problems else found


# -- rules ------------------------------------------------------------------------


def _rules(subject: Subject, step: Any, scope: Record) -> None:
    found = boxes([rule.if_ for rule in step.rules])
    columns = _columns(found.asked, found.rows, scope) if found else None
    if found is None or columns is None:
        _unproven(subject, step)
        return
    rules = _Rules(subject, step, columns, tuple(found.asked), tuple(found.owners))
    place = subject.document.place
    rules.check(len(step.rules), lambda n: (subject.document, place(step, "rules", n)), lambda n: f"rule {n + 1}")


def _columns(asked: dict[str, Any], rows: Sequence[dict[str, list[Cell]]], scope: Record) -> list[Column] | None:
    found = []
    for name, tree in asked.items():
        problems: list[ExpressionProblem] = []
        type_ = infer(Expr(name, tree, 0, 0), scope, problems)
        about = kind_of(type_)
        cells = [row.get(name, [ANY]) for row in rows]
        if problems or about not in ("number", "boolean", "text") or not _same_kind(about, cells):
            return None
        one = column(about, type_.values if isinstance(type_, Choice) else (), cells)
        if one is None:
            return None
        found.append(one)
    return found


def _same_kind(about: str, rows: Sequence[Sequence[Cell]]) -> bool:
    ends = [end for cells in rows for cell in cells for end in cell.ends]
    kinds = {"boolean": bool, "text": str}
    if about in kinds:
        return all(type(end) is kinds[about] for end in ends)
    return not any(isinstance(end, bool | str) for end in ends)


def _unproven(subject: Subject, step: Any) -> None:
    if subject.document.node(step, "else") is None and step.hit_policy != "collect":
        note = "when no rule holds, it opens an incident"
        message = f"the decision `{step.id}` does not say what holds otherwise"
        subject.warn("W061", message, subject.document.place(step), note, "add `else:`")


class _Rules:
    """What the rules of one decision cover. A rule with `or` has several rows, which `owners` names."""

    def __init__(
        self,
        subject: Subject,
        step: Any,
        columns: Sequence[Column],
        names: tuple[str, ...],
        owners: tuple[int, ...] = (),
    ) -> None:
        self.subject = subject
        self.step = step
        self.columns = columns
        self.names = names
        count = len(columns[0].taken) if columns else 0
        self.owners = owners or tuple(range(count))

    def check(self, rules: int, where: Callable[[int], tuple[Document, Place]], name: Callable[[int], str]) -> None:
        try:
            if self.step.hit_policy != "collect" and self.subject.document.node(self.step, "else") is None:
                self._gap()
            if self.step.hit_policy == "unique":
                self._meetings(rules, where, name)
            elif self.step.hit_policy == "first":
                self._never(rules, where)
        except TooManyError:
            pass

    def _gap(self) -> None:
        missed = uncovered(self.columns, range(len(self.owners)))
        if missed is None:
            return
        note = "when nothing holds, the step opens an incident"
        place = self.subject.document.place(self.step, "table")
        hint = "add a row for it, or `else:`" if self.step.table else "add a rule for it, or `else:`"
        code = "W105" if self.step.table else "W061"
        message = f"the decision `{self.step.id}` decides nothing for {self._example(missed)}"
        self.subject.warn(code, message, place, note, hint)

    def _example(self, numbers: Sequence[int | None]) -> str:
        named = [(name, c, n) for name, c, n in zip(self.names, self.columns, numbers, strict=True) if n is not None]
        return " and ".join(f"`{name}` = {_shown(c.samples[n])}" for name, c, n in named) or "anything"

    def _rows(self, rule: int) -> Iterator[int]:
        return (row for row, owner in enumerate(self.owners) if owner == rule)

    def _meetings(self, rules: int, where: Any, name: Callable[[int], str]) -> None:
        found, meetings, told = 0, Meetings(self.columns), set[int]()
        for row, owner in enumerate(self.owners):
            first = next((r for r in meetings.before(row) if self.owners[r] != owner), None)
            if first is not None and owner not in told and found < MOST:
                told.add(owner)
                found += 1
                document, place = where(owner)
                other = name(self.owners[first])
                message = f"this holds together with {other}, and only one may (`hit_policy: unique`)"
                note = f"both hold for {self._example(meetings.both(first, row))}"
                hint = "narrow one of the two, or write `hit_policy: first`"
                self.subject.found.append(document.source.problem("E104", message, place, note, hint))

    def _never(self, rules: int, where: Any) -> None:
        found = 0
        for rule in range(1, rules):
            before = [row for row, owner in enumerate(self.owners) if owner < rule]
            if found < MOST and all(uncovered(self.columns, before, row) is None for row in self._rows(rule)):
                found += 1
                document, place = where(rule)
                note = "whatever it holds for, the ones above it hold for too, and the first one counts"
                self._warn(document, place, note)

    def _warn(self, document: Document, place: Place, note: str) -> None:
        message, hint = "this is never reached", "move it up, or take it away"
        if document is self.subject.document:
            self.subject.warn("W106", message, place, note, hint)
        else:
            self.subject.found.append(document.source.problem("W106", message, place, note, hint, "warning"))


def _shown(sample: Any) -> str:
    if sample == OTHER:
        return "anything else"
    return f"`{sample}`" if isinstance(sample, str) else display(sample)
