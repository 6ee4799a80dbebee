"""Template files through the front door: mails, texts and documents, rendered in child processes."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from engine.gateways.rendering import Brand, RenderedMail, Renderer, RenderFailed
from engine.language.resources import Calendar, DocumentTemplate, EmailTemplate
from engine.language.values import Money

pytestmark = pytest.mark.asyncio(loop_scope="module")
BRAND = Brand("Northwind Studio", footer="12 Canal Wharf, Leeds")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    renderer = Renderer(size=1)
    yield renderer
    await renderer.aclose()


async def mail(
    renderer: Renderer, body: str, *, link: str = "", button: str | None = None, **scope: Any
) -> RenderedMail:
    template = EmailTemplate(subject="Hello ${ name | default('you') }", button=button, body=body)
    return await renderer.mail(template, scope, BRAND, link=link)


async def test_markdown_becomes_html_with_styles_inlined_and_a_readable_text(renderer: Renderer) -> None:
    written = await mail(renderer, "Hello **${ name }**,\n\n- one\n- two\n\n[our page](https://a.test/x)!", name="Ann")
    assert written.subject == "Hello Ann"
    assert "<strong>Ann</strong>" in written.html
    assert '<li style="' in written.html
    assert written.text.startswith(
        "Hello Ann,\n\n- one\n- two\n\nour page (https://a.test/x)!\n\n-- \nNorthwind Studio\n"
    )


HOSTILE = ("${7*7}", "{{7*7}}", "{% raw %}", "{# x", "${ inputs }", "**bold**", "# heading", "[x](https://evil.test)")
MARKUP = (
    "- item",
    "<script>alert(1)</script>",
    "<b>",
    "&amp;",
    "`code`",
    "xqv0evqx",
    "![i](//e.test/i)",
    "</td></table>",
)


@pytest.mark.parametrize("answer", [*HOSTILE, *MARKUP])
async def test_an_answer_stays_text_in_subject_html_and_text(renderer: Renderer, answer: str) -> None:
    written = await mail(renderer, "Dear ${ name }, this is for ${ name }.", name=answer)
    assert written.subject == f"Hello {answer}"
    assert " ".join(written.text.split()).startswith(f"Dear {answer}, this is for {answer}.")
    shown = answer.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f"Dear {shown}, this is for {shown}.</p>" in written.html


async def test_an_answer_cannot_become_an_address_that_runs_something(renderer: Renderer) -> None:
    body = "[site](${ site })\n\nSee [it](${ site }) or [there](https://a.test/${ site })."
    written = await mail(renderer, body, site='javascript:alert(1)" onclick="x')
    assert 'href="javascript' not in written.html
    assert " onclick=" not in written.html.replace("&quot; onclick=", "")


async def test_line_breaks_of_an_answer_stay_and_never_reach_the_subject(renderer: Renderer) -> None:
    written = await mail(renderer, "At ${ name }.", name="1 High Street\r\nBcc: x@y.test")
    assert written.subject == "Hello 1 High Street Bcc: x@y.test"
    assert "1 High Street<br>Bcc: x@y.test" in written.html


async def test_the_button_stands_before_the_greeting_and_its_address_is_also_text(renderer: Renderer) -> None:
    body = "Please answer.\n\nKind regards\nNorthwind"
    written = await mail(renderer, body, link="https://a.test/f/TOKEN", button="Answer")
    assert written.html.index('href="https://a.test/f/TOKEN"') < written.html.index("Kind regards<br>")
    assert "Answer:\nhttps://a.test/f/TOKEN\n\nKind regards\nNorthwind\n" in written.text
    assert "Answer" not in (await mail(renderer, body, button="Answer")).html.replace("Please answer", "")


async def test_statements_choose_and_repeat(renderer: Renderer) -> None:
    choice = "{% if big %}\nMany seats.\n{% else %}\nFew seats.\n{% endif %}\n"
    body = choice + "{% for x in xs %}\n- ${ x.name }: ${ x.price }\n{% endfor %}\n"
    things = [{"name": "A", "price": Money(Decimal(12), "GBP")}, {"name": "B", "price": Money(Decimal(3), "EUR")}]
    written = await mail(renderer, body, big=True, xs=things)
    assert written.text.startswith("Many seats.\n\n- A: £12.00\n- B: €3.00\n")
    assert written.html.count("<ul") == 1
    assert written.html.count("<li") == 2


async def test_values_are_shown_as_people_write_them_in_the_calendar_s_zone(renderer: Renderer) -> None:
    scope = {"at": datetime(2026, 7, 1, 8, tzinfo=UTC), "day": date(2026, 3, 2), "yes": True, "n": Decimal("1.50")}
    calendar = Calendar(calendar="uk", time_zone="Europe/London")
    text = await renderer.text(
        "${ at } / ${ day } / ${ yes } / ${ n } / ${ day | format_date('iso') }", scope, calendar=calendar
    )
    assert text == "1 July 2026, 09:00 / 2 March 2026 / yes / 1.5 / 2026-03-02"


@pytest.mark.parametrize(
    ("template", "code", "words"),
    [
        ("${ seats }", "missing_value", "`seats` has no value"),
        ("${ inputs.seats }", "missing_value", "`seats` has no value"),
        ("${ inputs.empty }", "missing_value", "`empty` has no value"),
        ("a\nb ${ inputs. }", "template_syntax", "Line 2"),
        ("{% if x %}", "template_syntax", "endif"),
        ("${ inputs.n | shout }", "template_syntax", "shout"),
        ("${ inputs.n | upper }", "template_error", "upper"),
        ("${ inputs.__class__ }", "missing_value", "__class__"),
        ("${ ''.join(['a']) }", "missing_value", "join"),
        ("${ [].append(1) }", "missing_value", "append"),
        ("${ inputs.n() }", "template_error", "n"),
        ("${ open('x') }", "missing_value", "open"),
        ("{% include 'x' %}", "template_error", "no loader"),
        ("${ 1 / 0 }", "template_error", "ZeroDivisionError"),
    ],
)
async def test_what_is_wrong_is_said(renderer: Renderer, template: str, code: str, words: str) -> None:
    with pytest.raises(RenderFailed, match=words.replace("(", r"\(")) as problem:
        await renderer.text(template, {"inputs": {"n": 5, "empty": None}})
    assert problem.value.code == code


@pytest.mark.parametrize("statement", ["{% macro m() %}{% endmacro %}", "{% set x = 1 %}", "{% include 'x' %}"])
async def test_a_mail_knows_if_and_for_only(renderer: Renderer, statement: str) -> None:
    with pytest.raises(RenderFailed, match="knows `if` and `for` only"):
        await mail(renderer, f"Hello\n\n{statement}\n")


async def test_the_author_s_own_words_may_look_like_anything(renderer: Renderer) -> None:
    written = await mail(renderer, "Type `{% raw %}${ x }{% endraw %}` or &#36;{ y } or &#123;% z.")
    assert written.text.startswith("Type ${ x } or ${ y } or {% z.")


async def test_a_document_gets_a_title_a_name_fit_for_any_file_system_and_markup(renderer: Renderer) -> None:
    template = DocumentTemplate(
        title="Agreement with ${ client }", filename="../${ client }.pdf", body="Hello ${ client }"
    )
    document = await renderer.document(template, {"client": 'A/B: "C"\n*'}, BRAND)
    assert document.title == 'Agreement with A/B: "C" *'
    assert document.filename == "A B C.pdf"
    assert '#"A/B: \\"C\\"";#linebreak();#"*";' in document.markup


async def test_the_way_out_stands_below_the_text_in_both_parts(renderer: Renderer) -> None:
    template = EmailTemplate(subject="News", body="Hello ${ name }")
    url = "https://baton.test/u/AAAA?a=1&b=2"
    written = await renderer.mail(template, {"name": "Ann"}, BRAND, leave=(url, "Se désabonner"))
    assert written.text.endswith(f"12 Canal Wharf, Leeds\nSe désabonner:\n{url}\n")
    assert 'href="https://baton.test/u/AAAA?a=1&amp;b=2"' in written.html
    assert "Se désabonner</a>" in written.html
    assert "Unsubscribe" not in (await renderer.mail(template, {"name": "Ann"}, BRAND)).html
