"""`form`: sends a questionnaire and waits for the answers."""

from typing import Annotated

from engine.language import given, wording
from engine.language.fields import EmailField, Reference
from engine.language.process import REPLY
from engine.language.resources import Resources
from engine.language.types import Field, Record, record
from engine.runtime.events import Accept, Event
from engine.runtime.state import Data
from engine.runtime.step import Look, Result, Run, Send
from engine.runtime.waiting import Call, WaitingStep, attend, without


class FormStep(WaitingStep):
    form: Annotated[str, Reference("forms")]  # a file of `forms/`; the answers are `steps.x.answers`
    to: EmailField  # who gets the link
    answer_by_reply: str | None = None
    """The id of a question in words: who answers the mail in place of the page has answered this one."""

    def result(self, look: Look) -> Record:
        answers = given.answers(look.resources.forms.get(self.form))
        if self.answer_by_reply is None:
            return record(**self.common(), answers=answers)
        reply = Field(given.EMAIL, "there is a reply only when the answer came by mail")
        return record(**self.common(), answers=answers, reply=reply)

    def mails(self) -> tuple[str, ...]:
        return (*super().mails(), *(() if self.send else ("form-request",)))

    def ways(self, resources: Resources) -> tuple[str, ...]:
        return (REPLY,) if self.answer_by_reply else ()

    def notes(self) -> tuple[str, ...]:
        question = self.answer_by_reply and wording.words(self.answer_by_reply)
        told = (f"Who simply replies to the mail has answered “{question}”.",) if question else ()
        return (*super().notes(), *told)

    def sentence(self) -> str:
        message = f" (mail {wording.named(self.send.template)})" if self.send and self.send.template else ""
        form, to = wording.named(self.form), wording.person(self.to)
        return f"Mails the questionnaire {form} to {to}{message}, and waits for the answers."

    async def run(self, run: Run) -> Result:
        to = str(run.once("to", lambda: run.value(self.to)))
        call = Call(
            accepts=(Accept("answer", "answer"), *self._replies(run)),
            refuses=_says_nothing,
            waiting_for=to,
            send=self.send or Send(template="form-request"),
            reach=lambda: (to,),
            link="form",
        )
        taken = await attend(run, self, call)
        if taken is None:
            return {"status": without(run)}
        answer = taken[0]
        if answer["which"] != REPLY:
            return {"answers": answer["data"]["answers"], "by": answer["by"]}
        run.took(REPLY)
        said = str(answer["data"]["text"]).strip()
        return {"answers": {self.answer_by_reply: said}, "by": answer["by"], "reply": answer["data"]}

    def _replies(self, run: Run) -> tuple[Accept, ...]:
        """An answer to the mail of this very step."""
        if self.answer_by_reply is None:
            return ()
        accept = {"id": REPLY, "kind": "email", "name": REPLY, "match": {"thread": run.record.page(run.path)}}
        return tuple(Accept(**a) for a in run.once("accepts", lambda: [accept]))


def _says_nothing(taken: list[Data], event: Event) -> str:
    """A mail with nothing but what it quotes is no answer."""
    if event.kind == "email" and not str(event.data.get("text") or "").strip():
        return f"the reply from {event.by or 'the reader'} says nothing"
    return ""
