"""What each role may do: closed words, each explained, and a reason whenever somebody may not."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.actions.roles import MEANING, ROLES, SCOPES, Scope, allowed, outranks, role_named, scopes_named, scopes_of
from evenhand.errors import BadUsage, NotAllowed
from evenhand.ports.house import Role

PAGE: Final = (Path(__file__).parents[3] / "docs" / "reference" / "roles.md").read_text(encoding="utf-8")
ROW: Final = re.compile(r"^\| `([a-z:]+)` \| (.+?) \|(.*)\|$", re.MULTILINE)
roles: Final = st.sampled_from(get_args(Role))
scopes: Final = st.sampled_from(get_args(Scope))


def table() -> dict[str, tuple[str, dict[str, bool]]]:
    """Of the page: scope -> what it means, and which role has it."""
    return {
        scope: (meaning, dict(zip(ROLES, ("yes" in cell for cell in cells.split("|")), strict=True)))
        for scope, meaning, cells in ROW.findall(PAGE)
    }


def test_the_page_says_what_each_scope_means_and_who_has_it() -> None:
    code = {scope: (said, {role: scope in ROLES[role] for role in ROLES}) for scope, said in SCOPES.items()}
    assert table() == code


def test_the_page_says_what_each_role_is() -> None:
    assert [role for role, said in MEANING.items() if f"- **{role}**: {said}" not in PAGE] == []


def test_who_is_above_may_all_that_the_one_below_may_but_for_what_only_oneself_can_do() -> None:
    order: list[Role] = ["viewer", "manager", "admin", "owner"]
    assert all(ROLES[low] <= ROLES[high] and outranks(high, low) for low, high in pairwise(order))
    assert ROLES["rep"] <= ROLES["manager"]


@given(roles, scopes)
def test_whoever_may_not_hears_what_and_who_could(role: Role, scope: Scope) -> None:
    if scope in ROLES[role]:
        allowed(role, ROLES[role], scope)
        return
    with pytest.raises(NotAllowed, match=re.escape(f"({scope}); ask an owner")):
        allowed(role, ROLES[role], scope)


def test_a_key_that_is_held_to_less_is_told_which_scope_it_lacks() -> None:
    with pytest.raises(
        NotAllowed, match=r"this key may not erase a lead's person for good: make one with .* leads:erase"
    ):
        allowed("admin", scopes_of("admin", "leads:take"), "leads:erase")


@given(roles, st.sets(scopes, min_size=1))
def test_words_only_ever_narrow_what_a_role_may(role: Role, words: set[Scope]) -> None:
    assert scopes_of(role, " ".join(words)) == ROLES[role] & words


def test_no_words_mean_all_of_it() -> None:
    assert scopes_of("rep") == ROLES["rep"]


def test_a_word_with_a_slip_is_told_with_the_nearest() -> None:
    with pytest.raises(BadUsage, match=r"'leads:tak' is no scope. Did you mean 'leads:take'\?"):
        scopes_named(["leads:tak", "leads:read"])
    with pytest.raises(BadUsage, match="Write one of: leads:take, "):
        scopes_named(["§"])


def test_words_come_in_the_order_of_the_page_each_once() -> None:
    assert scopes_named(["export", "leads:take", "export"]) == ("leads:take", "export")


def test_a_role_that_is_none_is_told_with_all_of_them() -> None:
    assert role_named("rep") == "rep"
    with pytest.raises(BadUsage, match=r"'boss' is no role. Write owner, admin, manager, rep or viewer"):
        role_named("boss")
