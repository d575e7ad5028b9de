"""Undoing what the remedy names lets somebody have the lead."""

from msgspec.structs import replace

from evenhand.core.codes import Code
from evenhand.core.model import Cap
from evenhand.core.remedy import remedy
from tests.factories import NEVER, opened, policy, pool, rep, roster, rule, ruled


def test_a_higher_cap_is_a_way_out() -> None:
    full = rep("ann", caps={"open": 2})
    people = roster(pool("sales", "ann"), full)
    rules = policy(rule(), people=people)
    (_, no) = ruled(rules, people, loads=opened(ann=2)).decision.attempts[0].excluded[0]
    assert remedy(no.code, no.detail) == "have fewer than 2 leads open, or a higher cap"
    higher = roster(pool("sales", "ann"), replace(full, caps=(Cap("open", 3),)))
    assert ruled(rules, higher, loads=opened(ann=2)).decision.rep == "ann"


def test_being_on_duty_is_a_way_out() -> None:
    rules = policy()
    nobody = {"ann": NEVER, "bob": NEVER, "cy": NEVER}
    (_, no) = ruled(rules, duty=nobody).decision.attempts[0].excluded[0]
    assert (no.code, remedy(no.code, no.detail)) == (Code.OFF_HOURS, "be on duty at that moment")
    assert ruled(rules, duty={"bob": NEVER, "cy": NEVER}).decision.rep == "ann"
