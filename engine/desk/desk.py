"""The desk as one object; each subject is a class of its own."""

from collections.abc import Mapping
from typing import Any

from engine.desk.answers import FormPage, LinkView, Published, Receipt, Started
from engine.runtime.view import TaskView


class Desk:
    """Signatures only, for now."""

    async def publish(self, process: str, *, by: str = "") -> Published: ...
    async def start(
        self, process: str, raw: Mapping[str, Any], *, by: str = "", source: str = "cli", source_id: str | None = None
    ) -> Started: ...
    async def receive_webhook(self, connection: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Raises Refusal(status, message): 404 unknown, 400 not JSON, 401 signature or time."""
        ...

    async def link_for(self, case: str, path: str, kind: str, recipient: str) -> str:
        """The URL; stores the hash."""
        ...

    async def open_link(self, token: str) -> LinkView | None:
        """None: no such link, or expired."""
        ...

    async def answer(self, token: str, raw: Mapping[str, Any]) -> dict[str, str]:
        """Errors by question, or {} when stored. Raises NotThere, NotOpen."""
        ...

    async def sign(self, token: str, typed_name: str, consent: bool, ip: str, agent: str) -> dict[str, str]:
        """Errors by `typed_name` or `consent`, or {}. Raises NotThere, NotOpen."""
        ...

    async def decline(self, token: str, reason: str) -> dict[str, str]:
        """Errors by `reason`, or {}. Raises NotThere, NotOpen."""
        ...

    async def task(self, task_id: str) -> TaskView:
        """Raises NotThere."""
        ...

    async def complete(
        self,
        task_id: str,
        outcome: str = "",
        *,
        comment: str = "",
        answers: Mapping[str, Any] | None = None,
        checklist: tuple[str, ...] = (),
        by: str = "",
    ) -> None:
        """`checklist`: ids that are ticked. Raises BadInputs (outcome, checklist.ID, answers by name), NotOpen."""
        ...

    async def public_form(self, process: str, trigger: str) -> FormPage:
        """Raises NotThere."""
        ...

    async def submit_form(
        self, process: str, trigger: str, raw: Mapping[str, Any], *, source_id: str | None = None
    ) -> Started:
        """Raises BadInputs, NotThere."""
        ...

    async def healthy(self) -> bool: ...
