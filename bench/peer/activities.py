"""What the hand-written workflows do: the same gateways, the same rendering, the same table of tasks; no ledger."""

from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import insert
from temporalio import activity

from activities.world import World
from bench.peer.letters import Letter, Work
from engine.gateways.mail import Mail, message_id_for
from engine.language.resources import EmailTemplate
from engine.store.store import Store
from engine.store.tables import tasks


class Activities:
    """`world` lends the renderer, the mailer and the sender; `store` holds the tasks."""

    def __init__(self, world: World, store: Store) -> None:
        self.world = world
        self.store = store

    @activity.defn
    async def send_mail(self, letter: Letter) -> str:
        world, about = self.world, activity.info()
        template = EmailTemplate(subject=letter.subject, body=letter.body)
        rendered = await world.renderer.mail(template, {"inputs": asdict(letter.to)}, world.brand)
        mail = Mail(
            to=letter.to.email,
            sender=world.sender,
            sender_name=world.sender_name,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            message_id=message_id_for(
                f"{about.workflow_id}/{about.activity_id}", world.sender.rpartition("@")[2], world.key
            ),
        )
        return await world.mailer.send(mail, _nothing)

    @activity.defn
    async def open_task(self, work: Work) -> None:
        values = {
            "id": work.case,
            "case_id": work.case,
            "path": "review",
            "step": "review",
            "title": work.title,
            "status": "open",
            "opened_at": datetime.now(UTC),
            "candidate_groups": f"|{work.group}|",
            "priority": "normal",
            **dict.fromkeys(_EMPTY, ""),
        }
        await self.store.write(lambda c: c.execute(insert(tasks), values))


_EMPTY = (
    "description", "assignee", "candidate_users", "outcomes_json", "checklist_json", "form", "show_json", "outcome",
    "given_by", "comment",
)  # fmt: skip


async def _nothing() -> None:
    """Nothing is written down before a mail is handed over."""
