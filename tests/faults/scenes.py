"""What is tried while the database fails: for each verb and each ring a desk that is ready for it, and the doing of it.

To add one: a line in `SCENES`. `before` brings a new desk to where it is wanted; `act` does one thing, in one
transaction, as a program does that has just been started.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from msgspec import Struct

from evenhand.actions.byhand import assign, hand_over, offer
from evenhand.actions.care import look
from evenhand.actions.disputes import correct, dispute, rule_on
from evenhand.actions.erasing import erase
from evenhand.actions.holding import Ending, close, respond, restore, snooze
from evenhand.actions.importing import Imported, import_open
from evenhand.actions.leavers import let_go
from evenhand.actions.merging import merge, unmerge
from evenhand.actions.notes import note
from evenhand.actions.offers import accept, claim, decline
from evenhand.actions.presence import away, back, last_one, pause, resume
from evenhand.actions.receiving import Incoming
from evenhand.actions.rerouting import reroute
from evenhand.actions.roster import Away, add_leave, add_person, edit_person, edit_pool
from evenhand.actions.sending import Sender, send_again
from evenhand.actions.texts import Draft, draft, drop_draft, publish, publish_draft, rollback
from evenhand.core.model import DAY, HOUR, MINUTE
from evenhand.errors import GiveUp
from evenhand.ports.notifier import Outgoing
from tests.desk import MANAGER, NOW, Trial, rep

Step: TypeAlias = Callable[[Trial], object]

POLICY: Final = """
name = "Faults"
[fields.topic]
type = "text"
[[screen]]
reject = "spam"
when = 'topic == "spam"'
[[rule]]
name = "List"
when = 'topic == "list"'
who = ["pool sales"]
how = "cherry_pick"
unclaimed_after = "2h"
[[rule]]
name = "First"
when = 'topic == "first"'
who = ["pool sales"]
how = "shotgun"
stages = [1, 2, "pool"]
widen_after = "10m"
[[rule]]
name = "Desk"
when = 'topic == "desk"'
who = ["pool sales"]
how = "manual"
desk = "eve"
[[rule]]
name = "Small"
when = 'topic == "small"'
who = ["pool small"]
otherwise = "wait"
[[rule]]
name = "All"
when = 'always'
who = ["pool sales"]
how = "weighted"
respond_within = "1h"
remind_before = "15m"
reassign = { times = 2, then = "manager" }
stale_after = "2d"
"""
TEAM: Final = """
[[person]]
id = "ann"
[[person]]
id = "bob"
[[person]]
id = "cy"
[[person]]
id = "dee"
caps = { open = 1 }
[[person]]
id = "eve"
[[pool]]
name = "sales"
members = { ann = 2, bob = 1, cy = 1 }
manager = "eve"
[[pool]]
name = "small"
members = ["dee"]
"""
NARROWER: Final = TEAM.replace("members = { ann = 2, bob = 1, cy = 1 }", "members = { ann = 1, bob = 1, dee = 1 }")


class Scene(Struct, frozen=True):
    """See the module."""

    before: Step
    act: Step


def nothing(_: Trial) -> None:
    """A new desk."""


def comes(count: int = 1, /, **fields: str) -> Step:
    """So many leads come in together."""
    return lambda trial: trial.come(count, **fields)


def full(trial: Trial) -> None:
    """Dee has a lead and can take no more; two others wait for her."""
    trial.come(3, topic="small")


def worked(trial: Trial) -> None:
    """The first lead is answered."""
    comes(3)(trial)
    trial.do(respond, 1)


def passes(passed: int) -> Step:
    """So much time passes, and nobody looks."""

    def step(trial: Trial) -> None:
        trial.now += passed

    return step


def later(passed: int) -> Step:
    """So much later, whatever is due by then rings."""
    return then(passes(passed), lambda trial: trial.desk.step())


def then(*steps: Step) -> Step:
    """One after the other."""

    def all_of_them(trial: Trial) -> None:
        for step in steps:
            step(trial)

    return all_of_them


def drafted(trial: Trial) -> None:
    trial.do(draft, Draft(kind="roster", name="narrower", text=NARROWER))


def says(verb: Callable[..., object], *args: Any, **said: Any) -> Step:
    """A manager does it."""
    return lambda trial: trial.do(verb, *args, **said)


def holder_says(verb: Callable[..., object], *args: Any, **said: Any) -> Step:
    """Whoever holds the first lead does it."""
    return lambda trial: trial.do(verb, 1, *args, actor=rep(trial.row(1).rep or ""), **said)


class Refusing:
    """Says of every message that it can never be told."""

    def send(self, message: Outgoing) -> None:
        raise GiveUp(f"nobody can reach {message.to}.")


def claim_first(trial: Trial) -> None:
    """The first to whom it is offered takes it."""
    who = trial.state(1).split()[1]
    trial.do(claim, 1, rep=who, actor=rep(who))


def refused(trial: Trial) -> None:
    """Every message is given up."""
    Sender(trial.desk, Refusing(), chance=float).send_due()


def disputed(trial: Trial) -> None:
    trial.do(dispute, 1, rep="ann", text="it was my turn")


def disputes(trial: Trial) -> list[int]:
    """The disputes that are open."""
    with trial.database.reading(trial.desk.workspace) as tx:
        return [each.no for each in tx.story.disputes()]


OLD: Final = Imported(lead=Incoming(source="crm", key="crm 7", persons=()), rep="ann", state="working")
OFFERED: Final = comes(2, topic="list")
KNOWN: Final = comes(1, email="kim@firm.example")

SCENES: Final[Mapping[str, Scene]] = {
    "a lead comes": Scene(nothing, comes(1, email="kim@firm.example")),
    "twenty leads come": Scene(nothing, comes(20)),
    "a duplicate comes": Scene(KNOWN, KNOWN),
    "spam comes": Scene(nothing, comes(1, topic="spam")),
    "leads come while others ring": Scene(then(comes(3), full), then(passes(HOUR), full)),
    "remind": Scene(comes(3), later(45 * MINUTE)),
    "due": Scene(then(comes(3), later(45 * MINUTE)), later(15 * MINUTE)),
    "wake": Scene(then(full, says(publish, {"roster": NARROWER})), later(MINUTE)),
    "widen": Scene(comes(2, topic="first"), later(10 * MINUTE)),
    "expire": Scene(OFFERED, later(2 * HOUR)),
    "stale": Scene(worked, later(2 * DAY)),
    "snooze rings": Scene(then(worked, says(snooze, 1, until=NOW + HOUR)), later(HOUR)),
    "publish a roster": Scene(then(full, comes(5)), says(publish, {"roster": NARROWER})),
    "publish a policy": Scene(full, says(publish, {"policy": POLICY.replace("respond_within", "# ")})),
    "roll back": Scene(says(publish, {"roster": NARROWER}), says(rollback, "roster", 1)),
    "draft": Scene(nothing, drafted),
    "drop a draft": Scene(drafted, says(drop_draft, "roster", "narrower")),
    "publish a draft": Scene(drafted, says(publish_draft, "roster", "narrower")),
    "away": Scene(nothing, says(away, rep="ann")),
    "back": Scene(
        then(says(away, rep="dee"), comes(2, topic="small")),
        says(back, rep="dee"),
    ),
    "last one": Scene(nothing, then(says(last_one, rep="ann"))),
    "the last one comes": Scene(says(last_one, rep="dee"), comes(2, topic="small")),
    "pause": Scene(nothing, says(pause, subject="pool sales")),
    "resume": Scene(then(says(pause, subject="everything"), comes(3)), says(resume, subject="everything")),
    "claim": Scene(OFFERED, says(claim, 1, rep="bob", actor=rep("bob"))),
    "claim a shotgun": Scene(comes(1, topic="first"), claim_first),
    "accept": Scene(comes(), lambda trial: trial.do(accept, 1, rep=trial.row(1).rep)),
    "decline": Scene(comes(), lambda trial: trial.do(decline, 1, rep=trial.row(1).rep, reason="not mine")),
    "decline an offer": Scene(OFFERED, says(decline, 1, rep="cy")),
    "respond": Scene(comes(), holder_says(respond)),
    "snooze": Scene(worked, lambda trial: trial.do(snooze, 1, until=trial.now + DAY)),
    "close as won": Scene(worked, holder_says(close, Ending("won", Decimal(5000), "they liked it"))),
    "close as bad": Scene(comes(3), holder_says(close, Ending("bad"))),
    "close and hand out": Scene(full, holder_says(close, Ending("lost"))),
    "restore": Scene(comes(1, topic="spam"), says(restore, 1)),
    "assign": Scene(comes(1, topic="desk"), says(assign, 1, rep="dee")),
    "offer": Scene(comes(1, topic="desk"), says(offer, 1, to=["ann", "dee"])),
    "hand over": Scene(comes(3), holder_says(hand_over, to="cy")),
    "re-route": Scene(comes(3), says(reroute, 1)),
    "merge": Scene(comes(3), says(merge, 2, into=1)),
    "unmerge": Scene(then(comes(3), says(merge, 2, into=1)), says(unmerge, 2)),
    "note": Scene(comes(), says(note, 1, "call after five")),
    "dispute": Scene(comes(3), says(dispute, 1, rep="ann", text="it was my turn")),
    "uphold": Scene(then(comes(3), disputed), lambda trial: trial.do(rule_on, disputes(trial)[0], upheld=True)),
    "correct": Scene(comes(3), says(correct, pool="sales", rep="ann", leads=1, why="as agreed")),
    "erase": Scene(KNOWN, says(erase, 1, even_if_open=True)),
    "import": Scene(nothing, lambda trial: import_open(trial.desk, [OLD], actor=MANAGER)),
    "let go": Scene(then(comes(5), full), says(let_go, "dee")),
    "edit a person": Scene(full, says(edit_person, "dee", {"caps.open": 3})),
    "add a person": Scene(nothing, says(add_person, {"id": "gil"})),
    "add leave": Scene(comes(3), says(add_leave, "ann", Away(start="2026-11-02", end="2026-11-06"))),
    "edit a pool": Scene(comes(3), says(edit_pool, "sales", {"members.dee": 1})),
    "care": Scene(comes(3), then(passes(2 * HOUR), lambda trial: look(trial.desk))),
    "send again": Scene(then(comes(), refused), says(send_again, 1)),
}
