"""The reference is what the models say."""

import inspect

import pytest

from activities import STEP_TYPES
from docs import reference
from engine.editor import sentences
from engine.language.filters import FILTERS, FUNCTIONS
from engine.language.model import Model


def test_the_page_in_the_checkout_is_the_page_of_the_models() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), "run `python -m docs.reference`"


@pytest.mark.parametrize("name", STEP_TYPES)
def test_every_step_type_has_its_section(name: str) -> None:
    assert f"\n### `{name}`\n" in reference.page()


@pytest.mark.parametrize("model", reference.documented(), ids=lambda model: model.__name__)
def test_every_field_says_what_it_is(model: type[Model]) -> None:
    silent = set(reference.fields_of(model)) - set(sentences.of_fields(model))
    assert silent <= {"id", "type"}, f"{model.__name__} says nothing about {sorted(silent)}"


@pytest.mark.parametrize("name", [*FILTERS, *FUNCTIONS])
def test_every_filter_and_function_says_what_it_gives(name: str) -> None:
    function = FILTERS.get(name) or FUNCTIONS[name]
    assert inspect.getdoc(function.apply)
