"""Tables that people look something up in leave nothing out."""

import pytest

from engine.mailroom.reasons import SENTENCES
from engine.settings import FIELDS
from tests.docs.blocks import ROOT


@pytest.mark.parametrize("setting", FIELDS)
def test_every_setting_is_told_of(setting: str) -> None:
    assert f"`{setting}`" in (ROOT / "docs/operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", SENTENCES)
def test_every_reason_to_wait_in_triage_is_told_of(reason: str) -> None:
    assert f"| {reason.replace('_', ' ')} |" in (ROOT / "docs/replies.md").read_text(encoding="utf-8")
