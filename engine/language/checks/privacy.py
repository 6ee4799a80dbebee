"""Personal data where it does not belong: subjects are shown on locked screens and kept in many places."""

from collections.abc import Iterator

from engine.language.checks.subject import Subject
from engine.language.document import Document
from engine.language.expressions import ExpressionProblem, parse_template
from engine.language.inference import infer_template
from engine.language.nodes import Scalar
from engine.language.tree import Node, children, path
from engine.language.types import Record

TYPES = {"email": "an email address", "phone": "a phone number"}
NAMES = frozenset({
    "salary", "iban", "bic", "passport", "passport_number", "ssn", "date_of_birth", "birth_date", "birthday",
    "diagnosis", "illness", "sick_note", "tax_id", "national_insurance", "national_insurance_number",
    "bank_account", "account_number", "sort_code", "card_number", "religion",
})  # fmt: skip


def subject_line(subject: Subject, document: Document, node: Scalar, scope: Record, user: str = "") -> None:
    """A subject line, wherever it is written."""
    try:
        expressions = parse_template(node.text).expressions
    except ExpressionProblem:
        return
    for tree in (tree for expression in expressions for tree in _paths(expression.tree)):
        what = _personal(node.text[tree.start : tree.end], tree, scope)
        if what:
            place = document.source.within(node, tree.start, tree.end - tree.start)
            note = "subjects are shown on locked screens, and written to the logs of every mail server on the way"
            hint = "say it in the body; a subject names the matter, as in `Your application`"
            problem = document.source.problem("W056", f"the subject gives {what} away", place, note, hint, "warning")
            if document is subject.document:
                subject.warn("W056", problem.message, place, note, hint)
            else:
                subject.found.append(problem)


def _personal(written: str, tree: Node, scope: Record) -> str:
    names = path(tree) or ()
    if names and names[-1] in NAMES:
        return f"`{names[-1]}`"
    if names[:1] == ("vars",):
        return ""  # what a variable holds differs from way to way
    try:
        found = infer_template(parse_template(f"${{ {written} }}"), scope, [])
    except ExpressionProblem:
        return ""
    return TYPES.get(found.name, "")


def _paths(tree: Node) -> Iterator[Node]:
    if path(tree):
        yield tree
        return
    for child in children(tree):
        yield from _paths(child)
