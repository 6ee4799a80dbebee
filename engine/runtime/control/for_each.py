"""`for_each`: the same steps once for every item of a list."""

import re
from hashlib import sha256
from typing import Any, Literal

from pydantic import Field

from engine.language import wording
from engine.language.fields import IdField, InnerConditionField, ItemsField, KeyField, StepsField
from engine.language.types import ANY, NUMBER, TEXT, Choice, ListOf, Record, Type, record
from engine.language.types import Field as Described
from engine.language.values import display
from engine.runtime.flow import StepError, Suspended
from engine.runtime.state import Data
from engine.runtime.step import Look, Nested, Result, Run, Step

PLAIN = re.compile(r"[A-Za-z0-9_-]{1,40}")
TAKEN = ("error", "undo")
MANY = 1000


class ForEachStep(Step):
    """Inside, `steps.y` is what this item's own step y gave; outside only `steps.x.results` can be read: one record
    for each item, in the order of the list, with `key`, `item`, `status` and the steps inside by their ids."""

    items: ItemsField  # the list; it is worked out once, when the step begins
    as_: IdField = Field("item", alias="as")  # what an item is called inside
    key: KeyField | None = None
    """What tells the items apart, in the item's own words (`item.number`); their places in the list, from 1, if not
    said. No two may have the same."""
    steps: StepsField  # what happens for each item, in order
    max_parallel: int = Field(10, ge=1, le=100)  # how many items are worked on at the same time
    wait_for: Literal["all", "any"] | int = "all"  # how many items must be done; the others are cancelled
    until: InnerConditionField | None = None
    """Ends early, and cancels the others: asked once for each item that is done, with its steps and `results`."""

    def nested(self) -> tuple[Nested, ...]:
        return (*super().nested(), Nested("item", self.steps, kind="item"))

    def sentence(self) -> str:
        return f"Does these steps for each item of {wording.value(self.items)}."

    def notes(self) -> tuple[str, ...]:
        verb = "is" if self.wait_for in ("any", 1) else "are"
        enough = "" if self.wait_for == "all" else f"It is done when {_some(self.wait_for)} of them {verb} done."
        until = f"It ends early when {wording.condition(self.until)}." if self.until else ""
        return tuple(filter(None, (enough, until)))

    def names(self, look: Look, where: str) -> dict[str, Type]:
        items = look.type_of(f"${{ {self.items} }}")
        known: dict[str, Type] = {self.as_: items.item if isinstance(items, ListOf) else ANY}
        return {**known, "results": ListOf(item=self._one(look))} if where == "until" else known

    def result(self, look: Look) -> Record:
        return record(**self.common(), results=ListOf(item=self._one(look)), count=NUMBER)

    def _one(self, look: Look) -> Record:
        own = record(key=TEXT, item=self.names(look, "")[self.as_], status=Choice(values=("done", "cancelled")))
        early = "" if self.wait_for == "all" and self.until is None else f"an item of `{self.id}` may be cancelled"
        inside = {name: Described(step.type, step.maybe or early) for name, step in look.inside.items()}
        return Record(fields={**inside, **own.fields}, open=not inside)

    def certain(self) -> tuple[str, ...]:
        return ("status", "results", "count")

    def failed(self, error: Result) -> Result:
        return {"results": [], "count": 0, "error": error}

    async def run(self, run: Run) -> Result:
        items = run.once("items", lambda: self._items(run))
        need = self._need(len(items))
        done: list[str] = run.once("done", list)
        if len(done) < need and not await self._go_on(run, items, done, need):
            raise Suspended
        self._leave(run, items, done)
        return {"results": self._results(run, items, done), "count": len(items)}

    def _need(self, many: int) -> int:
        asked = many if self.wait_for == "all" else 1 if self.wait_for == "any" else self.wait_for
        return min(asked, many)

    def _items(self, run: Run) -> list[Data]:
        """The items with the segments of their paths. Raises StepError."""
        found = run.evaluate(self.items)
        if not isinstance(found, list):
            raise StepError("no_list", f"`items` must be a list, and `{display(found)}` is none")
        if len(found) > MANY:
            raise StepError("too_many", f"{len(found)} items are too many; {MANY} can be worked on at once")
        places: dict[str, int] = {}
        for n, item in enumerate(found, 1):
            key = self._key(run, item, n)
            if key in places:
                raise StepError("equal_keys", f"items {places[key]} and {n} have the same key, `{key}`")
            places[key] = n
        return [{"key": key, "item": found[n - 1], "at": safe(key)} for key, n in places.items()]

    def _key(self, run: Run, item: Any, place: int) -> str:
        return display(run.evaluate(self.key, {self.as_: item})) if self.key else str(place)

    async def _go_on(self, run: Run, items: list[Data], done: list[str], need: int) -> bool:
        """Walk the items that are open, and begin as many as may be; True when enough of them are done."""
        begun: list[str] = run.once("started", list)
        finished, known = set(done), set(begun)  # a turn walks hundreds of items
        for item in items:
            at = item["at"]
            if at in finished:
                continue
            if at not in known:
                if len(begun) - len(done) >= self.max_parallel:
                    break
                begun.append(at)
            if not await run.within(at, {self.as_: item["item"]}).beside(at, self.steps):
                continue
            done.append(at)
            if len(done) >= need or self._enough(run, items, item, done):
                return True
        return False

    def _enough(self, run: Run, items: list[Data], item: Data, done: list[str]) -> bool:
        """Whether `until` holds now that this item is done."""
        if self.until is None:
            return False
        results = [result for result in self._results(run, items, done) if result["status"] == "done"]
        return run.within(item["at"], {self.as_: item["item"], "results": results}).test(self.until)

    def _leave(self, run: Run, items: list[Data], done: list[str]) -> None:
        """Say which items are cancelled before the end of the step cancels them."""
        left = [item["key"] for item in items if item["at"] not in done]
        if left:
            run.log("cancelled", f"{run.record.title}: enough is done, cancelled: {', '.join(left)}")

    def _results(self, run: Run, items: list[Data], done: list[str]) -> list[Data]:
        return [self._result(run, item, "done" if item["at"] in done else "cancelled") for item in items]

    def _result(self, run: Run, item: Data, status: str) -> Data:
        return {**run.results(item["at"]), "key": item["key"], "item": item["item"], "status": status}


def _some(wait_for: int | str) -> str:
    return "any" if wait_for == "any" else wording.number(int(wait_for))


def safe(key: str) -> str:
    """The key as a segment of a path, which is also part of ids and logs: other words than plain ones are hashed."""
    plain = PLAIN.fullmatch(key) and key not in TAKEN
    return key if plain else f"k{sha256(key.encode()).hexdigest()[:12]}"
