"""Leads for a demo that is alive: one after the other, for ever, as a form or a program would send them."""

import csv
from collections.abc import Iterator
from random import Random
from typing import Final

from evenhand.demo.accounts import Account, make_accounts
from evenhand.demo.company import owners_in, text_of
from evenhand.demo.dice import Dice
from evenhand.demo.leads import HEADER, Crowd, rows

ROUND: Final = 4_000  # leads, then they come again: the same people, some days later
_AFTERWARDS: Final = frozenset({"id", "received", "responded_at", "closed_at", "outcome"})


def made_up(seed: int) -> tuple[list[Account], Iterator[dict[str, str]]]:
    """The accounts of the demo company, and leads without end: what is known of each. The same for the same seed."""
    dice = Dice(Random(seed))  # noqa: S311  chance for play, no secret
    accounts = make_accounts(dice, owners_in(text_of("team.toml")))
    drawn = list(rows(Crowd(dice, accounts, leads=ROUND), ROUND))
    Random(seed).shuffle(drawn)  # noqa: S311  as above
    return accounts, _again(drawn)


def _again(drawn: list[str]) -> Iterator[dict[str, str]]:
    while True:
        for cells in csv.reader(drawn):
            named = zip(HEADER, cells, strict=True)
            yield {name: cell for name, cell in named if cell and name not in _AFTERWARDS}
