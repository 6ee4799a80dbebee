"""`signature`: sends a document to its signers and waits until all have signed or one declines."""

from engine.language.fields import EmailField, FileField, TextField
from engine.language.resources import Model
from engine.runtime.waiting import WaitingStep


class Signer(Model):
    name: TextField
    email: EmailField


class SignatureStep(WaitingStep):
    document: FileField
    signers: tuple[Signer, ...]
