"""What a time phrase is, and where exactly it is wrong."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.expressions import Expr, ExpressionProblem
from engine.language.time import Phrase, PhraseProblem, Span, parse_phrase


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("never", Phrase(never=True)),
        ("10 seconds", Phrase(spans=(Span(10, "seconds"),))),
        ("1 hour", Phrase(spans=(Span(1, "hours"),))),
        ("2 Business  Days", Phrase(spans=(Span(2, "business days"),))),
        ("2 working hours", Phrase(spans=(Span(2, "business hours"),))),
        ("1 month at 9:30", Phrase(spans=(Span(1, "months"),), at=time(9, 30))),
        ("3 days before 2026-03-01", Phrase(spans=(Span(3, "days"),), before=True, anchor=date(2026, 3, 1))),
        ("1 week after 2026-03-01 at 09:00", Phrase(spans=(Span(1, "weeks"),), anchor=date(2026, 3, 1), at=time(9))),
        ("P1Y2M3DT4H", Phrase(spans=(Span(12, "months"), Span(2, "months"), Span(3, "days"), Span(4, "hours")))),
        ("PT0S", Phrase(spans=(Span(0, "seconds"),))),
        ("2026-03-01", Phrase(anchor=date(2026, 3, 1))),
    ],
)
def test_a_phrase_is_read(text: str, phrase: Phrase) -> None:
    assert parse_phrase(text) == phrase


def test_expressions_stand_where_a_number_or_a_time_can_stand() -> None:
    whole, anchored, counted = map(
        parse_phrase, ("${ a }", "1 day before ${ b } at 09:00", "${ c } business days after ${ d }")
    )
    assert isinstance(whole.anchor, Expr)
    assert whole.spans == ()
    assert isinstance(anchored.anchor, Expr)
    assert (anchored.anchor.text, anchored.before, anchored.at) == ("b", True, time(9))
    assert isinstance(counted.spans[0].amount, Expr)
    assert counted.spans[0].unit == "business days"


@pytest.mark.parametrize(
    ("text", "token", "message", "help_"),
    [
        ("2 buisness days", "buisness days", "is not a unit of time", "did you mean `business days`?"),
        ("2 dayz", "dayz", "is not a unit of time", "did you mean `days`?"),
        ("2d", "d", "is not a unit of time", "did you mean `days`?"),
        ("2 fortnights", "fortnights", "is not a unit of time", "write `2 weeks`"),
        ("1.5 hours", "1.5", "must be whole", "90 minutes"),
        ("-1 day", "-1", "must not be negative", "before"),
        ("one day", "one", "is not expected", "write it like"),
        ("2", "2", "a unit must follow", "write `2 business days`"),
        ("2 days foo", "foo", "is not expected", ""),
        ("never ever", "ever", "is not expected", ""),
        ("1 day before", "before", "a date or a time must follow", "inputs.start_date"),
        ("1 day after lunch", "lunch", "a date or a time must follow", "inputs.start_date"),
        ("1 day at 25:00", "25:00", "a clock time must follow", "at 09:00"),
        ("1 day at", "at", "a clock time must follow", "at 09:00"),
        ("4 hours at 09:00", "at", "goes with days", "leave out"),
        ("99999 days", "99999 days", "more than a hundred years", ""),
        ("P999999999999999999999D", "P999999999999999999999D", "more than a hundred years", ""),
        ("2026-02-30", "2026-02-30", "is not in the calendar", ""),
        ("P", "P", "is not expected", "write it like"),
        ("", "", "there is no time here", "write it like"),
    ],
)
def test_a_wrong_phrase_marks_its_token_and_says_the_way_out(text: str, token: str, message: str, help_: str) -> None:
    with pytest.raises(PhraseProblem, match=message) as caught:
        parse_phrase(text)
    problem = caught.value
    assert text[problem.offset : problem.offset + problem.length] == token
    assert help_ in problem.help


def refused(text: str) -> list[PhraseProblem | ExpressionProblem]:
    try:
        parse_phrase(text)
    except (PhraseProblem, ExpressionProblem) as problem:
        return [problem]
    return []


@given(st.text(st.sampled_from("0123456789 -:.PTDdayshournevrbfi${}xat")))
def test_any_text_is_a_phrase_or_refused_with_a_place(text: str) -> None:
    for problem in refused(text):
        assert 0 <= problem.offset <= len(text)
        assert problem.length >= 1
