from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.model import Match, Owner
from evenhand.know.match import Account, Accounts, folded

ACME = Account(id="a1", name="Acme, Inc.", domains=("acme.com",), roles={"owner": "ann"}, fields={"account.tier": "A"})
LAB = Account(id="a2", name="Acme Lab", domains=("lab.io",), parent="a1", roles={"csm": "cy"})


def owners(match: Match | None) -> Mapping[str, Owner]:
    return match.roles if match else {}


def causes(accounts: Accounts) -> list[str]:
    return [problem.cause for problem in accounts.problems]


@pytest.mark.parametrize(
    ("fields", "given_name", "by"),
    [
        ({"domain": "acme.com"}, "", "domain"),
        ({"company": "ACME  Inc"}, "", "name"),
        ({"domain": "lab.io"}, "a1", "given"),
        ({}, "acme inc", "given"),
        ({"domain": "acme.com", "company": "Acme Lab"}, "", "domain"),
        ({"domain": "acme.com"}, "nobody", "domain"),
    ],
)
def test_an_account_is_found_by_what_it_is_given_then_domain_then_name(
    fields: Mapping[str, str], given_name: str, by: str
) -> None:
    match = Accounts([ACME, LAB]).match(fields, given_name)
    assert match is not None
    assert (match.account, match.by, match.name, match.family) == ("a1", by, "Acme, Inc.", "a1")


@pytest.mark.parametrize("fields", [{}, {"domain": "acme.org"}, {"company": "Acme Incorporated"}, {"company": "..."}])
def test_what_is_only_alike_does_not_match(fields: Mapping[str, str]) -> None:
    assert Accounts([ACME, LAB]).match(fields) is None


def test_each_role_goes_to_the_nearest_account_that_has_somebody() -> None:
    match = Accounts([ACME, LAB]).match({"domain": "lab.io"})
    assert owners(match) == {"csm": Owner("cy", "a2", 0), "owner": Owner("ann", "a1", 1)}


def test_the_lead_learns_what_rules_may_ask_about_the_account() -> None:
    known = Accounts([ACME, LAB]).known({"domain": "lab.io"})
    assert known is not None
    expected = {"account.id": "a2", "account.name": "Acme Lab", "account.owner": "ann", "account.family": "a1"}
    assert known.fields == expected


def test_an_account_keeps_its_own_facts_to_itself() -> None:
    known = Accounts([ACME, LAB]).known({"domain": "acme.com"})
    assert known is not None
    assert known.fields["account.tier"] == "A"


def test_a_parent_may_be_given_by_name() -> None:
    child = Account(id="a3", name="Sub", parent="ACME inc", domains=("sub.io",))
    assert Accounts([ACME, child]).family("a3") == "a1"


def test_a_key_that_two_accounts_claim_matches_neither_and_is_told() -> None:
    accounts = Accounts([ACME, Account(id="a9", name="acme inc", domains=("acme.com",))])
    assert accounts.match({"domain": "acme.com", "company": "Acme Inc"}) is None
    assert causes(accounts) == ["claimed by accounts a1, a9"] * 2


def test_an_ambiguous_domain_leaves_the_name_to_decide() -> None:
    accounts = Accounts([ACME, Account(id="a9", name="Other", domains=("acme.com",))])
    match = accounts.match({"domain": "acme.com", "company": "Other"})
    assert match is not None
    assert (match.account, match.by) == ("a9", "name")


def test_a_provider_of_private_addresses_is_nobodys_domain() -> None:
    accounts = Accounts([Account(id="a1", name="Ann", domains=("gmail.com",))])
    assert accounts.match({"domain": "gmail.com"}) is None
    assert causes(accounts) == ["a provider of private addresses, at account a1"]


def test_a_missing_parent_is_told_and_does_no_harm() -> None:
    accounts = Accounts([Account(id="a1", name="Sub", parent="Gone")])
    assert accounts.family("a1") == "a1"
    assert "not there" in causes(accounts)[0]


def test_a_circle_is_told_once_and_its_members_agree_on_their_family() -> None:
    ring = [
        Account(id=key, name=key, parent=parent) for key, parent in (("c", "a"), ("a", "b"), ("b", "c"), ("x", "c"))
    ]
    accounts = Accounts([*ring, Account(id="own", name="own", parent="own")])
    assert {accounts.family(key) for key in "abcx"} == {"a"}
    assert accounts.lineage("own") == ("own",)
    assert len([cause for cause in causes(accounts) if "circle" in cause]) == 2


def test_the_first_of_two_accounts_with_one_id_counts() -> None:
    accounts = Accounts([ACME, Account(id="a1", name="Impostor")])
    assert (len(accounts), causes(accounts)) == (1, ["two accounts have this id"])


@pytest.mark.parametrize(("one", "other"), [("Dr. Oetker", "DR OETKER"), ("A&B  Co", "a b co"), ("Straße", "STRASSE")])
def test_names_fold_over_case_punctuation_and_spaces(one: str, other: str) -> None:
    assert folded(one) == folded(other)


IDS = st.sampled_from("abcdefgh")


@given(st.dictionaries(IDS, st.tuples(st.sampled_from(["", *"abcdefgh"]), st.booleans()), min_size=1))
def test_owners_come_from_the_family_whatever_the_parents_say(tree: dict[str, tuple[str, bool]]) -> None:
    accounts = Accounts(
        Account(id=key, parent=parent, domains=(f"{key}.com",), roles={"owner": f"rep {key}"} if owned else {})
        for key, (parent, owned) in tree.items()
    )
    for key in tree:
        match = accounts.match({"domain": f"{key}.com"})
        line = accounts.lineage(key)
        assert match is not None
        assert {accounts.family(each) for each in line} == {match.family}
        nearest = next((each for each in line if tree[each][1]), None)
        assert owners(match) == ({"owner": Owner(f"rep {nearest}", nearest, line.index(nearest))} if nearest else {})
