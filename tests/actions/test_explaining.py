"""Answering for one person: why, why not, and what would have to change."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from evenhand.actions.explaining import Answer, find_decision, why_rep
from evenhand.core.model import Past, Roster
from evenhand.core.outcome import Hand
from evenhand.core.taken import Taking, on_taken
from evenhand.core.view import View, encode
from evenhand.errors import BadFile, NotFound
from tests.core.replaying import seen
from tests.factories import NEVER, THREE, credits, lead, policy, pool, roster, rule, ruled, snapshot


def shown(said: str = "", people: Roster = THREE, *, who: str = '["pool sales"]', **world: Any) -> View:
    rules = policy(rule(said, who=who), people=people)
    past = world.pop("past", Past())
    return seen(ruled(rules, people, replace(lead(), past=past), **world), rules)


OWED: dict[str, Any] = {"ledgers": credits(ann=0.5, cy=-0.5)}


def test_whoever_has_the_lead_hears_why() -> None:
    view = shown(**OWED)
    assert why_rep(view, "ann") == Answer(rep="ann", verdict="chosen", why=view.because)


def test_whoever_stood_behind_hears_their_place_in_line() -> None:
    answer = why_rep(shown(**OWED), "cy")
    assert answer.why == "could have taken it, and stood 3rd of 3 in line: credit -0.17, ann +0.83"
    assert answer.change == ("stand before ann: the line moves with every lead of this pool",)


@pytest.mark.parametrize(("place", "said"), [(2, "2nd"), (4, "4th"), (11, "11th"), (21, "21st"), (112, "112th")])
def test_places_are_said_as_people_say_them(place: int, said: str) -> None:
    people = roster(pool("sales", " ".join(f"r{number}" for number in range(place))))
    view = shown(people=people)
    assert f"stood {said} of {place}" in why_rep(view, view.candidates[-1].rep).why


@pytest.mark.parametrize(
    ("how", "last"),
    [
        ("round_robin", "after that, stand first in line"),
        ("cherry_pick", "after that, be the first to take it"),
        ("manual", "after that, be given it from the desk"),
    ],
)
def test_whoever_was_excluded_hears_the_way_back(how: str, last: str) -> None:
    answer = why_rep(shown(f'how = "{how}"', duty={"bob": NEVER}), "bob")
    assert answer == Answer(rep="bob", verdict="excluded", why="off duty", change=("be on duty at that moment", last))


@pytest.mark.parametrize(
    ("said", "rep", "why", "change"),
    [
        ('how = "cherry_pick"', "ann", "could take it: offered to them", "be the first to take it"),
        (
            'how = "shotgun"\nstages = [1]',
            "ann",
            "could take it: not in the group that it is offered to",
            "be the first to take it",
        ),
        ('how = "manual"', "ann", "could take it: may have it from the desk", "be given it from the desk"),
    ],
)
def test_what_nobody_has_yet_is_told_as_such(said: str, rep: str, why: str, change: str) -> None:
    assert why_rep(shown(said), rep) == Answer(rep=rep, verdict="eligible", why=why, change=(change,))


def test_an_earlier_tier_is_named() -> None:
    view = shown('[[rule.tier]]\nwho = ["rep ann"]\n[[rule.tier]]\nwho = ["rep bob"]', who="", duty={"ann": NEVER})
    assert why_rep(view, "ann").why == "in rule Everybody, tier 1: off duty"


def test_everybody_in_an_earlier_tier_finds_their_own_reason() -> None:
    tiers = '[[rule.tier]]\nwho = ["pool sales", "skill law >= 1"]\n[[rule.tier]]\nwho = ["rep bob"]'
    view = shown(tiers, who="", duty={"bob": NEVER})
    lacks = "in rule Everybody, tier 1: law level 0, needs level 1"
    assert {name: why_rep(view, name).why for name in ("ann", "bob", "cy")} == {
        "ann": lacks,
        "bob": "in rule Everybody, tier 2: off duty",
        "cy": lacks,
    }
    assert why_rep(view, "zoe").verdict == "not considered"


def test_whoever_held_the_lead_before_hears_since_when() -> None:
    before = shown(**OWED)
    view = replace(shown(who='["rep bob"]'), history=(before,))
    answer = why_rep(view, "ann")
    assert (answer.verdict, answer.why) == ("previous holder", f"had it from {before.at}: {before.because}")
    assert why_rep(view, "cy").verdict == "not considered"


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ('["pool sales"]', "rule Everybody asks for pool sales, and zoe is not among those it means"),
        ('["rep ann"]', "rule Everybody does not mean zoe"),
    ],
)
def test_whoever_was_not_meant_hears_so(who: str, why: str) -> None:
    answer = why_rep(shown(who=who), "zoe")
    assert (answer.verdict, answer.why) == ("not considered", f"{why}, or nobody has that id")


def test_without_a_rule_nobody_was_considered() -> None:
    rules = policy(rule(when="visits > 1"))
    answer = why_rep(seen(ruled(rules), rules), "ann")
    assert answer.why == "nobody was considered: Lies on the desk: no rule matches this lead."


# --- finding it


@pytest.mark.parametrize("packed", [False, True])
def test_a_decision_is_found_by_its_lead_and_not_by_its_history(tmp_path: Path, packed: bool) -> None:
    view = shown()
    odd = replace(view, lead='l"ä')
    lines = b"\n".join([encode(replace(view, lead="other", history=(odd,))), encode(odd)])
    path = tmp_path / ("d.jsonl.gz" if packed else "d.jsonl")
    path.write_bytes(gzip.compress(lines) if packed else lines)
    assert find_decision(path, 'l"ä') == odd


def test_a_lead_without_a_decision_is_not_found(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(encode(shown()))
    with pytest.raises(NotFound, match="no decision on lead 'zzz'"):
        find_decision(path, "zzz")


def test_a_line_that_is_no_decision_is_refused_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(b'{}\n{"lead":"lead-1"}')
    with pytest.raises(BadFile, match="line 2"):
        find_decision(path, "lead-1")


@pytest.mark.parametrize(("how", "last"), [("by_hand", "be given it by hand"), ("claimed", "be the first to take it")])
def test_of_a_lead_that_a_person_gave_or_took_nobody_hears_of_a_place_in_line(how: Hand, last: str) -> None:
    ruling = on_taken(lead(), policy(), snapshot(duty={"bob": NEVER}), Taking("cy", how))
    view = seen(ruling, policy())
    assert why_rep(view, "cy").verdict == "chosen"
    ann, bob = why_rep(view, "ann"), why_rep(view, "bob")
    assert (ann.why, ann.change) == ("could have had it too, but cy was given it or took it", (last,))
    assert bob.change == ("be on duty at that moment", f"after that, {last}")
