"""The door: what people and systems send becomes a value of the declared type, or a sentence for them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.resources import Group, Input, People, User
from engine.language.values import Money, coerce, decode, encode

PEOPLE = People(
    users=(User(id="sam", name="Sam", email="sam@firm.test"),), groups=(Group(id="legal", members=("sam",)),)
)
FILE = {"file": "f1", "name": "x.pdf", "sha256": "0" * 64, "size": 1}
COLOURS = {"choices": ("red", "blue")}


def given_as(type_: str, raw: Any, **limits: Any) -> Any:
    spec = Input.model_validate({"type": type_, "label": "Seats", **limits})
    return coerce(raw, spec, PEOPLE, zone=ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("type_", "raw", "value"),
    [
        ("text", "  Acme  ", "Acme"),
        ("text", "Ann\r\nBcc: x@y.z", "Ann Bcc: x@y.z"),
        ("text", "${7*7} {% raw %}", "${7*7} {% raw %}"),
        ("long_text", "a\r\nb\n", "a\nb"),
        ("number", "1,250", 1250),
        ("number", "1.10", Decimal("1.10")),
        ("number", 2.5, Decimal("2.5")),
        ("money", "12000", Money(Decimal(12000), "GBP")),
        ("money", "12,000.00 eur", Money(Decimal("12000.00"), "EUR")),
        ("money", "CHF 5", Money(Decimal(5), "CHF")),
        ("money", "£12.50", Money(Decimal("12.50"), "GBP")),
        ("money", {"amount": 60000, "currency": "USD"}, Money(Decimal(60000), "USD")),
        ("boolean", "Yes", True),
        ("boolean", "off", False),
        ("date", "2026-02-28", date(2026, 2, 28)),
        ("datetime", "2026-07-01T09:00", datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ("datetime", "2026-07-01T09:00:00Z", datetime(2026, 7, 1, 9, tzinfo=UTC)),
        ("email", " ann@bücher.example ", "ann@bücher.example"),
        ("phone", "+44  20 7946 0000", "+44 20 7946 0000"),
        ("url", "https://example.com/a?b=c", "https://example.com/a?b=c"),
        ("file", FILE, FILE),
        ("user", "SAM@firm.test", "sam"),
        ("user", "sam", "sam"),
        ("group", "legal", "legal"),
        ("list", "a\nb\n\n", ["a", "b"]),
        ("list", [1.5, {"$money": "x"}], [Decimal("1.5"), {"$money": "x"}]),
        ("table", [{"name": "x", "n": 1}], [{"name": "x", "n": 1}]),
    ],
)
def test_each_type_reads_what_people_write(type_: str, raw: Any, value: Any) -> None:
    assert given_as(type_, raw) == value


@pytest.mark.parametrize(
    ("type_", "raw", "sentence"),
    [
        ("text", 5, "Seats must be text."),
        ("text", "x" * 501, "Seats is too long: at most 500 characters."),
        ("long_text", "x" * 10_000_000, "Seats is too long: at most 20,000 characters."),
        ("text", "a\x00b", "Seats contains a character that cannot be used. Please type it again."),
        ("text", "\ud800", "Seats contains a character that cannot be used. Please type it again."),
        ("number", "many", "Seats must be a number, like 25."),
        ("number", True, "Seats must be a number, like 25."),
        ("number", "1,2,3", "Seats must be a number, like 25."),
        ("number", float("nan"), "Seats must be a number, like 25."),
        ("number", Decimal("1E-999999"), "Seats must be a number, like 25."),
        ("number", 10**1000, "Seats is too large a number."),
        ("number", "9" * 30, "Seats is too large a number."),
        ("money", "lots", "Seats must be an amount of money, like 12,000.00."),
        ("money", "1.005", "Seats must have at most 2 decimal places."),
        ("money", {"amount": "5", "currency": "pounds"}, "Seats must name its currency by three letters, like GBP."),
        ("boolean", "perhaps", "Seats must be yes or no."),
        ("boolean", 1, "Seats must be yes or no."),
        ("date", "2026-02-30", "Seats must be a date, like 2026-03-01."),
        ("datetime", "tomorrow", "Seats must be a date and a time, like 2026-03-01 09:00."),
        ("datetime", "0001-01-01T00:00:00+14:00", "Seats must be a date and a time, like 2026-03-01 09:00."),
        ("email", "ann@", "Seats must be an email address, like ann@example.com."),
        ("phone", "call me", "Seats must be a phone number, like +44 20 7946 0000."),
        ("url", "javascript:alert(1)", "Seats must be a web address, like https://example.com."),
        ("file", {"file": "f1"}, "Seats must be a file."),
        ("user", "kim", "Seats must be somebody of the team; `kim` is not."),
        ("group", "hr", "Seats must be a group of the team; `hr` is not."),
        ("list", [["x"] * 1001], "Seats is too large: at most 1,000 items, 20 deep."),
        ("list", ["x"] * 1001, "Seats has too many entries: at most 1,000."),
        ("list", [b"x"], "Seats contains something that is not data."),
        ("table", "x", "Seats must be a table: a list of rows."),
        ("text", "   ", "Seats is required."),
        ("number", None, "Seats is required."),
    ],
)
def test_what_cannot_be_read_is_answered_with_a_sentence(type_: str, raw: Any, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        given_as(type_, raw)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "address",
    ["a b@x.y", "a@x", "a@x..y", "a@-x.y", "<a@x.y>", "a@x.y, b@x.y", "a@x.y\r\nBcc: b@x.y", "a\n@x.y", '"a"@x.y',
     "a@x.y\x00", "@x.y", "a@@x.y", ".a@x.y", "x" * 65 + "@x.y", "a@" + "x." * 130 + "y", "é@x.y"],
)  # fmt: skip
def test_an_address_that_could_break_a_header_or_bounce_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="email address"):
        given_as("email", address)


def test_choices_are_what_they_say() -> None:
    assert given_as("choice", "red", **COLOURS) == "red"
    assert given_as("multi_choice", ["red", "blue", "red"], **COLOURS) == ["red", "blue"]
    assert given_as("multi_choice", "blue", **COLOURS) == ["blue"]
    with pytest.raises(ValueError, match=r"Seats must be one of: red, blue\."):
        given_as("multi_choice", ["red", "green"], **COLOURS)


@pytest.mark.parametrize(
    ("type_", "raw", "limits", "sentence"),
    [
        ("number", "0", {"min": "1"}, "Seats must be at least 1."),
        ("money", "11", {"max": "10"}, "Seats must be at most 10."),
        ("date", "2025-12-31", {"min": "2026-01-01"}, "Seats must be at least 2026-01-01."),
        ("datetime", "2026-01-02 09:00", {"max": "2026-01-01 09:00"}, "Seats must be at most 2026-01-01 09:00."),
        ("text", "abc", {"max_length": 2}, "Seats is too long: at most 2 characters."),
    ],
)
def test_limits_hold(type_: str, raw: str, limits: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        given_as(type_, raw, **limits)
    assert str(caught.value) == sentence


def test_what_was_not_given_is_the_default_or_nothing() -> None:
    assert given_as("number", "", default="5") == 5
    assert given_as("number", None, optional=True) is None
    assert given_as("list", [], optional=True) is None


def test_without_a_label_the_name_speaks() -> None:
    with pytest.raises(ValueError, match="Deal value is required"):
        coerce(None, Input(type="money"), None, name="deal_value")


def given_or_sentence(type_: str, raw: Any) -> Any:
    try:
        return given_as(type_, raw)
    except ValueError as error:
        return str(error)


json_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.text(st.characters(categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
TYPES = ["text", "long_text", "number", "money", "boolean", "date", "datetime", "email", "phone", "url", "choice",
         "multi_choice", "file", "user", "group", "list", "table"]  # fmt: skip


@given(st.sampled_from(TYPES), json_data)
def test_anything_becomes_a_value_that_can_be_stored_or_a_sentence(type_: str, raw: Any) -> None:
    value = given_or_sentence(type_, raw)
    assert decode(encode(value)) == value


def test_the_entries_of_a_list_have_its_type() -> None:
    assert given_as("list", "sam@firm.test\nsam", of="user") == ["sam", "sam"]
    assert given_as("list", ["1,250", 2], of="number") == [1250, 2]
    with pytest.raises(ValueError, match="`bob` is not"):
        given_as("list", "sam\nbob", of="user")
