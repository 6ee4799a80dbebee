"""`baton check`: a whole workspace, a file, or a process by its name."""

from pathlib import Path

import pytest

from tests.cli.conftest import Baton


@pytest.fixture
def shop(baton: Baton, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert baton("init", str(tmp_path / "shop")).code == 0
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"


def test_a_process_is_checked_by_its_name_or_by_its_file(baton: Baton, shop: Path) -> None:
    for said in (baton("check", "kyc-check"), baton("check", "definitions/processes/kyc-check.yaml")):
        assert (said.code, said.out.strip()) == (0, "1 file checked: no mistakes found")


def test_a_process_that_is_not_there_is_named_with_the_one_that_was_meant(baton: Baton, shop: Path) -> None:
    said = baton("check", "kyc-chek")
    assert (said.code, "did you mean `kyc-check`?" in said.err) == (1, True)


def test_findings_name_files_as_they_are_seen_from_here(
    baton: Baton, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shop / "definitions" / "forms" / "withdraw.yaml"
    file.write_text(file.read_text().replace("fields:", "feilds:"))
    assert "--> definitions/forms/withdraw.yaml:" in baton("check").out
    monkeypatch.chdir(file.parent)
    assert "--> withdraw.yaml:" in baton("check", "withdraw.yaml").out


def test_a_mistake_in_the_settings_is_found_too(baton: Baton, shop: Path) -> None:
    file = shop / "baton.yaml"
    file.write_text(file.read_text() + "\ncurency: GBP\n")
    for said in (baton("check"), baton("check", "baton.yaml")):
        assert said.code == 1
        assert "error[E020]: there is no setting `curency`" in said.out
        assert "did you mean `currency`?" in said.out


def test_a_file_that_nothing_uses_is_a_warning(baton: Baton, shop: Path) -> None:
    (shop / "definitions" / "emails" / "old.md").write_text("---\nsubject: Old\n---\nOld.\n")
    said = baton("check")
    assert (said.code, "warning[W070]: no process uses the email template `old`" in said.out) == (0, True)
