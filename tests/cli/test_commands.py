"""Commands over a database, without a worker: what was asked is stored, what is stored is shown."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.gateways.caught import Delivery, keep
from engine.runtime.view import CaseView, Entry, IncidentView, TaskView, WaitView
from engine.store.store import Store
from tests.cli.conftest import ACME, Baton, project
from tests.store.samples import arrivals

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def seen(case: str, **more: object) -> CaseView:
    """A case that waits for its questionnaire."""
    title, reminder = "Welcome questionnaire", AT + timedelta(days=2)
    wait = WaitView("welcome", "welcome", "form", title, "waiting", "ann@acme.test", AT, next_at=reminder)
    parts = {"stage": "welcome", "waits": (wait,), "entries": (Entry(1, AT, "", "started", "Started"),), **more}
    return CaseView(case, 1, "open", "ok", AT, **parts)  # type: ignore[arg-type]


def test_init_makes_a_workspace_that_checks_clean(
    baton: Baton, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert baton("init", str(tmp_path / "shop")).code == 0
    monkeypatch.chdir(tmp_path / "shop")
    said = baton("check")
    assert (said.code, said.err) == (0, "")
    assert "no mistakes" in said.out


def test_init_overwrites_nothing(baton: Baton, workspace: Path) -> None:
    said = baton("init", str(workspace))
    assert said.code == 1
    assert "already is a workspace" in said.err


def test_check_shows_every_mistake_with_its_place(baton: Baton, workspace: Path) -> None:
    file = workspace / "definitions" / "processes" / "client-onboarding.yaml"
    file.write_text(file.read_text().replace("${ steps.terms.tier }", "${ steps.trems.tier }"))
    said = baton("check", str(file))
    assert said.code == 1
    assert "did you mean `terms`" in said.out
    assert said.out.count("error[E03") == file.read_text().count("trems")
    assert baton("check", str(file), "--json").json[0]["code"].startswith("E03")


def test_check_of_a_missing_file_says_so(baton: Baton, workspace: Path) -> None:
    said = baton("check", "nowhere.yaml")
    assert said.code == 1
    assert said.err.startswith("baton: there is no file or process nowhere.yaml; the processes are `client-onboarding`")


def test_a_process_with_mistakes_is_not_published(baton: Baton, workspace: Path) -> None:
    file = workspace / "definitions" / "processes" / "kyc-check.yaml"
    file.write_text(file.read_text() + "nonsense: true\n")
    said = baton("publish", "kyc-check")
    assert said.code == 1
    assert "nonsense" in said.err


def test_publishing_the_same_again_changes_nothing(baton: Baton, workspace: Path) -> None:
    assert "client-onboarding version 1 (unchanged)" in baton("publish", "client-onboarding").out
    assert {p["process"] for p in baton("processes", "--json").json} >= {"client-onboarding", "kyc-check"}


def test_start_names_missing_wrong_and_unknown_inputs_one_by_one(baton: Baton, workspace: Path) -> None:
    said = baton("start", "client-onboarding", "-i", "compny=Acme", "-i", "email=ann", "-i", "deal_value=much")
    lines = said.err.splitlines()
    assert said.code == 1
    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        "company", "contact", "email", "account_manager", "deal_value", "compny",
    ]  # fmt: skip


def test_start_takes_inputs_from_a_file(baton: Baton, workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "acme.json"
    file.write_text(json.dumps(dict(pair.split("=", 1) for pair in ACME[1::2])))
    assert baton("start", "client-onboarding", "--inputs", str(file)).code == 0
    file.write_text("[1]")
    assert "must hold inputs by name" in baton("start", "client-onboarding", "--inputs", str(file)).err


def test_start_says_when_the_client_is_being_onboarded_already(baton: Baton, case: str) -> None:
    said = baton("start", "client-onboarding", *ACME)
    assert said.code == 0
    assert f"running already: {case}" in said.out


def test_status_shows_where_each_case_is(baton: Baton, case: str, store: Store) -> None:
    project(store, seen(case))
    said = baton("status")
    header, line = said.out.splitlines()[:2]
    assert header.split("  ")[0] == "Case"
    for part in (case, "Acme", "welcome", "Welcome questionnaire", "ann@acme.test", "Wed 4 Mar 09:00"):
        assert part in line


def test_status_shows_what_needs_somebody_and_says_how_many_there_are(baton: Baton, store: Store, case: str) -> None:
    workspace = Path.cwd()
    project(store, replace(seen(case), health="incident"))
    rows = [f"Kim,kim{n}@acme.test" for n in range(201)]
    (workspace / "leads.csv").write_text("\n".join(["contact,email", *rows]))
    assert baton("start", "client-survey", "--csv", "leads.csv").code == 0
    lines = baton("status").out.rstrip().splitlines()
    assert lines[1].startswith(case)
    assert lines[-1] == "202 open cases, 201 are shown, 1 needs attention"


def test_status_is_json_too(baton: Baton, case: str, store: Store) -> None:
    project(store, seen(case))
    (line,) = baton("status", "--json").json
    assert line["waits"][0]["waiting_for"] == "ann@acme.test"


def test_status_of_a_case_tells_done_now_and_next(baton: Baton, case: str, store: Store) -> None:
    project(store, seen(case))
    said = baton("status", case)
    done, now, then = (said.out.index(f"\n{word}\n") for word in ("Done", "Now", "Next"))
    assert done < now < then
    assert "Then: Review" in said.out


def test_status_shows_the_cause_of_an_incident(baton: Baton, case: str, store: Store) -> None:
    incident = IncidentView("welcome", "welcome", "smtp", "the mailbox is full", AT)
    project(store, seen(case, incidents=(incident,)))
    assert "the mailbox is full" in baton("status", case).out


def test_status_of_an_unknown_case_is_the_users_problem(baton: Baton, workspace: Path) -> None:
    assert baton("status", "nobody").code == 1


def test_a_hostile_name_does_not_reach_the_terminal(baton: Baton, workspace: Path, store: Store) -> None:
    started = baton("start", "client-onboarding", *ACME, "-i", "company=\u202eAcme[bold]", "--json").json
    project(store, seen(started["case"]))
    assert "\u202e" not in baton("status").out + baton("status", started["case"]).out


def test_a_task_is_shown_and_done(baton: Baton, case: str, store: Store) -> None:
    task = TaskView("t1", "review", "review", "Check answers", "open", AT, groups=("sales",), outcomes=("accept",))
    project(store, seen(case, tasks=(task,)))
    assert "Check answers" in baton("tasks").out
    assert "--outcome accept" in baton("task", "show", "t1").out
    assert "Choose an outcome" in baton("task", "done", "t1").err
    assert baton("task", "done", "t1", "--outcome", "accept", "--comment", "Fine", "--by", "sam").code == 0
    assert store.read_now(arrivals) == {"routed": 2}


@pytest.mark.parametrize("verb", ["retry", "skip", "do-now"])
def test_operators_act_on_a_step(baton: Baton, case: str, store: Store, verb: str) -> None:
    incident = replace(seen(case).waits[0], status="incident")
    project(store, seen(case, waits=(incident,)))
    assert baton(verb, case, "welcome").code == 0
    said = baton(verb, case, "welcom")
    assert said.code == 1
    assert "did you mean `welcome`" in said.err


def test_a_retry_of_what_only_waits_is_refused(baton: Baton, case: str, store: Store) -> None:
    project(store, seen(case))
    assert "there is nothing to retry" in baton("retry", case, "welcome").err


def test_an_incident_comes_with_the_commands_to_go_on(baton: Baton, case: str, store: Store) -> None:
    project(store, seen(case, incidents=(IncidentView("welcome", "welcome", "smtp", "the mailbox is full", AT),)))
    for command in ("status", "show"):
        said = baton(command, case).out
        for verb in (f"baton retry {case} welcome", f"baton skip {case} welcome", f"baton stop {case}"):
            assert verb in said


def test_a_whole_case_is_paused_resumed_and_stopped(baton: Baton, case: str, store: Store) -> None:
    assert baton("pause", case, "--timeouts", "never").code == 1
    assert baton("pause", case, "--timeouts", "freeze", "--reason", "they move house").code == 0
    paused = replace(seen(case), health="paused", why="paused by sam: they move house")
    project(store, paused)
    assert "paused by sam: they move house; nothing goes out" in baton("status", case).out
    assert "need attention" not in baton("status").out
    assert baton("resume", case).code == 0
    assert baton("stop", case, "--reason", "they have gone").code == 0


def test_a_task_is_added_and_given_to_somebody_else(baton: Baton, case: str, store: Store) -> None:
    assert baton("add-task", case, "Call Ann", "--to", "sam", "--due", "2026-05-04 12:00", "--blocking").code == 0
    project(store, seen(case, tasks=(TaskView("t1", "review", "review", "Check answers", "open", AT),)))
    assert baton("reassign", "t1", "--to", "helen").code == 0
    assert "nobody in people.yaml is called `nobody`" in baton("reassign", "t1", "--to", "nobody").err


def test_show_tells_who_changed_what(baton: Baton, case: str, store: Store) -> None:
    before, after = {"assignee": "sam"}, {"assignee": "helen", "reminder": AT.isoformat()}
    line = Entry(1, AT, "review", "operator", "Check answers: reassign by sam", "sam", before, after)
    project(store, seen(case, entries=(line,)))
    said = baton("show", case).out
    assert "before: assignee: sam" in said
    assert "after: assignee: helen, reminder: Mon 2 Mar 09:00" in said
    (told,) = baton("show", case, "--json").json["timeline"]
    assert (told["by"], told["before"], told["after"]) == ("sam", before, after)


def test_data_that_may_not_change_is_refused(baton: Baton, case: str) -> None:
    said = baton("edit", case, "company=Other")
    assert said.code == 1
    assert "changeable: true" in said.err


def test_a_link_is_made_for_whoever_is_waited_for(baton: Baton, case: str, store: Store) -> None:
    project(store, seen(case))
    assert "/f/" in baton("link", case, "welcome").out
    assert "say whose page" in baton("link", case, "client_withdraws").err


def test_caught_mails_are_listed_and_shown(baton: Baton, workspace: Path) -> None:
    folder = workspace / ".baton" / "mail"
    content = b"From: us@x.test\r\nSubject: Welcome\r\n\r\nHello Ann\r\n"
    keep(folder, [Delivery("us@x.test", ("ann@acme.test",), content)], 1)
    assert "Welcome" in baton("mail").out
    assert "Hello Ann" in baton("mail", "show", "1").out
    assert baton("mail", "list", "--to", "bob", "--json").json == []
    assert baton("mail", "show", "9").code == 1


def test_explain_shows_wrong_and_right(baton: Baton) -> None:
    said = baton("explain", "e031")
    assert "Wrong:" in said.out
    assert "Right:" in said.out
    assert baton("explain", "E999").code == 1


def test_version_is_said(baton: Baton) -> None:
    assert "Baton" in baton("version").out


def test_a_report_says_how_the_cases_of_a_process_have_fared(baton: Baton, workspace: Path) -> None:
    assert "no case yet" in baton("report", "client-onboarding").out
    assert baton("start", "client-onboarding", *ACME).code == 0
    said = baton("report", "client-onboarding")
    assert (said.code, said.out.splitlines()) == (0, ["Client onboarding: 1 started, 1 open"])
    assert baton("report", "client-onboarding", "--json").json["started"] == 1
    assert "2026-03-01" in baton("report", "client-onboarding", "--since", "March").err
