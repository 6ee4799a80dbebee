"""A process played through before it is used: what everybody would see, and when."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from activities import STEP_TYPES
from engine.preview.rehearsal import PERSONAS, Rehearsal, play
from engine.scenarios.suite import Suite
from engine.scenarios.world import Workspace
from tests.cli.conftest import Baton
from tests.runtime.onboarding import CHECKOUT
from tests.runtime.small import small

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
AT = ("--start", "2026-03-02 09:00")

NO_SOCKETS = """
import sys
def watch(event, args):
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        raise RuntimeError(f"a socket was used: {event} {args}")
sys.addaudithook(watch)
"""


def rehearsed(body: str, persona: str, **given: Any) -> Rehearsal:
    around = Suite(CHECKOUT / "definitions", STEP_TYPES).around()
    return play(small(body), around, PERSONAS[persona], given, START)


def when(found: Rehearsal, words: str) -> str:
    return next(f"{s.at.astimezone(found.zone):%a %d %b %H:%M}" for s in found.timeline() if words in s.text)


ASK = """
steps:
  - id: ask
    type: task
    title: Decide
    assignee: sam
    outcomes: [approve, reject]
    due: 1 business day
    reminders: [{ after: 2 business days }]
    escalate: { after: 3 business days, to: helen }
    timeout: 10 business days
    on_timeout: stop
  - { id: bad, type: stop, outcome: refused, if: steps.ask.outcome == "reject" }
"""


def test_happy_people_answer_on_the_next_working_day_and_agree() -> None:
    found = rehearsed(ASK, "happy")
    assert (found.main.state.outcome, when(found, "approve by")) == ("completed", "Tue 03 Mar 09:00")


def test_silent_people_never_answer() -> None:
    found = rehearsed(ASK, "silent")
    assert (found.main.state.outcome, when(found, "Ended")) == ("ask_timed_out", "Mon 16 Mar 09:00")
    assert "The case ends as “ask timed out”." in found.ending


def test_people_who_decline_take_the_last_outcome() -> None:
    assert rehearsed(ASK, "declines").main.state.outcome == "refused"


def test_late_people_answer_after_the_last_escalation_and_in_time() -> None:
    found = rehearsed(ASK, "late")
    assert found.main.state.outcome == "completed"
    assert when(found, "escalated") == "Thu 05 Mar 09:00"
    assert when(found, "approve by") == "Wed 11 Mar 09:00"


def test_a_wait_with_little_time_is_answered_in_time() -> None:
    body = "steps:\n  - { id: a, type: task, title: A, assignee: sam, timeout: 4 hours, on_timeout: stop }\n"
    found = rehearsed(body, "happy")
    assert (found.main.state.outcome, when(found, "A: done")) == ("completed", "Mon 02 Mar 11:00")


def test_people_answer_by_mail_where_only_that_is_waited_for() -> None:
    body = """
steps:
  - id: ask
    type: wait
    send: { subject: A question, body: Is it right?, to: "${ inputs.email }" }
    events:
      - { id: back, type: bounce }
      - { id: reply, type: email }
    timeout: 5 days
    on_timeout: stop
"""
    found = rehearsed(body, "happy")
    assert found.main.state.steps["ask"].result["event"]["text"] == "Thank you, that is fine."
    assert "whoever answers by mail" in {made.giver for made in found.made}
    assert rehearsed(body, "silent").main.state.outcome == "ask_timed_out"


def test_all_voters_vote() -> None:
    body = """
steps:
  - id: vote
    type: task
    title: Vote
    approvals: { need: 2, of: [legal, finance] }
    timeout: never
"""
    assert rehearsed(body, "happy").main.state.steps["vote"].result["outcome"] == "approve"
    assert rehearsed(body, "declines").main.state.steps["vote"].result["outcome"] == "reject"


def test_every_task_of_a_list_is_done() -> None:
    body = """
steps:
  - id: list
    type: tasks
    timeout: never
    tasks:
      - { id: one, title: One, assignee: sam }
      - { id: two, title: Two, candidate_groups: [legal], needs: [one] }
"""
    assert rehearsed(body, "happy").main.state.outcome == "completed"


def test_a_case_that_waits_for_ever_says_for_whom() -> None:
    body = "steps:\n  - { id: a, type: task, title: A, assignee: sam, timeout: never }\n"
    assert rehearsed(body, "silent").ending == "It never ends by itself: it goes on waiting for sam."


def test_a_process_that_is_not_here_is_taken_to_end_well() -> None:
    body = """
steps:
  - { id: child, type: subprocess, process: kyc-check, inputs: { company: Acme }, timeout: never }
"""
    alone = Workspace(lambda process: None, tuple, "GBP", ZoneInfo("UTC"))
    found = play(small(body), alone, PERSONAS["happy"], {}, START)
    assert (found.main.state.outcome, when(found, "Ended")) == ("completed", "Tue 03 Mar 09:00")
    assert "what the process “kyc-check” does" in {made.name for made in found.made}


def test_what_was_made_up_is_listed_with_whoever_says_it() -> None:
    found = rehearsed(ASK, "happy")
    listed = {(made.giver, made.name): made.sample for made in found.made}
    assert listed["whoever starts the case", "email"] == "alex@client.example"
    assert listed["Sam Whitfield", "the decision on “Decide”"] == "approve"
    assert ("whoever starts the case", "email") not in {
        (m.giver, m.name) for m in rehearsed(ASK, "happy", email="ann@acme.test").made
    }


@pytest.mark.parametrize(
    ("persona", "outcome"),
    [("happy", "completed"), ("silent", "no_reply"), ("declines", "rejected"), ("late", "completed")],
)
def test_the_example_ends_as_each_persona_lets_it(persona: str, outcome: str) -> None:
    suite = Suite(CHECKOUT / "definitions", STEP_TYPES)
    plan = suite.plan("client-onboarding")
    assert plan is not None
    found = play(plan, suite.around(), PERSONAS[persona], {}, START)
    assert (found.main.state.outcome, found.stopped) == (outcome, "")


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_shipped_process_can_be_rehearsed(persona: str) -> None:
    suite = Suite(CHECKOUT / "definitions", STEP_TYPES)
    for name in suite.library.names("processes"):
        plan = suite.plan(name)
        assert plan is not None
        found = play(plan, suite.around(), PERSONAS[persona], {}, START)
        assert found.stopped == "", name
        assert [made for made in found.made if "could not be played" in made.name] == [], name


class Reader(HTMLParser):
    """What a page refers to, and the frames in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.frames: list[dict[str, str | None]] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.addresses += [str(found[name]) for name in ("href", "src") if name in found]
        self.ids += [str(found["id"])] if "id" in found else []
        if tag == "iframe":
            self.frames.append(found)


def test_the_dossier_stands_by_itself(baton: Baton, workspace: Path) -> None:
    said = baton("simulate", "client-onboarding", "--persona", "happy", *AT, "-i", "company=Acme & <Sons>")
    assert said.code == 0, said.err
    assert "The case ends as “completed”." in said.out
    page = (workspace / "client-onboarding-happy.html").read_text()
    read = Reader(page)
    assert "script" not in read.tags
    outside = [a for a in read.addresses if not a.startswith(("data:", "#"))]
    assert outside == []
    assert {a.removeprefix("#") for a in read.addresses if a.startswith("#")} <= set(read.ids)
    assert "default-src &#x27;none&#x27;" in page
    assert [frame["sandbox"] for frame in read.frames] == [""] * 6
    assert "Acme &amp; &lt;Sons&gt;" in str(read.frames[0]["srcdoc"])
    assert "Acme & <Sons>" not in page
    assert page.count("data:image/png;base64,") == 3
    assert "Services agreement - Example Trading Limited.pdf" in page


def test_a_mail_that_cannot_be_rendered_says_why(baton: Baton, workspace: Path) -> None:
    mail = workspace / "definitions" / "emails" / "welcome.md"
    mail.write_text(mail.read_text() + "\n${ 1 // 0 }\n")
    said = baton("simulate", "client-onboarding", "--persona", "silent", *AT)
    assert "These cannot be made:\n  welcome: " in said.out
    assert "cannot be made:</strong>" in (workspace / "client-onboarding-silent.html").read_text()


def test_a_rehearsal_is_data_too(baton: Baton, workspace: Path) -> None:
    said = baton("simulate", "client-onboarding", "--persona", "silent", *AT, "-o", "here.html", "--json").json
    assert (said["outcome"], said["days"], said["file"]) == ("no_reply", 28, "here.html")
    assert [m["template"] for m in said["mails"]] == ["welcome", "welcome-reminder", "welcome-reminder"]
    assert said["mails"][1]["at"] == "2026-03-04T09:00:00+00:00"


def test_two_rehearsals_of_the_same_are_the_same(baton: Baton, workspace: Path) -> None:
    for name in ("one.html", "two.html"):
        baton("simulate", "client-onboarding", "--persona", "silent", *AT, "-o", name)
    assert (workspace / "one.html").read_bytes() == (workspace / "two.html").read_bytes()


def test_a_script_is_rehearsed_too(baton: Baton, workspace: Path) -> None:
    tests = "definitions/tests/client-onboarding.yaml"
    said = baton("simulate", "--script", tests)
    assert said.code == 0, said.err
    assert (workspace / "client-onboarding-script.html").exists()
    assert "no test of" in baton("simulate", "--script", tests, "-k", "nothing like this").err


def test_wrong_inputs_and_times_are_said_one_by_one(baton: Baton, workspace: Path) -> None:
    said = baton("simulate", "client-onboarding", "-i", "email=ann", "-i", "compny=Acme")
    assert (said.code, "did you mean `company`" in said.err, "email" in said.err) == (1, True, True)
    assert "is no time" in baton("simulate", "client-onboarding", "--start", "soon").err
    assert "name a process" in baton("simulate").err


def test_no_socket_is_used_by_any_process(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_SOCKETS)
    path = os.pathsep.join((str(tmp_path), str(CHECKOUT)))
    command = [sys.executable, "-m", "cli.main", "simulate", "client-onboarding", *AT]
    environment = {"PYTHONPATH": path, "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    ended = subprocess.run(command, capture_output=True, text=True, cwd=workspace, env=environment, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    forbidden = "import socket; socket.create_connection(('127.0.0.1', 9))"
    proof = subprocess.run(
        [sys.executable, "-c", forbidden], capture_output=True, text=True, env=environment, timeout=60
    )
    assert re.search("a socket was used", proof.stderr)
