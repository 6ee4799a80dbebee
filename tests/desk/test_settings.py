"""baton.yaml, the environment, and the workspace around them."""

from pathlib import Path

import pytest

from engine.settings import Settings, SettingsError
from engine.workspace import WorkspaceError, create, find, secret_key


def test_a_workspace_is_found_from_below(tmp_path: Path) -> None:
    create(tmp_path / "shop")
    assert find(tmp_path / "shop" / "definitions" / "forms") == tmp_path / "shop"


def test_outside_of_a_workspace_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="baton init"):
        find(tmp_path)


def test_a_workspace_is_never_overwritten(tmp_path: Path) -> None:
    create(tmp_path / "shop")
    (tmp_path / "shop" / "baton.yaml").write_text("name: Mine\n")
    with pytest.raises(WorkspaceError, match="already is a workspace"):
        create(tmp_path / "shop")
    assert (tmp_path / "shop" / "baton.yaml").read_text() == "name: Mine\n"


def test_the_shipped_settings_work_as_they_stand(tmp_path: Path) -> None:
    create(tmp_path / "shop")
    settings = Settings.load(tmp_path / "shop", {})
    assert settings.database_url == f"sqlite:///{tmp_path}/shop/.baton/baton.db"
    assert (settings.mail.smtp, settings.temporal.address) == (None, None)


def test_the_environment_replaces_the_file(workspace: Path) -> None:
    environment = {"BATON_WEB_PORT": "9000", "BATON_MAIL_SMTP_HOST": "mail.example.com"}
    settings = Settings.load(workspace, environment)
    assert settings.base_url == "http://127.0.0.1:9000"
    assert settings.mail.smtp is not None
    assert (settings.mail.smtp.host, settings.mail.smtp.port) == ("mail.example.com", 587)


def test_every_mistake_is_named_with_its_place(workspace: Path) -> None:
    (workspace / "baton.yaml").write_text("nam: x\nweb:\n  port: 99999\nbase_url: foo\nmail: [a]\n")
    with pytest.raises(SettingsError) as wrong:
        Settings.load(workspace, {"BATON_TIME_ZONE": "Mars"})
    places = [problem.split(" ")[0] for problem in wrong.value.problems]
    assert places == ["baton.yaml:1:1:", "baton.yaml:3:9:", "baton.yaml:4:11:", "baton.yaml:5:1:", "BATON_TIME_ZONE"]
    assert "did you mean `name`" in wrong.value.problems[0]


def test_secrets_are_read_by_name_and_never_shown(workspace: Path) -> None:
    settings = Settings.load(workspace, {"CRM_TOKEN": "s3cret"})
    assert settings.secret("CRM_TOKEN") == "s3cret"
    assert settings.secret("OTHER") is None
    assert "s3cret" not in repr(settings)


def test_the_key_is_made_once_and_closed_to_others(workspace: Path) -> None:
    first = secret_key(workspace)
    assert secret_key(workspace) == first
    assert len(first) == 32
    assert (workspace / ".baton" / "key").stat().st_mode & 0o077 == 0


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "baton.yaml").write_text("name: Shop\ntime_zone: Europe/London\n")
    return tmp_path


def test_networks_are_allowed_by_name(workspace: Path) -> None:
    (workspace / "baton.yaml").write_text("network:\n  allow: 127.0.0.0/8, 10.1.2.3\n")
    assert [str(n) for n in Settings.load(workspace, {}).network_allow] == ["127.0.0.0/8", "10.1.2.3/32"]
    assert [str(n) for n in Settings.load(workspace, {"BATON_NETWORK_ALLOW": "::1"}).network_allow] == ["::1/128"]
    with pytest.raises(SettingsError, match=r"BATON_NETWORK_ALLOW must be networks such as 10\.1\.0\.0/16"):
        Settings.load(workspace, {"BATON_NETWORK_ALLOW": "10.1.0.1/16"})
