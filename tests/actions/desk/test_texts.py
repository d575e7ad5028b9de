"""Policies and rosters: published, drafted, checked, rolled back; and what that means for the pools' books."""

import pytest

from evenhand.actions.actor import Actor
from evenhand.actions.desk import call
from evenhand.actions.texts import (
    Draft,
    Published,
    check_draft,
    draft,
    drop_draft,
    history,
    publish,
    publish_draft,
    rollback,
)
from evenhand.errors import BadPolicy, BadTeam, BadUsage, Conflict, NotAllowed, NotFound
from evenhand.ports.rows import TextKind
from evenhand.reading.toml import digest
from tests.desk import MANAGER, POLICY, TEAM, Trial, rep

WITHOUT_BOB = TEAM.replace('members = ["ann", "bob", "cy"]', 'members = ["ann", "cy"]')
WITH_EVE = TEAM.replace('members = ["ann", "bob", "cy"]', 'members = ["ann", "bob", "cy", "eve"]')
RENAMED = POLICY.replace('name = "Inbound"', 'name = "Outbound"')


def versions(trial: Trial, kind: TextKind = "roster") -> list[str]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return [f"{row.no} {row.digest[7:11]} {row.note}".strip() for row in tx.texts.versions(kind)]


def named(text: str) -> str:
    return digest(text)[7:11]


def checked(trial: Trial, kind: TextKind, name: str) -> list[str]:
    with trial.database.reading(trial.desk.workspace) as tx:
        found = check_draft(tx, kind, name)
    return [str(fault) for fault in found.faults] + [finding.code for finding in found.findings]


def entries(trial: Trial) -> list[str]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return [f"{row.kind} {row.pool}" for row in tx.world.entries()]


def kept_drafts(trial: Trial) -> list[str]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return [row.name for row in tx.texts.drafts("policy")]


# --- in force


def test_a_new_text_counts_at_once_within_the_same_transaction(trial: Trial) -> None:
    first = call(publish, {"roster": WITHOUT_BOB}, actor=MANAGER)
    second = call(publish, {"roster": WITH_EVE}, actor=MANAGER)
    told = [answer.get() for answer in trial.run([first, second])]
    assert told[0].left == {"sales": ("bob",)}
    assert told[1].joined == {"sales": ("bob", "eve")}
    assert versions(trial) == [f"1 {named(TEAM)}", f"2 {named(WITHOUT_BOB)}", f"3 {named(WITH_EVE)}"]
    assert {trial.row(lead).rep for lead in trial.come(4)} == {"ann", "bob", "cy", "eve"}


def test_what_is_in_force_already_makes_no_new_version(trial: Trial) -> None:
    assert trial.do(publish, {"policy": POLICY, "roster": TEAM}) == Published()
    assert trial.do(publish, {"policy": RENAMED, "roster": TEAM}).versions == {"policy": 2}


def test_whoever_began_from_another_text_has_not_seen_this_one(trial: Trial) -> None:
    trial.do(publish, {"policy": RENAMED}, base=digest(POLICY))
    with pytest.raises(Conflict, match="somebody has published since you began"):
        trial.do(publish, {"policy": POLICY}, base=digest(POLICY))
    with pytest.raises(Conflict, match="somebody has published"):
        trial.do(publish, {"policy": POLICY}, base=digest(TEAM))


def test_a_text_with_faults_changes_nothing(trial: Trial) -> None:
    with pytest.raises(BadPolicy, match="pool"):
        trial.do(publish, {"roster": TEAM.replace('name = "sales"', 'name = "seals"')})
    assert versions(trial) == [f"1 {named(TEAM)}"]


def test_a_waiting_lead_is_looked_at_again_under_the_new_texts(trial: Trial) -> None:
    trial.publish(roster=TEAM.replace('members = ["ann"', 'paused = true\nmembers = ["ann"'))
    lead = trial.comes()
    assert trial.state(lead) == "waiting"
    trial.publish(roster=TEAM)
    trial.later(0)
    assert trial.state(lead).startswith("assigned")


def test_nobody_who_holds_leads_can_vanish_from_the_roster(trial: Trial) -> None:
    holder = trial.row(trial.comes()).rep or ""
    smaller = TEAM.replace(f'[[person]]\nid = "{holder}"\n', "").replace(f'"{holder}"', '"eve"')
    with pytest.raises(Conflict, match=rf"{holder} holds 1\. Let them go first"):
        trial.publish(roster=smaller)
    assert versions(trial) == [f"1 {named(TEAM)}"]


def test_a_rep_publishes_nothing(trial: Trial) -> None:
    with pytest.raises(NotAllowed, match="only a manager"):
        trial.do(publish, {"roster": WITHOUT_BOB}, actor=rep("ann"))


# --- what it means for the books


def test_whoever_leaves_a_pool_gives_what_they_are_owed_to_those_who_stay(each_trial: Trial) -> None:
    each_trial.come(2)
    before = each_trial.credits()
    late = min(before, key=lambda who: before[who])
    others = [who for who in before if who != late]
    text = TEAM.replace('members = ["ann", "bob", "cy"]', f"members = {others}".replace("'", '"'))
    assert each_trial.do(publish, {"roster": text}).left == {"sales": (late,)}
    after = each_trial.credits()
    assert after.keys() == set(others)
    assert sum(after.values()) == pytest.approx(0)
    assert [after[who] - before[who] for who in others] == pytest.approx([before[late] / 2] * 2)
    assert entries(each_trial) == ["leave sales"]


def test_whoever_joins_begins_at_zero_and_so_does_whoever_comes_back(trial: Trial) -> None:
    trial.come(2)
    trial.publish(roster=WITHOUT_BOB)
    assert trial.do(publish, {"roster": WITH_EVE}).joined == {"sales": ("bob", "eve")}
    assert (trial.credits()["bob"], trial.credits()["eve"]) == (0, 0)
    assert entries(trial) == ["leave sales", "join sales", "join sales"]


def test_a_weight_of_zero_keeps_what_is_owed(trial: Trial) -> None:
    trial.come(2)
    before = trial.credits()
    text = TEAM.replace('members = ["ann", "bob", "cy"]', "members = { ann = 1, bob = 0, cy = 1 }")
    assert trial.do(publish, {"roster": text}).left == {}
    assert trial.credits() == before


def test_whoever_is_no_longer_active_is_no_member_whatever_the_pool_says(trial: Trial) -> None:
    trial.come(1)
    text = TEAM.replace('id = "bob"', 'id = "bob"\nactive = false')
    assert trial.do(publish, {"roster": text}).left == {"sales": ("bob",)}
    assert "bob" not in trial.credits()


def test_a_pool_that_comes_back_owes_what_it_owed(trial: Trial) -> None:
    trial.come(2)
    before = trial.credits()
    two = f'{TEAM}[[pool]]\nname = "spare"\nmembers = ["ann"]\n'
    trial.publish(policy=POLICY.replace("pool sales", "pool spare"), roster=two)
    only_spare = two.replace('name = "sales"', 'name = "old"')
    trial.publish(roster=only_spare)
    trial.publish(policy=POLICY, roster=TEAM)
    assert trial.credits() == before


# --- drafts


def test_a_draft_counts_for_nothing_until_it_is_published(trial: Trial) -> None:
    trial.do(draft, Draft(kind="policy", name="autumn", text=RENAMED))
    assert trial.desk.setup().policy.name == "Inbound"
    assert trial.do(publish_draft, "policy", "autumn", note="new season").versions == {"policy": 2}
    assert trial.desk.setup().policy.name == "Outbound"
    assert versions(trial, "policy")[-1] == f"2 {named(RENAMED)} new season"
    assert kept_drafts(trial) == []


def test_a_draft_is_kept_in_place_of_the_one_before(each_trial: Trial) -> None:
    each_trial.do(draft, Draft(kind="policy", name="autumn", text="x"))
    each_trial.do(draft, Draft(kind="policy", name="autumn", text=RENAMED))
    assert kept_drafts(each_trial) == ["autumn"]
    each_trial.do(drop_draft, "policy", "autumn")
    assert kept_drafts(each_trial) == []
    with pytest.raises(NotFound, match="there is no draft 'autumn'"):
        each_trial.do(publish_draft, "policy", "autumn")


def test_drafted_and_published_in_one_moment_leaves_no_draft(trial: Trial) -> None:
    wanted = Draft(kind="policy", name="autumn", text=RENAMED)
    told = trial.run([call(draft, wanted, actor=MANAGER), call(publish_draft, "policy", "autumn", actor=MANAGER)])
    assert [answer.error for answer in told] == [None, None]
    assert kept_drafts(trial) == []


def test_a_check_tells_every_fault_of_a_draft(trial: Trial) -> None:
    faulty = POLICY.replace('["pool sales"]', '["pool seals"]')
    trial.do(draft, Draft(kind="policy", name="faulty", text=faulty))
    told = checked(trial, "policy", "faulty")
    assert len(told) == 4
    assert all("seals" in fault for fault in told)


def test_a_check_of_a_sound_draft_tells_what_policy_check_finds(trial: Trial) -> None:
    shadowed = POLICY + '[[rule]]\nname = "Never"\nwhen = "always"\nwho = ["pool sales"]\n'
    trial.do(draft, Draft(kind="policy", name="sound", text=shadowed))
    assert "shadowed" in checked(trial, "policy", "sound")
    trial.do(draft, Draft(kind="roster", name="sound", text=TEAM.replace('["ann", "bob", "cy"]', "[]")))
    assert "pool_empty" in checked(trial, "roster", "sound")
    assert versions(trial, "policy") == [f"1 {named(POLICY)}"]


def test_a_draft_of_another_time_is_not_published(trial: Trial) -> None:
    trial.do(draft, Draft(kind="policy", name="old", text=RENAMED))
    trial.publish(policy=POLICY.replace('name = "Inbound"', 'name = "Other"'))
    with pytest.raises(Conflict, match="somebody has published"):
        trial.do(publish_draft, "policy", "old")
    assert kept_drafts(trial) == ["old"]


def test_there_is_no_draft_of_a_name_that_was_not_given(trial: Trial) -> None:
    trial.do(draft, Draft(kind="policy", name="autumn", text=RENAMED))
    with pytest.raises(NotFound, match="Did you mean 'autumn'"):
        checked(trial, "policy", "autum")
    with pytest.raises(BadUsage, match="short name"):
        trial.do(draft, Draft(kind="policy", name="", text=RENAMED))
    with pytest.raises(BadUsage, match="longer than"):
        trial.do(draft, Draft(kind="policy", name="long", text="#" * 8_000_001))


# --- back


def test_an_earlier_text_comes_back_as_a_new_version(trial: Trial) -> None:
    trial.publish(policy=RENAMED)
    assert trial.do(rollback, "policy", 1).versions == {"policy": 3}
    assert versions(trial, "policy")[-1] == f"3 {named(POLICY)} version 1 again"
    assert trial.desk.setup().policy.name == "Inbound"


def test_an_earlier_text_that_no_longer_fits_is_told_and_changes_nothing(trial: Trial) -> None:
    trial.publish(policy=POLICY.replace("pool sales", "pool new"), roster=TEAM.replace('"sales"', '"new"'))
    with pytest.raises(BadPolicy, match="there is no pool 'sales'"):
        trial.do(rollback, "policy", 1)
    with pytest.raises(BadPolicy, match="there is no pool 'new'"):
        trial.do(rollback, "roster", 1)
    assert len(versions(trial, "policy")) == 2


def test_there_is_no_version_that_never_was(trial: Trial) -> None:
    with pytest.raises(NotFound, match=r"no version 9 of the policy\. The latest is 1"):
        trial.do(rollback, "policy", 9)


def test_the_history_knows_what_this_transaction_has_published(trial: Trial) -> None:
    def seen(work: object, *, actor: Actor) -> list[int]:
        return [row.no for row in history(work, "roster")]  # type: ignore[arg-type]

    told = trial.run([call(publish, {"roster": WITH_EVE}, actor=MANAGER), lambda work: seen(work, actor=MANAGER)])
    assert told[1].get() == [1, 2]


def test_a_roster_that_names_a_file_is_refused(trial: Trial) -> None:
    with pytest.raises(BadTeam, match="was not read with this roster"):
        trial.publish(roster=f'people = "people.csv"\n{TEAM}')
