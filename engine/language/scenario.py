"""Scenario tests of a process, as models: definitions/tests/NAME.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from engine.language.fields import PhraseField, Reference, ValuesField
from engine.language.model import Model

TemplateOrSubject = str


class Sent(Model):
    """A message that must have gone out, with whom to and when."""

    email: TemplateOrSubject  # its template, or its subject where it has none
    to: str | None = None  # address, user or group
    at: str | None = None  # date, or date and time in the process's calendar


class Expect(Model):
    """What must hold: at the end of the test, or at this line of the script. What is not said may be anything."""

    case: str | None = None  # the step whose subprocess is meant; the case itself if not said
    outcome: str | None = None  # how the case ended; `none` for a case that is still open
    stage: str | None = None  # column of the board
    sent: tuple[TemplateOrSubject | Sent, ...] | None = None  # every message so far, in order
    suppressed: tuple[TemplateOrSubject, ...] | None = None
    """Every message so far that was not sent because its reader may not be written to, in order."""
    never_sent: tuple[TemplateOrSubject, ...] = ()  # messages that nobody may have got
    notified: tuple[str, ...] | None = None  # connections that `notify` steps have told something so far, in order
    tasks_opened: tuple[str, ...] | None = None  # titles of all tasks so far, in order
    open_tasks: int | tuple[str, ...] | None = None  # how many tasks are open, or their titles
    waiting: tuple[str, ...] | None = None  # the steps that the case waits at, in any order
    order: tuple[str, ...] = ()  # steps that were done in this order; others may come between
    status: dict[str, str] = Field(default_factory=dict)
    """Step -> `done`, `timed_out`, `suppressed`, `skipped`, `failed`, `cancelled`, `waiting`, `incident`, or `none`
    where it was never reached."""
    values: ValuesField = Field(default_factory=dict)  # expression -> its value; `none` where it has none
    done_at: dict[str, str] = Field(default_factory=dict)  # step -> date, or date and time, at which it was done
    due: dict[str, str] = Field(default_factory=dict)  # step -> date, or date and time, that people were promised
    incidents: tuple[str, ...] | None = None  # steps that could not go on and wait for somebody, in any order
    timeline: tuple[str, ...] = ()  # words of the timeline, in this order; other lines may come between


class Line(Model):
    """One line of a script: one thing that happens, with what belongs to it."""

    answer: str | None = None  # somebody answers the form of this step or handler
    reply: str | None = None  # somebody answers the mail of this step by mail
    mail: str | None = None  # somebody writes to this mailbox
    bounce: str | None = None  # the mail of this step comes back
    unsubscribe: str | None = None  # whoever has this address wants no more mail
    complete: str | None = None  # somebody finishes a task, by its step or its title
    sign: str | None = None  # a signer of this step signs
    decline: str | None = None  # a signer of this step declines
    event: str | None = None  # something happens outside: `connection/event`, or `step.event` for one given by hand
    advance: PhraseField | None = None  # time passes: a phrase in the process's calendar, a date, or `next`
    fail: str | None = None  # from now on the effect of this step fails
    mock: ValuesField | None = None  # from now on these steps answer like this; see `mock` of a test
    absence: str | None = None  # this user is away, `from` a day `to` another
    claim: str | None = None  # somebody takes a task, by its step or its title
    release: str | None = None  # somebody gives a task back
    retry: str | None = None  # somebody tries this step again
    skip: str | None = None  # somebody leaves this step out
    mark_done: str | None = None  # somebody says that this step is done
    reopen: str | None = None  # somebody sends the case back to this step
    reassign: str | None = None  # somebody gives a task to somebody else, by its step or its title
    edit: ValuesField | None = None  # somebody changes inputs that are changeable, or `vars.NAME`
    pause: str | None = None  # somebody lets the `case` rest
    resume: str | None = None  # somebody lets the `case` go on
    do_now: str | None = None  # somebody lets the next timed thing of this step come now
    stop: str | None = None  # somebody ends the `case`
    expect: Expect | None = None  # what must hold here
    by: str | None = None  # who does it: a user, or an address
    answers: ValuesField | None = None  # answers to the form, as people type them
    outcome: str | None = None  # the button of the task
    comment: str | None = None  # what is said with it
    checklist: tuple[str, ...] | None = None  # ids of what is ticked; everything if not said
    reason: str | None = None  # why
    text: str | None = None  # what the mail says
    subject: str | None = None  # subject line of the mail
    attachments: tuple[str, ...] | None = None  # names of the files in the mail
    automatic: bool | None = None  # whether a machine has written the mail, as one of somebody on holiday
    hard: bool | None = None  # whether the mail came back for good; it did, if not said
    complaint: bool | None = None  # whether it arrived, and its reader called it spam
    data: ValuesField | None = None  # what the event carries
    times: int | None = Field(None, ge=1, le=1000)  # how many attempts fail; without it there is no other attempt
    code: str | None = None  # what went wrong, in one word, as in `error.code`
    message: str | None = None  # what went wrong, in words
    values: ValuesField | None = None  # what the step that is left out or marked as done gives
    timeouts: Literal["keep", "freeze"] | None = None  # whether times run on while the case rests; they do if not said
    assignee: str | None = None  # who gets the task
    group: str | None = None  # which group gets the task
    from_: str | None = Field(None, alias="from")
    """First day of an absence; or who writes the mail, as in `ann@example.com`: for a reply whoever got the mail, if
    not said."""
    to: str | None = None  # last day of an absence
    substitute: str | None = None  # who gets the tasks meanwhile


class Scenario(Model):
    """One test: a case with its inputs, what happens to it, and what must come of it."""

    title: str  # what the process should do, in words
    inputs: ValuesField = Field(default_factory=dict)  # inputs of the case, beside those of the whole file
    start_at: str | None = None  # when the case starts, in the process's calendar
    mock: ValuesField = Field(default_factory=dict)
    """Step -> what it answers: the result of a call or a function, or `outcome`, `outputs` and `after` of a
    subprocess, which is simulated otherwise."""
    suppressed: tuple[str, ...] = ()  # addresses that may not be written to, beside those of the whole file
    script: tuple[Line, ...] = ()  # what happens, in order
    expect: Expect | None = None  # what must hold at the end


class Tests(Model):
    """definitions/tests/NAME.yaml: scenario tests of one process, on a virtual clock."""

    process: Annotated[str, Reference("processes")]  # the process that is tested
    inputs: ValuesField = Field(default_factory=dict)  # inputs of every test, where it gives no others
    start_at: str = "2026-03-02 09:00"  # when every case starts, in the process's calendar
    mock: ValuesField = Field(default_factory=dict)  # answers of steps in every test
    suppressed: tuple[str, ...] = ()
    """Addresses that may not be written to, in every test: they get only what is `class: transactional`."""
    tests: tuple[Scenario, ...] = Field(min_length=1)  # the tests, in order


VERBS = (
    "answer", "reply", "mail", "bounce", "unsubscribe", "complete", "sign", "decline", "event", "advance", "fail",
    "mock", "absence", "claim", "release", "retry", "skip", "mark_done", "reopen", "reassign", "edit", "pause",
    "resume", "do_now", "stop", "expect",
)  # fmt: skip
"""What a line of a script can do."""

BELONGS: dict[str, tuple[str, ...]] = {
    "answer": ("answers", "by"),
    "reply": ("text", "subject", "from", "attachments", "automatic"),
    "mail": ("from", "text", "subject", "attachments", "automatic"),
    "bounce": ("reason", "hard", "complaint"),
    "complete": ("outcome", "comment", "answers", "checklist", "by"),
    "sign": ("by",),
    "decline": ("by", "reason"),
    "event": ("data", "by"),
    "fail": ("times", "code", "message"),
    "absence": ("from", "to", "substitute"),
    "claim": ("by",),
    "release": ("by",),
    "retry": ("by", "reason"),
    "skip": ("by", "values", "reason"),
    "mark_done": ("by", "values", "reason"),
    "reopen": ("by", "reason"),
    "reassign": ("assignee", "group", "by"),
    "edit": ("by", "reason"),
    "pause": ("timeouts", "by", "reason"),
    "resume": ("by",),
    "do_now": ("by", "reason"),
    "stop": ("by", "reason"),
}
"""What else may stand in a line, by what it does."""
