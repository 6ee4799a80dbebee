"""Forms as pages show them: the questions of a plan's form, its texts filled in."""

from collections.abc import Mapping
from typing import Any

from engine.clock import Clock
from engine.desk.answers import FormPage
from engine.language.evaluator import EvaluationError, render
from engine.language.expressions import parse_template
from engine.language.plan import Plan
from engine.language.resources import Input
from engine.language.values import display


def questions(plan: Plan, form: str | None) -> Mapping[str, Input]:
    """The questions of a form by id, in order; without a form, the process's inputs."""
    if not form:
        return plan.process.inputs
    return {question.id: question for question in plan.resources.forms[form].fields}


def page(plan: Plan, form: str | None, scope: Mapping[str, Any], clock: Clock) -> FormPage:
    """The form as its page shows it."""
    asked = questions(plan, form)
    if not form:
        return FormPage("", plan.process.title, "", "Send", "", asked)  # its description is for colleagues
    written = plan.resources.forms[form]
    return FormPage(
        name=form,
        title=filled(written.title, scope, clock),
        intro=filled(written.intro or "", scope, clock),
        submit=written.submit,
        thanks=filled(written.thanks or "", scope, clock),
        fields=asked,
    )


def filled(text: str, scope: Mapping[str, Any], clock: Clock) -> str:
    """A text with its values; a piece that has no value here is left out."""
    shown = []
    for piece in parse_template(text).pieces:
        try:
            shown.append(piece if isinstance(piece, str) else display(render(_alone(piece.text), scope, clock)))
        except EvaluationError:
            continue
    return "".join(shown)


def _alone(expression: str) -> Any:
    return parse_template(f"${{ {expression} }}")
