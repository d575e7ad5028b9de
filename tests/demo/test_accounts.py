"""The demo's accounts: families with owners, some of whom have left."""

import pytest

from evenhand.demo.company import demo_data
from tests.demo.runs import rows

Table = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Table:
    folder = demo_data(tmp_path_factory.mktemp("demo"), leads=1)[0].parent
    return {row["id"]: row for row in rows(folder / "accounts.csv")}


def depth(accounts: Table, account: str) -> int:
    parent = accounts[account]["parent"]
    return 1 + depth(accounts, parent) if parent else 1


def test_there_are_300_accounts_with_names_of_their_own(accounts: Table) -> None:
    assert len(accounts) == len({row["name"] for row in accounts.values()}) == 300


def test_families_have_up_to_three_levels(accounts: Table) -> None:
    assert {depth(accounts, account) for account in accounts} == {1, 2, 3}


def test_no_two_accounts_share_a_domain(accounts: Table) -> None:
    domains = [domain for row in accounts.values() for domain in row["domains"].split(";")]
    assert len(domains) == len(set(domains))
    assert all(domain.endswith(".example") for domain in domains)


def test_some_accounts_have_several_domains(accounts: Table) -> None:
    assert any(";" in row["domains"] for row in accounts.values())


def test_some_owners_have_left_and_some_accounts_have_none(accounts: Table) -> None:
    owners = {row["owner"] for row in accounts.values()}
    assert {"brandon", ""} < owners


def test_only_customers_have_somebody_who_looks_after_them(accounts: Table) -> None:
    assert {row["type"] for row in accounts.values() if row["csm"]} == {"customer"}
