"""Documents on paper: real PDF files, read back."""

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from pypdf import PdfReader

from engine.gateways.pdf import MemoryPrinter, Printer, TypstPrinter
from engine.gateways.rendering import Brand, Renderer, RenderFailed
from engine.language.resources import DocumentTemplate

pytestmark = pytest.mark.asyncio(loop_scope="module")
BRAND = Brand("Northwind Studio")
BODY = """This is between us and **${ client }**. See [our page](${ site }) or [here](https://a.test/${ client }).

## Fees #1 [draft] $5 @ _once_

You pay *£5* ~ <now> "soon" // in `code` = 1.

We also

- ${ client }
- sleep

## Term

Twelve months.

| Seats | Fee |
|---|---|
| ${ seats } | 5 |

### Signatures

```signatures
Northwind: Helen Osei, Director
${ client }:
```
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    renderer = Renderer(size=1)
    yield renderer
    await renderer.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def printer() -> AsyncIterator[TypstPrinter]:
    printer = TypstPrinter(seconds=5)
    yield printer
    await printer.aclose()


async def markup(renderer: Renderer, body: str = BODY, **scope: Any) -> str:
    values = {"client": "Acme Ltd", "site": "https://a.test", "seats": 12, "case": {"id": "onboarding-17"}, **scope}
    return (await renderer.document(DocumentTemplate(title="Services agreement", body=body), values, BRAND)).markup


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


async def test_a_contract_has_title_numbered_clauses_signatures_and_page_numbers(
    renderer: Renderer, printer: TypstPrinter
) -> None:
    text = words(await printer.render(await markup(renderer)))
    assert text.startswith("NORTHWIND STUDIO Services agreement This is between us and Acme Ltd.")
    for part in ("1. Fees", "1.1 You pay", "1.2 We also", "(a) Acme Ltd", "2. Term", "2.1 Twelve months"):
        assert part in text
    for part in ("Signed for Northwind", "Helen Osei, Director", "Signed for Acme Ltd", "onboarding-17", "Page 1 of 1"):
        assert part in text


async def test_the_author_s_signs_are_signs_and_not_markup(renderer: Renderer, printer: TypstPrinter) -> None:
    text = words(await printer.render(await markup(renderer)))
    assert "Fees #1 [draft] $5 @ once" in text
    assert "£5 ~ <now> “soon” // in code = 1." in text


HOSTILE = (
    '#read("/etc/passwd")',
    "]#panic()[",
    '"; #panic() "',
    "\\",
    "${7*7}",
    "*b* _i_ `c` $x$ @a <b>",
    "= x",
    "// x",
)


@pytest.mark.parametrize("answer", HOSTILE)
async def test_an_answer_stays_text(renderer: Renderer, printer: TypstPrinter, answer: str) -> None:
    text = words(await printer.render(await markup(renderer, client=answer, site=answer)))
    assert f"between us and {answer}. See" in text
    assert f"(a) {answer}" in text


async def test_the_same_document_gives_the_same_bytes(renderer: Renderer, printer: TypstPrinter) -> None:
    source = await markup(renderer)
    first = await printer.render(source)
    assert await printer.render(source) == first
    other = TypstPrinter()
    assert await other.render(source) == first
    await other.aclose()


async def test_an_answer_without_a_space_stays_on_the_page(renderer: Renderer, printer: TypstPrinter) -> None:
    pdf = await printer.render(await markup(renderer, client="W" * 500))
    assert words(pdf).replace(" ", "").replace("\u200b", "").count("W" * 300) == 3


WRONG = (
    "#let x = 1\n#while true { x += 1 }",
    '#read("/etc/passwd")',
    '#image("/etc/passwd")',
    '#import "@preview/cetz:0.2.0": *',
)
EXHAUSTING = (
    '#{ let s = "xxxxxxxxxxxxxxxx"; for i in range(40) { s = s + s }; s }',
    "#for i in range(100000000) [x #i]",
)


@pytest.mark.parametrize("source", [*WRONG, *EXHAUSTING])
async def test_markup_that_should_never_come_ends_within_its_limits(printer: Printer, source: str) -> None:
    with pytest.raises(RenderFailed) as problem:
        await printer.render(source)
    # Which limit is met first depends on the machine.
    assert problem.value.code in ({"template_error"} if source in WRONG else {"too_slow", "too_big", "crashed"})
    assert (await printer.render("fine")).startswith(b"%PDF-")


async def test_the_twin_answers_with_something_that_names_its_content() -> None:
    twin = MemoryPrinter()
    assert (await twin.render("Hello")).startswith(b"%PDF-")
    assert twin.printed == ["Hello"]
