"""The document of a signature's page: the one that this very wait asks for, or that was answered."""

from typing import Any

from sqlalchemy import Connection

from activities.signature import SignatureStep
from engine.clock import Clock
from engine.desk.opened import OpenedLink
from engine.language.evaluator import EvaluationError, render
from engine.language.expressions import parse_template
from engine.language.values import decode
from engine.runtime.step import Step
from engine.store import files, ledger
from engine.store.rows import CaseDetail, FileRow
from engine.store.store import Store


async def document_of(store: Store, link: OpenedLink) -> FileRow | None:
    """What the holder of the link signs, or has answered; None where nothing is asked any more.

    A later round of the same step has a wait and a document of its own: they belong to other links.
    """
    if file := link.asked.get("document"):
        return await store.read(lambda c: files.get(c, str(file)))
    digest = decode(link.answered.data_json).get("document") if link.answered else None
    return await store.read(lambda c: _with_digest(c, link.row.case, str(digest))) if digest else None


async def signer_name(store: Store, case: CaseDetail, step: Step | None, email: str, clock: Clock) -> str:
    """The name under which this address was asked to sign; empty where the case does not say it."""
    for signer in step.signers if isinstance(step, SignatureStep) else ():
        if await _value(store, case, signer.email, clock) == email:
            return str(await _value(store, case, signer.name, clock) or "")
    return ""


def _with_digest(c: Connection, case: str, digest: str) -> FileRow | None:
    same = (file.id for file in files.of_case(c, case) if file.sha256 == digest)
    return next((files.get(c, file) for file in same), None)


async def _value(store: Store, case: CaseDetail, written: str, clock: Clock) -> Any:
    """A field of the step: of the case's inputs and of the documents that the ledger says were made."""
    done = await store.read(lambda c: ledger.listing(c, case.summary.id, ("done",)))
    steps = {row.path.rsplit("/", 1)[-1]: decode(row.result_json) for row in done if row.kind == "document"}
    try:
        return render(parse_template(written), {"inputs": decode(case.inputs_json), "steps": steps}, clock)
    except EvaluationError:
        return None
