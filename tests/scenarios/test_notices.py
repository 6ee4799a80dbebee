"""Notices in a test: nobody is told anything, and what would have been told is expected by its connection."""

from pathlib import Path

from engine.scenarios.play import Played
from engine.scenarios.suite import Suite
from tests.scenarios.bench import suite

CHAT = """\
connections:
  chat: { title: Team chat, notify: [CHAT_URL, PHONE_URL] }
  other: { notify: OTHER_URL }
"""
TELL = """
steps:
  - { id: tell, type: notify, connection: chat, message: "${ inputs.email } is new" }
  - { id: done, type: notify, connection: other, message: Done, subject: A client }
"""


def with_chat(folder: Path, tests: str) -> Suite:
    found = suite(folder, TELL, tests)
    connections = found.folder / "connections.yaml"
    connections.write_text(connections.read_text().replace("connections:\n", CHAT, 1))
    return found


def played(found: Suite) -> Played:
    chosen = found.chosen(found.folder / "tests" / "small.yaml")
    assert chosen
    (result,) = (chosen.player.play(test) for test in chosen.tests)
    return result


def test_who_is_told_something_is_expected_in_order(tmp_path: Path) -> None:
    well = played(with_chat(tmp_path / "a", "tests:\n  - { title: told, expect: { notified: [chat, other] } }\n"))
    assert well.misses == ()
    (miss,) = played(with_chat(tmp_path / "b", "tests:\n  - { title: told, expect: { notified: [other] } }\n")).misses
    assert (miss.expected, miss.happened) == ("other", "chat, other")


def test_a_connection_that_is_never_told_anything_is_found(tmp_path: Path) -> None:
    found = with_chat(tmp_path, "tests:\n  - { title: told, expect: { notified: [chta] } }\n")
    (problem,) = found.problems([found.folder / "tests" / "small.yaml"])
    assert problem.code == "E113"
    assert "did you mean `chat`" in str(problem)
