"""`document`: renders a template with fields to PDF; the result is `steps.x.file`."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from activities.gate import Also, Gate
from activities.world import World
from engine.language import wording
from engine.language.fields import Reference, ValuesField
from engine.language.plan import Plan
from engine.language.types import FILE, Record, record
from engine.runtime.effects import Effect
from engine.runtime.flow import StepError
from engine.runtime.step import Look, Result, Run, Step
from engine.store import files


class DocumentStep(Step):
    template: Annotated[str, Reference("documents")]  # a file of `documents/`
    fields: ValuesField = Field(default_factory=dict)
    """What the template may use; a field without a value opens an incident."""

    def result(self, look: Look) -> Record:
        return record(**self.common(), file=FILE)

    def sentence(self) -> str:
        filled = f", with {wording.listed(wording.words(n) for n in self.fields)}" if self.fields else ""
        return f"Fills in the document {wording.named(self.template)}{filled}."

    async def run(self, run: Run) -> Result:
        payload = {"template": self.template, "fields": run.once("fields", lambda: self._filled(run))}
        return {"file": (await run.do("render", "document", payload))["file"]}

    def _filled(self, run: Run) -> Result:
        """The fields' values. An empty one stops the document before anybody sees it."""
        filled: Result = {}
        for name, written in self.fields.items():
            filled[name] = run.value(written)
            if filled[name] in (None, ""):
                raise StepError("empty_field", f"the document's field `{name}` has no value ({written})")
        return filled


async def render_document(world: World, plan: Plan, effect: Effect) -> Result:
    """Make the PDF and keep it with the ledger's row. Raises StepError where the template cannot be filled."""
    gate = Gate(world.store, effect)
    if answer := await gate.answered():
        return answer
    template = plan.resources.documents[effect.payload["template"]]
    scope = {**effect.payload["fields"], "today": datetime.now(UTC).date(), "case": {"id": effect.case}}
    paper = await world.renderer.document(template, scope, world.brand, calendar=plan.calendar)
    content = await world.printer.render(paper.markup)
    return await gate.at_once(*_kept(effect, paper.filename, content))


def _kept(effect: Effect, name: str, content: bytes) -> tuple[Result, Also]:
    sha256 = hashlib.sha256(content).hexdigest()
    identity = hashlib.sha256(effect.key.encode()).hexdigest()[:24]
    file = {"file": identity, "name": name, "sha256": sha256, "size": len(content)}
    result = {"file": file, "said": f"{name} made ({len(content) // 1024 + 1} KB)"}
    return result, lambda c: files.put(c, identity, effect.case, name, "application/pdf", sha256, content)
