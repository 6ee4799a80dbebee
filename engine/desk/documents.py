"""The document that a signature asks for, found from what the case has done so far."""

from collections.abc import Mapping
from typing import Any

from activities.signature import SignatureStep
from engine.clock import Clock
from engine.language.evaluator import EvaluationError, render
from engine.language.expressions import parse_template
from engine.language.values import decode
from engine.runtime.step import Step
from engine.store import ledger
from engine.store.rows import CaseDetail
from engine.store.store import Store


async def signature_file(store: Store, case: CaseDetail, step: Step | None, clock: Clock) -> str | None:
    """The id of the file to sign; None where there is none (yet)."""
    if not isinstance(step, SignatureStep):
        return None
    file = await _value(store, case, step.document, clock)
    return str(file["file"]) if isinstance(file, Mapping) and "file" in file else None


async def signer_name(store: Store, case: CaseDetail, step: Step | None, email: str, clock: Clock) -> str:
    """The name under which this address was asked to sign; empty where the case does not say it."""
    for signer in step.signers if isinstance(step, SignatureStep) else ():
        if await _value(store, case, signer.email, clock) == email:
            return str(await _value(store, case, signer.name, clock) or "")
    return ""


async def _value(store: Store, case: CaseDetail, written: str, clock: Clock) -> Any:
    """A field of the step: of the case's inputs and of the documents that the ledger says were made."""
    done = await store.read(lambda c: ledger.listing(c, case.summary.id, ("done",)))
    steps = {row.path.rsplit("/", 1)[-1]: decode(row.result_json) for row in done if row.kind == "document"}
    try:
        return render(parse_template(written), {"inputs": decode(case.inputs_json), "steps": steps}, clock)
    except EvaluationError:
        return None
