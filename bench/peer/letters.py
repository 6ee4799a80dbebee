"""What the hand-written workflows send. Standard library only: workflows import it.

The words are those of `bench/definitions/processes`; every run compares what both sides sent.
"""

from dataclasses import dataclass


@dataclass
class Customer:
    """Whom a case is about."""

    company: str
    email: str


@dataclass
class Letter:
    """One mail: templates, and whom they are filled in for."""

    subject: str
    body: str
    to: Customer


@dataclass
class Work:
    """A task for a person."""

    case: str
    title: str
    group: str


STEP_BODY = """\
Hello ${{ inputs.company }},

step **{n}** of your order is done. We write again as soon as there is more.
"""

NEWS = tuple((f"Step {n} for ${{ inputs.company }}", STEP_BODY.format(n=n)) for n in range(1, 11))

QUESTIONS = (
    "Two questions for ${ inputs.company }",
    """\
Hello ${ inputs.company },

please answer **two questions**, and we can start.
""",
)

REMINDER = ("Still two questions for ${ inputs.company }", QUESTIONS[1])

THANKS = (
    "Thank you, ${ inputs.company }",
    """\
Hello ${ inputs.company },

we have read your answers, and we start **tomorrow**.
""",
)
