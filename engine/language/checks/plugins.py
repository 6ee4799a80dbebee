"""`python` steps: a function that is installed, and the inputs that it takes."""

from typing import Any

from engine.language.checks.subject import Subject, named
from engine.language.plugins import PluginProblem, Signature, names, signature
from engine.language.problems import one_of, suggest


def check(subject: Subject) -> None:
    for step in subject.steps:
        if getattr(step, "function", ""):
            _function(subject, step)


def wanted(function: str) -> dict[str, str]:
    """The names of the types of a function's parameters; nothing where the function is not known."""
    try:
        fields = signature(function).inputs.fields
    except PluginProblem:
        return {}
    return {name: field.type.name for name, field in fields.items()}


def _function(subject: Subject, step: Any) -> None:
    try:
        known = signature(step.function)
    except PluginProblem as problem:
        near = suggest(step.function, names())
        hint = f"did you mean `{near}`?" if near else "install the package that has it, where `baton` is installed"
        subject.report("E075", str(problem), subject.document.place(step, "function"), hint=hint)
        return
    _inputs(subject, step, known)


def _inputs(subject: Subject, step: Any, known: Signature) -> None:
    """Every input that the function needs, and no other."""
    wanted = known.inputs.fields
    for name in step.inputs:
        if name not in wanted:
            near = suggest(name, wanted)
            hint = f"did you mean `{near}`?" if near else ""
            note = "" if near else f"it takes {one_of(wanted)}" if wanted else "it takes none"
            place = subject.document.place(step, "inputs", name)
            subject.report("E036", f"the function `{step.function}` has no input `{name}`", place, note, hint)
    guessed = {suggest(name, wanted) for name in step.inputs if name not in wanted}
    for name, field in wanted.items():
        if name not in step.inputs and name not in guessed and not field.maybe:
            place = subject.document.place(step, "inputs")
            message = f"{named(step)} must give the input `{name}` of `{step.function}`"
            subject.report("E036", message, place, hint=f"add `{name}: ${{ ... }}`")
