"""Logs as programs read them."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import logging
from engine import logs
logs.begin({form!r})
logging.getLogger("baton.x").warning("%s is silent", "webhook/crm")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("baton.y").exception("it failed")
"""


def logged(form: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", SCRIPT.format(form=form)], capture_output=True, text=True, timeout=30)
    return done.stderr.splitlines()


def test_json_has_an_object_on_each_line() -> None:
    first, second = map(json.loads, logged("json"))
    assert (first["level"], first["logger"], first["event"]) == ("warning", "baton.x", "webhook/crm is silent")
    assert "ZeroDivisionError" in second["exception"]


def test_logfmt_has_keys_and_values_on_one_line() -> None:
    first, second = logged("logfmt")
    assert 'level=warning logger=baton.x event="webhook/crm is silent"' in first
    assert "ZeroDivisionError" in second


@pytest.mark.parametrize("form", ["text"])
def test_people_read_it_as_before(form: str) -> None:
    assert "WARNING baton.x: webhook/crm is silent" in logged(form)[0]
