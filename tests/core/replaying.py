"""Whether a decision can be made again from its record alone, in every form in which that is kept."""

from pathlib import Path

from evenhand.analytics.replay import ruled_again
from evenhand.core.decide import Ruling
from evenhand.core.policy.model import Policy
from evenhand.core.record import Record, pack, rebuilt, record, unpack
from evenhand.core.view import View, encode, view
from evenhand.reading.decisions import read_view, record_of

ENGINE = "test"


def kept(ruling: Ruling, rules: Policy) -> Record:
    return record(ruling, rules, engine=ENGINE)


def seen(ruling: Ruling, rules: Policy) -> View:
    return view(kept(ruling, rules), ruling.case, rules)


def through_json(shown: View, rules: Policy) -> Record:
    return record_of(read_view(encode(shown), Path("decisions.jsonl"), 1), rules)


def comes_out_again(ruling: Ruling, rules: Policy) -> Ruling:
    """Decide again from the stored bytes and from the JSON; every byte must be the same. Gives the new ruling."""
    first, shown = kept(ruling, rules), seen(ruling, rules)
    stored = pack(first)
    assert unpack(stored) == first
    assert pack(unpack(stored)) == stored
    assert pack(through_json(shown, rules)) == stored
    lead, world = rebuilt(unpack(stored), ruling.case.snapshot.roster)
    again = ruled_again(first.decision, lead, rules, world)
    assert again.decision == ruling.decision
    assert encode(seen(again, rules)) == encode(shown)
    assert pack(kept(again, rules)) == stored
    return again
