"""Lines of a script about mail: answers, mails to a mailbox, mails that come back, readers who want no more."""

from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from typing import Any

from engine.language.addresses import normal
from engine.language.process import BOUNCE, REPLY, mailed_to
from engine.language.scenario import Line
from engine.runtime.letters import is_suppressed
from engine.runtime.simulator import Happened, Simulation
from engine.runtime.state import StepRecord
from engine.scenarios.finding import fits, meant, standing
from engine.scenarios.world import CannotPlay, World

Asked = tuple[Simulation, str, StepRecord, str]
"""A case, a step that has written to somebody, and to whom."""


def reply(world: World, line: Line, name: str) -> None:
    """An answer to the mail of a step. One of a machine, or of somebody whom the case does not know, is put aside
    before a case hears of it."""
    case, path, record, reader = _asked(world, name)
    data = _mail(world, line, case, reader, {"to": "replies@example.com", "thread": record.page(path)})
    if not line.automatic and data["from"] in _known(case):
        world.tell(case, "email", "", REPLY, data["from"], data)


def answered(world: World, case: Simulation, path: str, text: str) -> bool:
    """Somebody answers what the case has written, best the mail of the step at this path; False where it has written
    to nobody outside."""
    letters = [(h.effect.path, str(h.effect.payload["to"])) for h in _outside(world, case)]
    reader = next((to for at, to in letters if at == path), letters[0][1] if letters else "")
    if reader:
        thread = case.state.steps[path].page(path) if any(at == path for at, _ in letters) else ""
        data = _mail(world, Line(text=text), case, reader, {"to": "replies@example.com", "thread": thread})
        world.tell(case, "email", "", REPLY, data["from"], data)
    return bool(reader)


def mail(world: World, line: Line, mailbox: str) -> None:
    """A mail that belongs to no case, for whoever listens to the mailbox."""
    if not line.from_:
        raise CannotPlay(f"who writes? Add `from: ann@example.com` beside `mail: {mailbox}`")
    to = {"to": f"{mailbox}@example.com", "mailbox": mailbox}
    data = _mail(world, line, world.main, "", to)
    world.announce("email", mailed_to(mailbox), data["from"], data)


def bounce(world: World, line: Line, name: str) -> None:
    """The mail of a step comes back, for good, if nothing else is said; or its reader complains about it."""
    case, path, record, reader = _asked(world, name)
    hard = line.hard is not False and not line.complaint
    if hard or line.complaint:
        world.suppressed.add(normal(reader))
    why = line.reason or ("abuse" if line.complaint else "there is no such mailbox")
    data = {"address": normal(reader), "hard": hard, "complaint": bool(line.complaint), "why": why}
    world.tell(case, "bounce", "", BOUNCE, "", {**data, "thread": record.page(path)})


def unsubscribe(world: World, line: Line, address: str) -> None:
    world.suppressed.add(normal(str(world.filled(address, world.main))))


def _asked(world: World, name: str) -> Asked:
    """The latest step of this name that has sent a mail to somebody outside, also one that is done."""
    found = [asked for case, step in meant(world, name) for asked in _letters(world, case, step)]
    if not found:
        raise CannotPlay(f"`{name}` has sent no mail that could be answered; {standing(world, name)}")
    return max(found, key=lambda asked: not asked[2].closed)


def _letters(world: World, case: Simulation, step: str) -> Iterator[Asked]:
    for happened in _outside(world, case):
        effect, record = happened.effect, case.state.steps.get(happened.effect.path)
        if record and fits(step, effect.path, record.id):
            yield case, effect.path, record, str(effect.payload["to"])


def _outside(world: World, case: Simulation) -> list[Happened]:
    """What the case has sent to people outside, the latest first."""
    mails = [h for h in case.happened if h.effect.kind == "email" and not is_suppressed(h.result)]
    return [h for h in reversed(mails) if not world.is_staff(str(h.effect.payload["to"]))]


def _known(case: Simulation) -> set[str]:
    """Whom the case has written to, and whom its steps wait for by name."""
    written = {normal(str(h.effect.payload["to"])) for h in case.happened if h.effect.kind == "email"}
    accepts = [a for r in case.state.steps.values() if not r.closed for a in r.memo.get("accepts", ())]
    return written | {str(a["match"]["from"]) for a in accepts if "from" in a["match"]}


def _mail(world: World, line: Line, case: Simulation, reader: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """What the event of a mail carries."""
    name, address = parseaddr(str(world.filled(line.from_ or reader, case)))
    text = str(world.filled(line.text or "", case))
    return {
        "from": normal(address),
        "from_name": name,
        "subject": str(world.filled(line.subject or "", case)),
        "text": text,
        "full_text": text,
        "attachments": [_file(one) for one in line.attachments or ()],
        "message_id": f"<{len(world.entries)}@example.com>",
        "authenticated": True,
        "automatic": bool(line.automatic),
        "mailbox": "replies",
        "thread": "",
        **more,
    }


def _file(name: str) -> dict[str, Any]:
    return {"file": name, "name": name, "sha256": "", "size": 0}
