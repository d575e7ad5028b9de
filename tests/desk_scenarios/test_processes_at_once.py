"""What other routers get wrong when two of their processes act at the same moment: here real processes do."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Final, Literal

import pytest

from evenhand.actions.care import look
from evenhand.analytics.proof import prove
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import HOUR, MINUTE
from evenhand.core.record import unpack
from tests.desk import NOW, Trial, migrated, opened
from tests.desk_scenarios.together import Claim, Give, Ring, Send, Together

POLICY: Final = """
name = "Inbound"
[[rule]]
name = "All"
when = 'always'
who = ["pool sales"]
how = "weighted"
respond_within = "10m"
reassign = { times = 2, then = "manager" }
"""
NO_HURRY: Final = POLICY.replace("respond_within", "# respond_within").replace("reassign", "# reassign")
ANN_FIRST: Final = """
name = "Ann first"
[[rule]]
name = "Ann"
when = 'always'
who = [["rep ann"], ["rep bob"]]
"""
LIST: Final = """
name = "List"
[[rule]]
name = "All"
when = 'always'
who = ["pool sales"]
how = "cherry_pick"
charge = true
"""
PAUSE_AT_NIGHT: Final = 'hours = "09:00-17:00"'
LATE: Final = NOW + 8 * HOUR - 5 * MINUTE  # 16:55
MORNING: Final = NOW + 24 * HOUR  # 09:00 on the next day


def team(names: Sequence[str], *, said: str = "", members: str = "", pool: str = "") -> str:
    """These people and Eve, who manages them; `said` of each, `pool` of the pool."""
    people = "".join(f'[[person]]\nid = "{name}"\n{said}\n' for name in names)
    equals = ", ".join(f"{name} = 1" for name in names)
    line = f'[[pool]]\nname = "sales"\nmanager = "eve"\nmembers = {{ {members or equals} }}\n{pool}\n'
    return f'{people}[[person]]\nid = "eve"\n{line}'


@contextmanager
def desk_of(url: str, roster: str, *, policy: str = POLICY) -> Iterator[Trial]:
    """A desk with these people. At the end everything can be proved, and nothing is wrong but that nobody sends."""
    with opened(url, policy=policy, roster=roster) as trial:
        yield trial
        assert prove(trial.desk).found == ()
        assert {found.promise for found in look(trial.desk).broken} <= {"messages_go"}


def holders(trial: Trial) -> list[str | None]:
    """Who holds each lead, in the order in which they came."""
    with trial.database.reading(trial.desk.workspace) as tx:
        return [row.rep for lead in range(1, tx.router().leads + 1) if (row := tx.leads.get(lead))]


def decided(trial: Trial, lead: int) -> list[tuple[str, str | None, int]]:
    """What was decided about a lead, one after the other: why, for whom, when."""
    with trial.database.reading(trial.desk.workspace) as tx:
        made = [unpack(row.record).decision for row in tx.story.decisions_of(lead)]
    return [(each.trigger, each.rep, each.at) for each in made]


def test_six_hundred_leads_that_are_each_sent_twice_are_six_hundred_leads_a_hundred_for_each(
    database_url: str, together: Together
) -> None:
    """A webhook that is sent again while the first is being answered: elsewhere half the team got nothing."""
    blocks = [[f"lead {block}.{number}" for number in range(50)] for block in range(12)]
    keys = list(chain(*blocks))
    crossed = list(chain(*[blocks[block if block < 4 else block ^ 1] for block in range(12)]))
    with desk_of(database_url, team(["a", "b", "c", "d", "e", "f"])) as trial:
        first, second = together(database_url, [Send(keys=keys, pace=50), Send(keys=crossed, pace=50)], now=NOW)
        assert Counter(holders(trial)) == dict.fromkeys("abcdef", 100)
        assert Counter(how for *_, how in (*first, *second)) == {"new": 600, "replayed": 600}
        mine, theirs = dict(zip(keys, first, strict=True)), dict(zip(crossed, second, strict=True))
        assert all(mine[key][:2] == theirs[key][:2] for key in keys)


def test_twenty_leads_from_twenty_processes_at_once_are_four_for_each_of_five(
    database_url: str, together: Together
) -> None:
    """Where everybody first reads whose turn it is and writes afterwards, one person gets all twenty."""
    with desk_of(database_url, team("abcde")) as trial:
        told = together(database_url, [Send(keys=[f"lead {number}"]) for number in range(20)], now=NOW)
        assert Counter(holders(trial)) == dict.fromkeys("abcde", 4)
        assert sorted(told) == [[[number, number, "new"]] for number in range(1, 21)]


@pytest.mark.parametrize("dies", ["deciding", "answering"])
def test_nor_does_it_matter_that_one_of_them_is_killed_in_the_middle(
    dies: Literal["deciding", "answering"], database_url: str, together: Together
) -> None:
    """Killed with the lock in its hands, or before it could answer: whoever sent the lead sends it again."""
    killed = Send(keys=["lead 7"], dies=dies)
    others = [Send(keys=[f"lead {number}"]) for number in range(20) if number != 7]
    with desk_of(database_url, team("abcde")) as trial:
        silent, *told = together(database_url, [killed, *others], now=NOW)
        assert (silent, len(told), len(holders(trial))) == ([], 19, 20 if dies == "answering" else 19)
        ((again,),) = together(database_url, [Send(keys=["lead 7"])], now=NOW)
        assert again[2] == ("replayed" if dies == "answering" else "new")
        assert Counter(holders(trial)) == dict.fromkeys("abcde", 4)
        assert sorted([again[0], *(answer[0] for (answer,) in told)]) == list(range(1, 21))


def test_of_leads_that_two_processes_bring_only_one_goes_to_the_last_slot(
    database_url: str, together: Together
) -> None:
    """Ann may hold five and holds four: whoever counts before the other has written gives her six."""
    roster = team(["ann", "bob"]).replace('id = "ann"', 'id = "ann"\ncaps = { open = 5 }')
    with desk_of(database_url, roster, policy=ANN_FIRST) as trial:
        trial.come(4)
        parts = [Send(keys=[f"{side} {number}" for number in range(10)]) for side in "xy"]
        together(database_url, parts, now=NOW)
        assert holders(trial) == ["ann"] * 5 + ["bob"] * 19
        (left_out,) = trial.record(24).decision.attempts[0].excluded
        assert left_out == ("ann", Exclusion(Code.AT_OPEN_CAP, (5, 5)))


def test_of_twenty_who_claim_one_lead_at_once_one_has_it_and_only_that_one_has_had_a_turn(
    database_url: str, together: Together
) -> None:
    """Where the turn is moved on before the claim is known to hold, whoever was too slow loses twice."""
    names = [f"rep{number:02}" for number in range(20)]
    with desk_of(database_url, team(names), policy=LIST) as trial:
        first, *others = trial.come(21)
        parts = [Claim(rep=name, lead=first, other=other) for name, other in zip(names, others, strict=True)]
        told = together(database_url, parts, now=NOW)
        won = trial.row(first).rep or ""
        lost = f"lead 1 was taken by {won.title()} at 2026-11-02T09:00:00Z."
        assert Counter(said for (_, said), _ in told) == {"mine": 1, lost: 19}
        assert [said for _, (_, said) in told] == ["mine"] * 20
        owed = trial.credits()
        assert {name for name in names if owed[name] < 0} == {won}
        assert trial.open(won) == 2


def test_a_manager_who_decides_while_the_router_does_is_right(database_url: str, together: Together) -> None:
    """Nobody has answered in time: the router moves the leads on just while the manager gives them to Dora."""
    roster = team(["ann", "bob", "cy"]).replace('id = "eve"', 'id = "eve"\n[[person]]\nid = "dora"')
    leads = list(range(1, 41))
    with desk_of(database_url, roster) as trial:
        trial.come(40)
        ringing = [Ring(moments=[NOW + 10 * MINUTE])] * 2
        together(database_url, [*ringing, Give(leads=leads, rep="dora")], now=NOW + 10 * MINUTE)
        trial.now = NOW + 10 * MINUTE
        assert holders(trial) == ["dora"] * 40
        for lead in leads:
            assert trial.told(lead).count("assigned dora") == 1
            assert len([told for told in trial.told(lead) if told.startswith("assigned")]) == 1
        assert given_back(trial) == [len(decided(trial, lead)) - 1 for lead in leads]


def given_back(trial: Trial) -> list[int]:
    """The number of the decision, among those about its lead, whose turn was given back: for each lead, by number."""
    with trial.database.reading(trial.desk.workspace) as tx:
        refunded = {entry.decision for entry in tx.world.entries() if entry.kind == "refund"}
        made = [[row.seq for row in tx.story.decisions_of(lead)] for lead in range(1, tx.router().leads + 1)]
    return [number for seqs in made for number, seq in enumerate(seqs, start=1) if seq in refunded]


def test_of_two_workers_exactly_one_moves_a_lead_on_and_never_to_somebody_who_has_had_it(
    database_url: str, together: Together
) -> None:
    """Ten minutes of working time, five on Monday and five on Tuesday; in the end the manager has it."""
    with desk_of(database_url, team("abcd", said=PAUSE_AT_NIGHT)) as trial:
        trial.now = LATE
        leads = trial.come(12)
        moments = [LATE + 10 * MINUTE, *(MORNING + late * MINUTE for late in (4, 5, 14, 15, 24, 25, 60))]
        together(database_url, [Ring(moments=moments)] * 2, now=LATE)
        trial.now = moments[-1]
        for lead in leads:
            whys, people, times = zip(*decided(trial, lead), strict=True)
            assert whys == ("received", "reassigned", "reassigned", "reassigned")
            assert len({*people[:3]}) == 3
            assert times == (LATE, *(MORNING + late * MINUTE for late in (5, 15, 25)))
            assert trial.told(lead)[-2:] == ["held eve", f"moved on {people[2]}"]
            assert trial.state(lead) == "held"


def test_thirty_leads_of_the_night_are_handed_out_in_the_morning_at_a_bearable_pace(
    database_url: str, together: Together
) -> None:
    """At eight one comes, at five past four more; two workers run, and nobody gets all thirty."""
    roster = team("abcde", said='hours = "08:05-18:00"', pool='backlog = { each = 3, every = "10m" }')
    roster = roster.replace("08:05", "08:00", 1)
    with desk_of(database_url, roster, policy=NO_HURRY) as trial:
        trial.now = NOW + 10 * HOUR
        leads = trial.come(30)
        assert [trial.told(lead) for lead in leads] == [["waiting desk"]] * 30
        assert "off duty" in trial.because(1)
        eight = MORNING - HOUR
        moments = [eight + minutes * MINUTE for minutes in (-1, 0, 5, 10, 15, 20)]
        together(database_url, [Ring(moments=moments)] * 2, now=trial.now)
        trial.now = moments[-1]
        assert Counter(holders(trial)) == dict.fromkeys("abcde", 6)
        given = [decided(trial, lead)[-1] for lead in leads]
        assert Counter((at - eight) // MINUTE for *_, at in given) == {0: 3, 5: 12, 10: 3, 15: 12}
        assert {why for why, *_ in given} == {"waiting"}
        assert [at for *_, at in given] == sorted(at for *_, at in given)


def test_turns_and_credits_go_on_after_a_restart_and_in_a_second_process(
    database_url: str, tmp_path: Path, together: Together
) -> None:
    """A balancer that lives in the memory of one process begins again with the first of the list."""
    roster = team("abcd", members="a = 5, b = 3, c = 2, d = 1")
    with desk_of(database_url, roster) as trial:
        before = [Send(keys=[f"before {number}" for number in range(7)])]
        together(database_url, before, now=NOW)
        both = [Send(keys=[f"{side} {number}" for number in range(13)]) for side in "xy"]
        together(database_url, both, now=NOW)
        trial.come(7)
        interrupted, owed = holders(trial), trial.credits()
    alone = f"sqlite:///{tmp_path / 'alone.db'}"
    migrated(alone)
    with desk_of(alone, roster) as trial:
        trial.come(40)
        assert (holders(trial), trial.credits()) == (interrupted, owed)
