"""One text of a definition: its expressions, and whether what they give fits where it stands."""

import re
from typing import Any

from engine.language.checks.subject import Subject
from engine.language.document import Leaf
from engine.language.expressions import Expr, ExpressionProblem, parse_expression, parse_template
from engine.language.fields import Condition, Expression, Paths, Phrase, Text
from engine.language.inference import infer, infer_template
from engine.language.kinds import accepts, describe, kind_of
from engine.language.nodes import Source
from engine.language.problems import suggest
from engine.language.syntax import ExpressionProblem as Wrong
from engine.language.time import PhraseProblem, parse_phrase
from engine.language.types import ANY, BOOLEAN, TEXT, Choice, Record, Type, record

_ANSWERS = re.compile(r"steps\.(\w+)\.answers\.$")
LONG = 10_000  # characters; a longer text has only its first mistake shown
MANY = 20
_WANTED = {"text": "text", "email": "an email address", "user": "a user", "file": "a file"}


class Values:
    """Checks the texts of one process; problems go to its subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.ids: dict[str, Any] = {step.id: step for step in subject.steps}
        self.hidden: dict[str, str] = {}  # step inside a `for_each` -> that step, once it is done

    def check(self, leaf: Leaf, scope: Record, wanted: str | None = None, source: Source | None = None) -> Type:
        """The type of what the text gives. `wanted` is the declared type of the place where it goes."""
        problems: list[Wrong] = []
        try:
            found = self._typed(leaf, scope, wanted, problems)
        except ExpressionProblem as unreadable:
            problems, found = [unreadable], ANY
        except PhraseProblem:
            found = ANY  # said with the times
        for problem in problems:
            self._report(leaf, problem, source or self.subject.document.source)
        return found

    def type_of(self, written: Any, scope: Record) -> Type:
        """The type of a value as written, without finding anything."""
        if isinstance(written, dict):
            return record(**{name: self.type_of(value, scope) for name, value in written.items()})
        if not isinstance(written, str):
            return ANY
        try:
            template = parse_template(written)
        except ExpressionProblem:
            return ANY
        return infer_template(template, scope, []) if template.expressions else Choice(values=(written,))

    def _typed(self, leaf: Leaf, scope: Record, wanted: str | None, problems: list[Wrong]) -> Type:
        match leaf.kind:
            case Condition():
                return self._condition(leaf, scope, problems)
            case Expression(expects=expects):
                return self._expression(leaf, scope, expects, problems)
            case Paths():
                return self._path(leaf, scope, problems)
            case Phrase():
                return self._phrase(leaf, scope, problems)
            case Text(expects=expects):
                return self._text(leaf, scope, wanted or expects, problems)
        return TEXT

    def _condition(self, leaf: Leaf, scope: Record, problems: list[Wrong]) -> Type:
        _bare(leaf)
        expression = parse_expression(leaf.text)
        found = infer(expression, scope, problems)
        if not problems and kind_of(found) not in ("boolean", "any"):
            problems.append(self._not_yes_or_no(leaf, found))
        return BOOLEAN

    def _expression(self, leaf: Leaf, scope: Record, expects: str, problems: list[Wrong]) -> Type:
        _bare(leaf)
        expression = parse_expression(leaf.text)
        found = infer(expression, scope, problems)
        if not problems and kind_of(found) not in (expects, "any") and expects != "any":
            message = f"`{leaf.key}` needs {_WANTED.get(expects, f'a {expects}')}, but this is {describe(found)}"
            problems.append(ExpressionProblem(message, 0, len(leaf.text.rstrip()), code="E034"))
        return found

    def _not_yes_or_no(self, leaf: Leaf, found: Type) -> Wrong:
        message = f"`{leaf.key}` needs yes or no, but this is {describe(found)}"
        word = found.values[0] if isinstance(found, Choice) and found.values else "..."
        hint = f'compare it with something, as in `{leaf.text.strip()} == "{word}"`'
        if kind_of(found) == "number":
            hint = f"compare it with something, as in `{leaf.text.strip()} > 0`"
        return ExpressionProblem(message, 0, len(leaf.text.rstrip()), hint, code="E034")

    def _path(self, leaf: Leaf, scope: Record, problems: list[Wrong]) -> Type:
        found: list[Wrong] = []
        type_ = infer(parse_expression(leaf.text), scope, found)
        # What is missing is shown as missing: nothing depends on it.
        problems += [problem for problem in found if problem.code != "E033"]
        return type_

    def _phrase(self, leaf: Leaf, scope: Record, problems: list[Wrong]) -> Type:
        phrase = parse_phrase(leaf.text)
        for span in phrase.spans:
            if isinstance(span.amount, Expr):
                self._fits(span.amount, infer(span.amount, scope, problems), ("number",), "a number", problems)
        if isinstance(phrase.anchor, Expr):
            found = infer(phrase.anchor, scope, problems)
            times = ("date", "datetime") if phrase.spans or phrase.at else ("date", "datetime", "text")
            self._fits(phrase.anchor, found, times, "a date or a time", problems)
        return ANY

    def _fits(self, expr: Expr, found: Type, kinds: tuple[str, ...], what: str, problems: list[Wrong]) -> None:
        at, length = expr.tree.start, expr.tree.end - expr.tree.start
        if kind_of(found) in (*kinds, "any") or any(at <= p.offset < at + length for p in problems):
            return
        message = f"`{expr.text}` must give {what}, but it gives {describe(found)}"
        problems.append(ExpressionProblem(message, at, length, code="E041"))

    def _text(self, leaf: Leaf, scope: Record, wanted: str, problems: list[Wrong]) -> Type:
        try:
            template = parse_template(leaf.text)
        except ExpressionProblem as wrong:
            problems += [wrong, *_further(leaf.text, wrong)]
            return ANY
        found = infer_template(template, scope, problems)
        if not template.expressions:
            return Choice(values=(leaf.text,))
        if template.whole is None:
            for piece in template.expressions:
                self._printable(piece, scope, problems)
            return TEXT
        if not problems and not accepts(wanted, found):
            tree = template.whole.tree
            needed = _WANTED.get(wanted) or describe(Type(wanted))
            message = f"`{leaf.key}` needs {needed}, but this is {describe(found)}"
            problems.append(ExpressionProblem(message, tree.start, tree.end - tree.start, code="E034"))
        return found

    def _printable(self, piece: Expr, scope: Record, problems: list[Wrong]) -> None:
        found = infer(piece, scope, [])
        if not accepts("text", found) and not any(piece.start <= p.offset < piece.end for p in problems):
            message = f"`{piece.text}` is {describe(found)}, which cannot stand in a text"
            at = piece.tree.start
            problems.append(ExpressionProblem(message, at, piece.tree.end - at, code="E034"))

    # -- problems ---------------------------------------------------------------

    def _report(self, leaf: Leaf, problem: Wrong, source: Source) -> None:
        code, message, note, hint = problem.code, problem.message, problem.note, problem.help
        token = leaf.text[problem.offset : problem.offset + problem.length]
        if code == "E031":
            note, hint = self._elsewhere(leaf, problem)
        elif form := self._not_asked(leaf, problem):
            code, message = "E074", f"the form `{form}` does not ask for `{token}`"
            note = note.replace("it has", "it asks for")
        place = source.within(leaf.node, problem.offset, problem.length)
        fix = source.instead(place, token, problem.meant) if hint == problem.help else None
        self.subject.found.append(source.problem(code, message, place, note, hint, fix=fix))

    def _not_asked(self, leaf: Leaf, problem: Wrong) -> str:
        """The form whose answers have no such field; empty where it is about something else."""
        before = _ANSWERS.search(leaf.text[: problem.offset])
        step = self.ids.get(before[1]) if before and problem.code == "E032" else None
        return getattr(step, "form", "") or ""

    def _elsewhere(self, leaf: Leaf, problem: Wrong) -> tuple[str, str]:
        """Where a step that cannot be read here is, or the one that was meant."""
        name = leaf.text[problem.offset : problem.offset + problem.length]
        if name in self.ids:
            line = self.subject.document.place(self.ids[name]).line
            if any(node is leaf for node in self.subject.document.leaves.get(id(self.ids[name]), ())):
                return "a step cannot read its own result", ""
            if each := self.hidden.get(name):
                note = f"`{name}` runs once for every item of `{each}`"
                return note, f'read all of them: `steps.{each}.results | map("{name}")`'
            return f"`{name}` exists but runs later (line {line})", "move it above this step"
        near = problem.help and problem.help.split("`")[1]
        later = suggest(name, self.ids)
        if later and (not near or (later != near and suggest(name, (near, later)) == later)):
            line = self.subject.document.place(self.ids[later]).line
            note = f"`{later}` exists but runs later (line {line})"
            return note, f"did you mean `{later}`? Move it above this step"
        return problem.note, problem.help


def _bare(leaf: Leaf) -> None:
    """An expression that stands alone has no `${ }` around it."""
    text = leaf.text.strip()
    if text.startswith("${") and text.endswith("}"):
        at = leaf.text.index("${")
        hint = f"write `{leaf.key}: {text[2:-1].strip()}`"
        raise ExpressionProblem(f"`{leaf.key}` is written without `${{ }}`", at, 2, hint)


def _further(text: str, wrong: Wrong) -> list[Wrong]:
    """What else cannot be read in a text, after the first expression that cannot."""
    found: list[Wrong] = []
    start = text.find("${", wrong.offset + max(1, wrong.length))
    while start >= 0 and len(text) < LONG and len(found) < MANY:
        try:
            parse_template(text[start:])
            break
        except ExpressionProblem as another:
            at = start + another.offset
            found.append(
                ExpressionProblem(
                    another.message, at, another.length, another.help, code=another.code, meant=another.meant
                )
            )
            start = text.find("${", at + max(1, another.length))
    return found
