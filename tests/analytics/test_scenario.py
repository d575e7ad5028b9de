"""The runner of scenarios: it reads what may be written, refuses what may not, and tells what did not come out."""

from pathlib import Path
from typing import Final

import pytest

from evenhand.analytics.scenario import Scenario, check, play, read_scenario, run_scenario
from evenhand.errors import BadFile, BadInput, BadPolicy, BadTeam
from evenhand.stores.filespool import FileSpool

TWO: Final = 'title = "Two"\nreps = ["ann", "bob"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, text: str) -> Scenario:
    path = folder / "story.toml"
    path.write_text(text, encoding="utf-8")
    return read_scenario(path)


def failures(folder: Path, text: str) -> list[str]:
    return [f"{each.lead}: {each.what}" for each in run_scenario(read(folder, text), FileSpool.opened)]


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read(folder, text)
    return [str(fault) for fault in caught.value.faults]


def lead(expect: str, more: str = "") -> str:
    return f'{TWO}[[lead]]\nid = "L1"\nreceived = "2026-11-02T09:00Z"\n{more}\nexpect = {{ {expect} }}\n'


def test_a_scenario_that_comes_out_has_no_failures(folder: Path) -> None:
    assert failures(folder, lead('outcome = "assigned", pool = "sales", how = "weighted", tier = 1')) == []


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ('outcome = "held"', "outcome is assigned, not held: "),
        ('rep = "cy"', "not cy: "),
        ('rep = ["cy", "dee"]', "not cy or dee: "),
        ('rep = ""', "not nothing: "),
        ("tier = 2", "tier is 1, not 2: "),
        ('due = "2026-11-02T09:10Z"', "due is nothing, not 2026-11-02T09:10Z: "),
        ('at = "2026-11-02T09:01Z"', "at is 2026-11-02T09:00:00Z, not 2026-11-02T09:01Z: "),
        ('because = "the moon"', "the reason does not say 'the moon': "),
        ('because = ["on duty", "the moon"]', "the reason does not say 'the moon': "),
        ('excluded = { ann = "off_hours" }', "ann is not excluded, not off_hours: "),
        ('eligible = ["ann"]', "who could have had it is ['ann', 'bob'], not ['ann']: "),
        ('offered = ["ann"]', "offered is [], not ['ann']: "),
        ("credits = { ann = 0.75 }", "the credit of ann is 0.50, not 0.75"),
        ("credits = { cy = 1 }", "the credit of cy is not told, not 1"),
        ('unknown = ["Rule"]', "rules that lacked a fact are [], not ['Rule']: "),
        ("decisions = 2", "took 1 decisions, not 2"),
        ('first = { outcome = "waiting" }', "at first, outcome is assigned, not waiting: "),
        ('history = [{ outcome = "waiting" }]', "earlier decisions are [], and 1 are expected"),
        ('holders = ["cy"]', ", not ['cy']"),
        ('warned = ["country"]', "fields that could not be read are [], not ['country']"),
        ('refused = "id"', "is not refused, not for id"),
    ],
)
def test_what_does_not_come_out_is_told_with_both_values(folder: Path, expect: str, said: str) -> None:
    (told,) = failures(folder, lead(expect))
    assert told.startswith("L1: ")
    assert said in told


def test_every_failure_is_told_not_only_the_first(folder: Path) -> None:
    assert len(failures(folder, lead('outcome = "held", tier = 2, rep = "cy", decisions = 3'))) == 4


def test_the_value_that_could_not_be_read_is_a_failure_unless_it_is_expected(folder: Path) -> None:
    atlantis = 'country = "Atlantis"'
    (told,) = failures(folder, lead("", atlantis))
    assert "fields that could not be read are ['country']" in told
    assert failures(folder, lead('warned = ["country"]', atlantis)) == []


def test_a_field_that_nobody_knows_is_a_failure(folder: Path) -> None:
    assert failures(folder, lead("", 'contry = "DE"')) == [": 'contry' is no field of a lead"]


def test_a_lead_that_is_refused_is_a_failure_unless_it_is_expected(folder: Path) -> None:
    twice = TWO + '[[lead]]\nid = "L1"\n[[lead]]\nid = "L1"\n'
    (told,) = failures(folder, twice)
    assert told.startswith("L1: is refused for id: ")
    assert failures(folder, twice + 'expect = { refused = "id" }\n') == []


def test_a_waiting_lead_can_be_followed_step_by_step(folder: Path) -> None:
    people = '[[person]]\nid = "ann"\nhours = "09:00-17:00"\n[[pool]]\nname = "sales"\nmembers = ["ann"]'
    team = f"team = '''{people}'''\n"
    story = '[[lead]]\nreceived = "2026-11-02T07:00Z"\nexpect = { rep = "ann", history = [{ outcome = "held" }] }\n'
    (told,) = failures(folder, team + 'until = "2026-11-03T00:00Z"\n' + story)
    assert told.startswith("lead-1: in decision 1, outcome is waiting, not held: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel = 1\n" + TWO, "'titel' is not known. Did you mean 'title'?"),
        ('title = "Nobody"\n', "there is nobody."),
        ("reps = 3\n", "reps = 3 names nobody."),
        (lead('outcom = "held"'), "lead L1: nobody can expect 'outcom'. Did you mean 'outcome'?"),
        (lead("rep = 3"), "expect.rep = 3 is not a text or a list of texts."),
        (lead('due = "soon"'), "expect.due = 'soon' is not a moment such as 2026-11-02T09:15Z."),
        (lead('excluded = { ann = "asleep" }'), "is not a table of people and codes, each one of inactive, away, "),
        (lead("first = { whom = 1 }"), "lead L1, first: nobody can expect 'whom'."),
        (lead("", "repeat = 0"), "lead L1: repeat = 0 is no number of leads."),
        (lead("", 'repeat = 2\nevery = "often"'), "lead L1: 'often' is not a length of time."),
        (lead("", 'responded_after = "soon"'), "lead L1: 'soon' is not a length of time."),
        (TWO + 'until = "then"\n', "until: 'then' is not a moment."),
        (TWO + "lead = 3\n", "lead = 3 is no table. Write [[lead]]."),
        (TWO + "[[lead]]\nexpect = 3\n", "expect = 3 is no table."),
        (TWO + "[totals]\nann = { abuot = 3 }\n", "`abuot`"),
        (TWO + "[[expect]]\ntotal = 3\n", "Known are: leads, totals, outcomes, order,"),
        (TWO + '[[account]]\nid = "A"\nownr = "ann"\n', "account A: an account has no 'ownr'. Did you mean 'owner'?"),
        (TWO + '[[account]]\nid = "A"\nemployees = "lots"\n', "account A: account.employees 'lots': "),
        (TWO + 'policy_file = "none.toml"\n', "policy_file = 'none.toml' cannot be read"),
        ("title = ", "cannot be read as TOML"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place_and_a_way_out(folder: Path, text: str, said: str) -> None:
    assert any(said in fault for fault in faults(folder, text))


def test_all_faults_are_told_at_once(folder: Path) -> None:
    assert len(faults(folder, lead('outcom = 1, rep = 3, due = "soon"') + "[[expect]]\nbad = 1\n")) == 4


def test_faults_of_the_policy_and_of_the_team_name_the_scenario(folder: Path) -> None:
    with pytest.raises(BadPolicy, match=r"story.toml \(policy\)"):
        read(folder, TWO + "policy = 'name = 1'\n")
    with pytest.raises(BadTeam, match=r"story.toml \(team\)"):
        read(folder, "team = '''\n[[person]]\nidd = 1\n'''\n")


def test_policy_and_team_may_lie_beside_the_scenario(folder: Path) -> None:
    (folder / "team.toml").write_text('[[person]]\nid = "ann"\n', encoding="utf-8")
    (folder / "policy.toml").write_text(
        'name = "P"\n[[rule]]\nname = "R"\nwhen = "always"\nwho = ["rep ann"]\n', encoding="utf-8"
    )
    text = 'policy_file = "policy.toml"\nteam_file = "team.toml"\n[[lead]]\nexpect = { rep = "ann" }\n'
    assert failures(folder, text) == []


def test_a_file_that_is_not_there_is_a_fault_not_a_crash(folder: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        read_scenario(folder / "none.toml")


def test_repeat_numbers_the_leads_and_every_spaces_them(folder: Path) -> None:
    given = read(folder, lead('warned = ["x"]', 'repeat = 3\nevery = "1h"\nemail = "p{n}@acme.com"')).leads
    assert [each.id for each in given] == ["L1-1", "L1-2", "L1-3"]
    assert [each.cells["received"] for each in given] == [f"2026-11-02T{hour}:00:00Z" for hour in ("09", "10", "11")]
    assert [each.cells["email"] for each in given] == ["p1@acme.com", "p2@acme.com", "p3@acme.com"]
    assert all(each.expect == {"warned": ["x"]} for each in given)


def test_after_counts_from_the_arrival_of_each_lead(folder: Path) -> None:
    text = lead("", 'repeat = 2\nevery = "1h"\nresponded_after = "5m"\nclosed_after = "1d"')
    first, second = read(folder, text).leads
    assert first.cells["responded_at"] == "2026-11-02T09:05:00Z"
    assert second.cells["closed_at"] == "2026-11-03T10:00:00Z"


TEN: Final = TWO + '[[lead]]\nid = "L"\nrepeat = 10\nevery = "1h"\n'


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ("[totals]\nann = 6", ": ann has 5 leads, not 6"),
        ("[totals]\nann = { about = 7 }", ": ann has 5 leads, not 6 to 8"),
        ("[totals]\nann = { about = 8, within = 2 }", ": ann has 5 leads, not 6 to 10"),
        ("[totals]\nann = { at_most = 4 }", ": ann has 5 leads, not 0 to 4"),
        ('[[expect]]\nleads = "L-1*"\ntotals = { ann = 3 }', ": of L-1*: ann has 1 leads, not 3"),
        ('[[expect]]\nleads = "M*"', ": no lead is called M*"),
        ("[[expect]]\noutcomes = { held = 1 }", ": 0 are held, not 1"),
        ('[[expect]]\norder = ["cy"]', ", not to cy"),
        ("[[expect]]\nmax_in_a_row = 0", " got 1 in a row, more than 0"),
        ('[[expect]]\npeople = ["ann", "cy"]\nmax_spread = 4', ": the leads are spread more than 4 apart: "),
        ("[[expect]]\nshares = { ann = 9, bob = 1 }", "has"),
    ],
)
def test_many_leads_together_are_told_with_their_numbers(folder: Path, group: str, said: str) -> None:
    assert said in "\n".join(failures(folder, TEN + group))


@pytest.mark.parametrize(
    "group",
    [
        "[totals]\nann = 5\nbob = { at_least = 5 }",
        "[[expect]]\nshares = { ann = 1, bob = 1 }\nmax_in_a_row = 1\nmax_spread = 0\noutcomes = { assigned = 10 }",
        '[[expect]]\nleads = "L-1*"\ntotals = { ann = { about = 1, within = 0 } }',
    ],
)
def test_many_leads_together_come_out(folder: Path, group: str) -> None:
    assert failures(folder, TEN + group) == []


def test_a_scenario_can_be_played_once_and_checked_after(folder: Path) -> None:
    scenario = read(folder, TEN)
    played = play(scenario, FileSpool.opened)
    assert played.adds_up
    assert len(played.stories) == 10
    assert check(scenario, played) == ()
