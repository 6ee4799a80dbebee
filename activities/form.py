"""`form`: sends a questionnaire and waits for the answers."""

from typing import Annotated

from engine.language import given, wording
from engine.language.fields import EmailField, Reference
from engine.language.types import Record, record
from engine.runtime.events import Accept
from engine.runtime.step import Look, Result, Run, Send
from engine.runtime.waiting import Call, WaitingStep, attend


class FormStep(WaitingStep):
    form: Annotated[str, Reference("forms")]  # a file of `forms/`; the answers are `steps.x.answers`
    to: EmailField  # who gets the link

    def result(self, look: Look) -> Record:
        return record(**self.common(), answers=given.answers(look.resources.forms.get(self.form)))

    def mails(self) -> tuple[str, ...]:
        return (*super().mails(), *(() if self.send else ("form-request",)))

    def sentence(self) -> str:
        message = f" (mail {wording.named(self.send.template)})" if self.send and self.send.template else ""
        form, to = wording.named(self.form), wording.person(self.to)
        return f"Mails the questionnaire {form} to {to}{message}, and waits for the answers."

    async def run(self, run: Run) -> Result:
        to = str(run.once("to", lambda: run.value(self.to)))
        call = Call(
            accepts=(Accept("answer", "answer"),),
            waiting_for=to,
            send=self.send or Send(template="form-request"),
            reach=lambda: (to,),
            link="form",
        )
        taken = await attend(run, self, call)
        if taken is None:
            return {"status": "timed_out"}
        return {"answers": taken[0]["data"]["answers"], "by": taken[0]["by"]}
