"""Who does what, on a virtual clock: the decisions about people, as the store would take them."""

from datetime import date

from engine.language.resources import People
from engine.runtime.assigning import decide, reached
from engine.runtime.effects import Effect
from engine.runtime.state import State
from engine.runtime.step import Result


class Colleagues:
    """The people of a simulated case, and what was given to each in turn. `people` may change as time goes by."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.given: list[tuple[str, str]] = []

    def answer(self, effect: Effect, state: State) -> Result:
        """The decision that an effect asks for. Raises StepError."""
        payload = effect.payload
        if effect.kind == "reach":
            return reached(self.people, payload["names"], date.fromisoformat(payload["day"]), work=payload["work"])
        rotation, assign_by = payload["rotation"], payload["assign_by"]
        found = decide(self.people, payload, lambda user: self._had(assign_by, rotation, user, state))
        if found["claimed"]:
            self.given.append((rotation, found["assignee"]))
        return found

    def _had(self, assign_by: str, rotation: str, user: str, state: State) -> tuple[int, ...]:
        latest = max((n for n, given in enumerate(self.given, 1) if given == (rotation, user)), default=0)
        open_ = sum(r.task.get("assignee") == user and not r.closed for r in state.steps.values())
        return (open_, latest) if assign_by == "least_loaded" else (latest,)
