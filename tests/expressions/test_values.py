"""Values are stored and come back as they were; what comes from outside never turns into anything else."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.values import Money, decode, display, encode, encode_known

decimals = st.decimals(allow_nan=False, allow_infinity=False)
times = st.datetimes().map(lambda at: at.replace(tzinfo=UTC, fold=0))
amounts = st.builds(Money, decimals, st.sampled_from(["GBP", "EUR", "JPY"]))
scalars = st.none() | st.booleans() | st.integers() | decimals | st.text() | st.dates() | times | amounts
keys = st.text() | st.sampled_from(["$money", "$decimal", "$date", "$$date", "$datetime", "$", "$x"])
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=12)
outside = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@given(values)
def test_what_is_written_comes_back_as_it_was(value: Any) -> None:
    back = decode(encode(value))
    assert back == value
    assert repr(back) == repr(value)


@given(outside)
def test_outside_data_never_becomes_a_typed_value(data: Any) -> None:
    from_outside = json.loads(json.dumps(data))
    assert decode(encode(from_outside)) == from_outside


@given(values | outside)
def test_the_short_way_writes_the_same(value: Any) -> None:
    assert encode_known(value) == encode(value)


def test_tags_of_outside_data_stay_keys() -> None:
    data = {"$money": ["5", "GBP"], "inner": {"$date": "2026-01-01"}, "$$money": 1}
    assert decode(encode(data)) == data


def test_floats_become_decimals_and_times_utc() -> None:
    at = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/London"))
    assert decode(encode([0.1, at, (1, 2)])) == [Decimal("0.1"), datetime(2026, 7, 1, 8, tzinfo=UTC), [1, 2]]


@pytest.mark.parametrize("value", [float("nan"), Decimal("Infinity"), datetime(2026, 1, 1), {1, 2}, {1: 2}, b"x"])  # noqa: DTZ001
def test_what_is_no_value_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        encode(value)


@pytest.mark.parametrize("text", ['{"$new": 1}', '{"$money": ["5", "GBP"], "x": 1}', "NaN", "{"])
def test_what_encode_never_wrote_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        decode(text)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Money(Decimal(12000), "GBP"), "£12,000.00"),
        (Money(Decimal("-1.005"), "EUR"), "-€1.01"),
        (Money(Decimal(1234), "JPY"), "¥1,234"),
        (Money(Decimal("9.5"), "CHF"), "CHF 9.50"),
        (Decimal("1200.50"), "1200.5"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 3, 2), "2 March 2026"),
        (datetime(2026, 7, 1, 8, tzinfo=UTC), "1 July 2026, 09:00"),
        (True, "yes"),
        (None, ""),
        (["Ann", 5], "Ann, 5"),
        ({"a": 1, "b": False}, "a: 1, b: no"),
        ({"file": "f1", "name": "x.pdf", "sha256": "0", "size": 1}, "x.pdf"),
    ],
)
def test_values_are_shown_for_people(value: Any, shown: str) -> None:
    assert display(value, ZoneInfo("Europe/London")) == shown
