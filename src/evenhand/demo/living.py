"""The demo company alive: its people at work at any hour, and what they do with their leads."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Call, call
from evenhand.actions.holding import Ending, close, respond
from evenhand.actions.lent import AnyDesk
from evenhand.actions.offers import claim
from evenhand.actions.work import Work
from evenhand.demo.company import text_of, with_room
from evenhand.errors import EvenhandError
from evenhand.ports.rows import LeadRow, OfferRow

REP: Final = "lena"  # who is played by whoever looks at the demo: the others leave her leads alone
MANAGER: Final = "katrin"
ROOM: Final = 20  # so many times the caps, for a demo may run for days
MOST: Final = 200  # leads that are looked at in one round

_HEAD: Final = "[[person]]\n"
_TIMES: Final = ("hours = ", "holidays = ", "leave = ")
_KEEP_HOURS: Final = ('team = "apac"', 'team = "customer-success"')


def policy_text() -> str:
    """The policy of the demo company."""
    return text_of("policy.toml")


def team_text() -> str:
    """Its roster, with people who work day and night, so that there is something to see at any hour.

    Two teams keep their hours, so that now and then a lead has to wait.
    """
    common, *people = with_room(text_of("team.toml"), ROOM).split(_HEAD)
    kept = [person if any(team in person for team in _KEEP_HOURS) else _awake(person) for person in people]
    return _HEAD.join([common, *kept])


def _awake(person: str) -> str:
    lines = [line for line in person.splitlines(keepends=True) if not line.startswith(_TIMES)]
    return "".join([lines[0], 'hours = { mon-sun = "24h" }\n', 'holidays = ""\n', *lines[1:]])


def deeds(desk: AnyDesk, chance: Random, *, answered: float, closed: float) -> int:
    """Let the people do something with what they hold, each lead with these chances; how much was done."""
    with desk.store.reading(desk.workspace) as tx:
        held = tx.leads.listed(("assigned", "working"), limit=MOST)
        open_to = [tx.leads.offers(row.lead) for row in tx.leads.listed(("offered",), limit=MOST // 10)]
    calls = [*_touches(held, chance, answered, closed), *_claims(open_to, chance, answered)]
    for answer in desk.run(calls) if calls else ():
        if answer.error is not None and not isinstance(answer.error, EvenhandError):
            raise answer.error
    return len(calls)


def _touches(rows: Sequence[LeadRow], chance: Random, answered: float, closed: float) -> Iterator[Call[object]]:
    for row in rows:
        luck = chance.random()
        if row.rep is None or row.rep == REP:
            continue
        actor = Actor("rep", row.rep)
        if row.responded is None and luck < answered:
            yield call(respond, row.lead, actor=actor)
        elif row.responded is not None and luck < closed:
            yield call(_end, row, won=chance.random() < 0.35, actor=actor)


def _end(work: Work, row: LeadRow, *, won: bool, actor: Actor) -> LeadRow:
    return close(work, row.lead, Ending("won" if won else "lost"), actor=actor)


def _claims(offers: Sequence[Sequence[OfferRow]], chance: Random, answered: float) -> Iterator[Call[object]]:
    for each in offers:
        who = chance.choice([offer.rep for offer in each] or [""])
        if who not in ("", REP) and chance.random() < answered:
            yield call(claim, each[0].lead, rep=who, actor=Actor("rep", who))
