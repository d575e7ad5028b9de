"""What a sceptical reader of the decisions found, kept as examples."""

import random
from pathlib import Path

import pytest

from tests.review.runs import Bench

ALL = '[[rule]]\nname = "All"\nwhen = "always"\nwho = ["pool main"]\n'
TWO = '[[person]]\nid = "ann"\n[[person]]\nid = "bob"\n[[pool]]\nname = "main"\nmembers = ["ann", "bob"]\n'


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_of_waiting_leads_the_oldest_goes_first_whatever_order_the_file_has(bench: Bench) -> None:
    team = '[[person]]\nid = "ann"\nhours = { mon-fri = "09:00-17:00" }\ncaps = { open = 1 }\n'
    bench.setup(ALL, f'{team}[[pool]]\nname = "main"\nmembers = ["ann"]\n')
    leads = "id,received\nlate,2026-11-02T08:00Z\nearly,2026-11-02T07:00Z\n"
    found = bench.route(leads, "--until", "2026-11-02T10:00Z")
    assert found["early"]["outcome"] == "assigned"
    assert found["late"]["outcome"] == "waiting"


def test_the_order_of_the_lines_decides_nothing(bench: Bench) -> None:
    team = TWO.replace('id = "bob"', 'id = "bob"\nhours = { mon-fri = "09:00-17:00" }\ncaps = { open = 3 }')
    bench.setup(f'[[score]]\npoints = 9\nbecause = "large"\nwhen = "employees > 50"\n{ALL}', team)
    lines = [f"L{n},2026-11-02T{n % 24:02}:{n // 24:02}Z,{n},2026-11-03T{n % 24:02}:30Z" for n in range(100)]
    shuffled = random.Random(7).sample(lines, len(lines))
    runs = [bench.route("\n".join(["id,received,employees,closed_at", *order])) for order in (lines, shuffled)]
    kept = [{lead: (one["at"], one.get("rep"), one["seq"]) for lead, one in run.items()} for run in runs]
    assert kept[0] == kept[1]


def test_an_absurd_amount_counts_as_unknown_and_stops_nobody(bench: Bench) -> None:
    bench.setup(f'[value]\namount = "employees * employees * employees"\n{ALL}', TWO)
    found = bench.route("id,employees\nL1,999999999\nL2,10\n")
    assert "value" not in found["L1"]
    assert found["L2"]["value"] == 1000


def test_a_value_that_comes_to_nothing_is_not_the_one_the_lead_brought(bench: Bench) -> None:
    rule = ALL.replace("All", "Large").replace("always", "value > 5")
    bench.setup(f'[value]\namount = "employees * 2"\n{rule}{ALL}', TWO)
    assert bench.route("id,value,employees\nL1,100,\n")["L1"]["rule"] == "All"


def test_a_giant_deal_does_not_break_a_value_fair_pool(bench: Bench) -> None:
    bench.setup(ALL, f'{TWO}fair = "value"\n')
    found = bench.route("id,value\nL1,100000000000\nL2,10\nL3,999999999999999999\n")
    assert [one["outcome"] for one in found.values()] == ["assigned"] * 3
    assert bench.replays()


def test_somebody_away_for_as_far_as_can_be_seen_is_not_waited_for(bench: Bench) -> None:
    leave = 'leave = [{ from = "2026-01-01", to = "2027-12-31" }]'
    bench.setup(ALL, f'[[person]]\nid = "ann"\n{leave}\n[[pool]]\nname = "main"\nmembers = ["ann"]\n')
    assert bench.route("id,received\nL1,2026-11-02T09:00Z\n")["L1"]["outcome"] == "held"
    assert bench.replays()


def test_a_desk_time_at_which_somebody_comes_on_duty_replays(bench: Bench) -> None:
    pool = '[[pool]]\nname = "main"\nmembers = ["ann", "bob"]\nbacklog = { each = 1, every = "6h" }\n'
    ann, bob = (
        f'[[person]]\nid = "{who}"\nhours = {{ mon-fri = "{at}" }}\n'
        for who, at in (("ann", "08:00-12:00"), ("bob", "12:00-18:00"))
    )
    bench.setup(ALL, ann + bob + pool)
    found = bench.route(
        "id,received\nL1,2026-11-02T07:00Z\nL2,2026-11-02T07:01Z\nL3,2026-11-02T07:02Z\n", "--until", "2026-11-03"
    )
    assert {one["outcome"] for one in found.values()} == {"assigned", "held"}
    assert bench.replays()
