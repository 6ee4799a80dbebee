"""A form's questions as the pages draw them, and what was sent as the desk takes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.language.resources import Input
from web.body import Sent

SELECT_FROM = 8  # more choices than this become a list that opens
TOO_LONG = "This is too long to be sent. Please shorten it."
FILE_TOO_LONG = "This file is too large: at most 8 MB."

# kind of control -> how a browser should help: type, inputmode, autocomplete
_HELP: Mapping[str, tuple[str, str, str]] = {
    "number": ("text", "decimal", "off"),
    "money": ("text", "decimal", "off"),
    "email": ("email", "email", "email"),
    "phone": ("tel", "tel", "tel"),
    "url": ("url", "url", "url"),
    "date": ("date", "", "off"),
    "datetime": ("datetime-local", "", "off"),
    "user": ("email", "email", "off"),
}

# What browsers can fill in, by the words in a question's id; the first that fits.
_KNOWN: tuple[tuple[tuple[str, ...], str], ...] = (
    (("company", "organisation", "organization", "legal_name"), "organization"),
    (("first_name", "given_name"), "given-name"),
    (("last_name", "family_name", "surname"), "family-name"),
    (("postcode", "postal_code", "zip"), "postal-code"),
    (("city", "town"), "address-level2"),
    (("country",), "country-name"),
    (("address",), "street-address"),
    (("contact", "name"), "name"),
)
_NUMBERED = ("company_number", "company_no", "company_id")  # these are no names


@dataclass(frozen=True)
class Choice:
    """One box or button of several; `note` stands behind its words."""

    value: str
    words: str
    note: str = ""


YES_OR_NO = (Choice("yes", "Yes"), Choice("no", "No"))


@dataclass(frozen=True)
class Question:
    """One question. `control` names its drawing; `given` is what stands in it, as text."""

    id: str
    label: str
    control: str  # line, area, money, choices, select, many, file
    help: str = ""
    optional: bool = False
    type: str = "text"
    inputmode: str = ""
    autocomplete: str = "off"
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    given: tuple[str, ...] = ()
    error: str = ""
    focus: bool = False

    @property
    def is_yes_or_no(self) -> bool:
        return self.choices == YES_OR_NO

    @property
    def text(self) -> str:
        return self.given[0] if self.given else ""

    @property
    def target(self) -> str:
        """The id of what a link in the summary leads to: the first control of a group."""
        return f"{self.id}-1" if self.control in ("choices", "many") else self.id


@dataclass(frozen=True)
class Asked:
    """What was sent to a form: `raw` for the desk, and what is wrong already before it looks."""

    raw: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """A line of the summary of what is wrong; `target` is the id that it leads to."""

    target: str
    label: str
    text: str


def faults(questions: Iterable[Question], errors: Mapping[str, str]) -> tuple[Fault, ...]:
    """Every error once: at its question, or by itself where it belongs to none of them."""
    drawn = {q.id: q for q in questions}
    found = tuple(Fault(q.target, q.label, q.error) for q in drawn.values() if q.error)
    return found + tuple(Fault("", "", text) for name, text in errors.items() if name not in drawn)


def asked(fields: Mapping[str, Input], sent: Sent) -> Asked:
    """The answers by question. Everything else that was sent is left out."""
    raw = {name: value for name, spec in fields.items() if (value := _raw(name, spec, sent)) not in (None, "", [])}
    return Asked(raw, {name: _too_long(spec) for name, spec in fields.items() if name in sent.too_long})


def draw(
    fields: Mapping[str, Input],
    currency: str,
    zone: str,
    sent: Sent | None = None,
    errors: Mapping[str, str] | None = None,
) -> tuple[Question, ...]:
    """The questions in order, with what was sent kept and each error in its place."""
    wrong = {
        name: _sentence(text, _label(name, fields[name])) for name, text in (errors or {}).items() if name in fields
    }
    first = next((name for name in fields if name in wrong), None)
    return tuple(
        _drawn(name, spec, currency, zone, _given(name, spec, sent), wrong.get(name, ""), name == first)
        for name, spec in fields.items()
    )


def _raw(name: str, spec: Input, sent: Sent) -> Any:
    if spec.type == "file":
        return sent.uploads.get(name)
    values = [text for text in sent.texts.get(name, ()) if text.strip()]
    if spec.type == "multi_choice" or len(values) > 1:
        return values  # two answers to one question are for the desk to refuse
    return values[0] if values else None


def _too_long(spec: Input) -> str:
    return FILE_TOO_LONG if spec.type == "file" else TOO_LONG


def _given(name: str, spec: Input, sent: Sent | None) -> tuple[str, ...]:
    if sent is not None:
        return sent.texts.get(name, ())
    if spec.default is None:
        return ()
    return (_yes_or_no(spec.default),) if spec.type == "boolean" else (spec.default,)


def _yes_or_no(default: str) -> str:
    return "yes" if default.strip().casefold() in ("yes", "true", "on", "1") else "no"


def _sentence(message: str, label: str) -> str:
    """At its field an error need not repeat the label: `Seats must be a number` is `This must be a number`."""
    rest = message.removeprefix(label)
    return f"This{rest}" if rest != message and rest.startswith(" ") else message


def _label(name: str, spec: Input) -> str:
    return spec.label or name.replace("_", " ").capitalize()


def _drawn(
    name: str, spec: Input, currency: str, zone: str, given: tuple[str, ...], error: str, focus: bool
) -> Question:
    kind, inputmode, autocomplete = _HELP.get(spec.type, ("text", "", ""))
    return Question(
        id=name,
        label=_label(name, spec),
        control=_control(spec),
        help=" ".join(part for part in (spec.help or "", _hint(spec, zone)) if part),
        optional=spec.optional,
        type=kind,
        inputmode=inputmode,
        autocomplete=autocomplete or _fill(name),
        unit=currency if spec.type == "money" else "",
        choices=_choices(spec),
        given=given,
        error=error,
        focus=focus,
    )


def _control(spec: Input) -> str:
    if spec.type == "choice":
        return "select" if len(spec.choices) > SELECT_FROM else "choices"
    return {
        "long_text": "area",
        "list": "area",
        "table": "area",
        "boolean": "choices",
        "multi_choice": "many",
        "money": "money",
        "file": "file",
    }.get(spec.type, "line")


def _choices(spec: Input) -> tuple[Choice, ...]:
    if spec.type == "boolean":
        return YES_OR_NO
    return tuple(Choice(choice, choice) for choice in spec.choices)


def _hint(spec: Input, zone: str) -> str:
    hints = {"datetime": f"Time in {zone.replace('_', ' ')}.", "list": "One on each line.", "file": "At most 8 MB."}
    return hints.get(spec.type, "")


def _fill(name: str) -> str:
    if name in _NUMBERED:
        return "off"
    return next((word for ids, word in _KNOWN if any(part in name for part in ids)), "off")
