"""`signature`: sends a document to its signers and waits until all have signed or one declines."""

from functools import partial

from engine.language import wording
from engine.language.fields import EmailField, FileField, TextField
from engine.language.model import Model
from engine.language.types import FILE, TEXT, Choice, Field, ListOf, Record, record
from engine.runtime.events import Accept
from engine.runtime.flow import StepError
from engine.runtime.state import Data
from engine.runtime.step import Look, Result, Run, Send
from engine.runtime.waiting import Call, WaitingStep, attend, without


class Signer(Model):
    """Somebody who must sign."""

    name: TextField  # as it stands in the document
    email: EmailField  # who gets the link


class SignatureStep(WaitingStep):
    document: FileField  # the file, as in `${ steps.contract.file }`
    signers: tuple[Signer, ...]  # all of them must sign; one who declines ends it

    def result(self, look: Look) -> Record:
        reason = Field(TEXT, "there is a reason only when somebody declined, and only when they gave one")
        outcome = Choice(values=("signed", "declined"))
        return record(**self.common(), outcome=outcome, file=FILE, signers=ListOf(item=TEXT), reason=reason)

    def mails(self) -> tuple[str, ...]:
        reminders = ("signature-reminder" if name == "task-reminder" else name for name in super().mails())
        return (*reminders, *(() if self.send else ("signature-request",)))

    def sentence(self) -> str:
        signers = wording.listed(wording.spoken(s.name) for s in self.signers)
        wait = "until everybody has signed or somebody declines" if len(self.signers) > 1 else "for yes or no"
        return f"Asks {signers} to sign {wording.spoken(self.document)}, and waits {wait}."

    async def run(self, run: Run) -> Result:
        asked = run.once("asked", lambda: self._ask(run))
        run.once("manual", lambda: [_shown(asked)])
        taken = await attend(run, self, self._call(asked))
        if taken is None:
            return {"status": without(run)}
        last = taken[-1]["data"]
        result = {"outcome": last["outcome"], "by": taken[-1]["by"], "file": asked["document"]}
        result["signers"] = [t["data"]["signer"] for t in taken if t["data"]["outcome"] == "signed"]
        return {**result, **({"reason": last["reason"]} if last.get("reason") else {})}

    def _ask(self, run: Run) -> Data:
        signers = [{"name": str(run.value(s.name)), "email": str(run.value(s.email))} for s in self.signers]
        document = run.value(self.document)
        if document is None:
            raise StepError("document", f"there is nothing to sign: {self.document} has no value")
        return {"document": document, "signers": signers}

    def _call(self, asked: Data) -> Call:
        emails = tuple(s["email"] for s in asked["signers"])
        return Call(
            accepts=(Accept("signature", "signature"),),
            waiting_for=", ".join(emails),
            send=self.send or Send(template="signature-request"),
            reach=lambda: emails,
            link="signature",
            reminder="signature-reminder",
            late=partial(_missing, emails),
            enough=partial(_settled, set(emails)),
        )


def _shown(asked: Data) -> Data:
    """What the page of this very wait needs: the id of the document, and who is asked."""
    return {"document": asked["document"]["file"], "signers": [s["email"] for s in asked["signers"]]}


def _missing(signers: tuple[str, ...], taken: list[Data]) -> tuple[str, ...]:
    """Those who have not signed yet."""
    signed = {t["data"]["signer"] for t in taken}
    return tuple(s for s in signers if s not in signed)


def _settled(signers: set[str], taken: list[Data]) -> bool:
    """Everybody has signed, or somebody has declined."""
    declined = any(t["data"]["outcome"] == "declined" for t in taken)
    return declined or signers <= {t["data"]["signer"] for t in taken}
