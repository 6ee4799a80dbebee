"""The plug-in of the documentation: installed, checked, and called by a case."""

from pathlib import Path

import pytest

from activities import STEP_TYPES
from engine.language.compiler import check_file
from engine.language.problems import render
from tests.docs.blocks import ROOT, of
from tests.durable.firm import firm
from tests.plugin import install

PROCESS = next(block for block in of(ROOT / "docs" / "plugins.md") if block.kind == "plugin")


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(install(tmp_path_factory.mktemp("plugin"))))


def checked(folder: Path, text: str) -> str:
    file = folder / "vat-check.yaml"
    file.write_text(text)
    return render(check_file(file, STEP_TYPES))


@pytest.mark.usefixtures("installed")
def test_the_process_of_the_page_compiles(tmp_path: Path) -> None:
    assert checked(tmp_path, PROCESS.text) == ""


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("function: vat_number", "function: vat_numbr", "did you mean `vat_number`?"),
        ("number: ${ inputs.number }", "number: ${ [1] }", "`number` needs text, but this is a list"),
        ("country: GB", "land: GB", "the function `vat_number` has no input `land`"),
        ("result.valid", "result.valued", "did you mean `valid`?"),
        ('problem | default("It is not valid.")', "problem", "the function does not always give it"),
    ],
)
def test_mistakes_in_the_use_of_a_function_are_found(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert said in checked(tmp_path, PROCESS.text.replace(right, wrong, 1))


@pytest.mark.usefixtures("installed")
async def test_a_case_calls_the_function_once_and_keeps_what_it_gives(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        definitions = house.desk.settings.workspace / "definitions" / "processes"
        (definitions / "vat-check.yaml").write_text(PROCESS.text)
        right = (await house.desk.start("vat-check", {"email": "ann@acme.test", "number": "GB 980 7806 84"})).case
        wrong = (await house.desk.start("vat-check", {"email": "bob@acme.test", "number": "980780685"})).case
        assert (await house.ended(right)).outputs == {"number": "GB980780684"}
        await house.ended(wrong)
        assert [(m.mail.to, "do not fit" in m.text) for m in house.mails()] == [("bob@acme.test", True)]
        assert [(e.kind, e.state) for e in await house.effects(right)] == [("python", "done")]
