"""Whose turn is next: from the start, or after the decisions of a file."""

from pathlib import Path

import pytest

from evenhand.actions.upcoming import ledger_after, next_in_pool
from evenhand.core.ledger import Ledger
from evenhand.core.view import encode
from evenhand.errors import BadFile, NotFound
from evenhand.reading.setup import Setup, read_setup
from evenhand.router import Router
from tests.factories import pool, rep, roster
from tests.reading.samples import SMALL_POLICY, SMALL_TEAM


@pytest.fixture
def setup() -> Setup:
    return read_setup(SMALL_POLICY, SMALL_TEAM)


def decided(path: Path, leads: int) -> Router:
    router = Router(SMALL_POLICY, SMALL_TEAM)
    views = [router.route({"id": str(number)}) for number in range(leads)]
    path.write_bytes(b"\n".join(encode(view) for view in reversed(views)))
    return router


def test_without_decisions_everybody_starts_at_nothing(setup: Setup) -> None:
    assert ledger_after(None, "all", setup) == Ledger(pool="all")


def test_the_decisions_of_a_file_are_posted_in_the_order_of_their_numbers(setup: Setup, tmp_path: Path) -> None:
    router = decided(tmp_path / "decisions.jsonl", 5)
    assert ledger_after(tmp_path / "decisions.jsonl", "all", setup) == router.ledger("all")


def test_the_next_one_is_who_the_router_would_choose(setup: Setup, tmp_path: Path) -> None:
    router = decided(tmp_path / "decisions.jsonl", 3)
    ledger = ledger_after(tmp_path / "decisions.jsonl", "all", setup)
    assert next_in_pool(setup.roster, "all", ledger, 4) == tuple(router.route({}).rep for _ in range(4))


def test_nobody_without_weight_or_who_has_left_is_in_line() -> None:
    people = roster(pool("sales", "ann bob:0 cy"), rep("cy", active=False), pool("empty", "bob:0"))
    assert next_in_pool(people, "sales", Ledger(pool="sales"), 2) == ("ann", "ann")
    assert next_in_pool(people, "empty", Ledger(pool="empty"), 2) == ()


@pytest.mark.parametrize(("name", "hint"), [("al", "Did you mean all"), ("zzz", "There are: all")])
def test_an_unknown_pool_is_refused_with_a_hint(setup: Setup, name: str, hint: str) -> None:
    with pytest.raises(NotFound, match=hint):
        ledger_after(None, name, setup)


def test_decisions_of_another_policy_are_refused(tmp_path: Path) -> None:
    decided(tmp_path / "decisions.jsonl", 1)
    other = read_setup(SMALL_POLICY.replace("Everybody", "Nobody"), SMALL_TEAM)
    with pytest.raises(BadFile, match="does not go with this policy"):
        ledger_after(tmp_path / "decisions.jsonl", "all", other)
