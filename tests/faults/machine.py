"""A desk that anything may happen to, beside a simple model of it: who is there, who is whom, and who may have moved.

To add a verb: a rule. Say by `self.acts(targets, verb, ...)` which leads it is about; all others must stay as they are,
unless they waited and somebody became free. Two desks, as two processes have them, take turns.
"""

import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import Struct
from sqlalchemy import select

from evenhand.actions.actor import Actor
from evenhand.actions.byhand import assign, hand_over
from evenhand.actions.desk import Desk
from evenhand.actions.disputes import correct, dispute, rule_on
from evenhand.actions.erasing import erase
from evenhand.actions.holding import Ending, close, respond, restore, snooze
from evenhand.actions.known import read_snapshot
from evenhand.actions.leavers import let_go
from evenhand.actions.merging import merge, unmerge
from evenhand.actions.offers import accept, claim, decline
from evenhand.actions.presence import away, back, last_one, pause, resume
from evenhand.actions.receiving import Incoming, Received, receive
from evenhand.actions.rerouting import reroute
from evenhand.actions.texts import publish
from evenhand.analytics.proof import prove
from evenhand.core.model import HOUR, MINUTE
from evenhand.core.states import HELD_BY_REP, OPEN
from evenhand.errors import BadUsage, Conflict, NotAllowed, NotFound
from evenhand.stores import tables
from evenhand.stores.database import Database
from evenhand.stores.vault import Vault
from tests.desk import MANAGER, NOW, SECRET, WEBSITE
from tests.faults.load import incoming_of
from tests.faults.scenes import NARROWER, POLICY, TEAM

REPS: Final = ("ann", "bob", "cy", "dee")
SMALL: Final = "dee"  # whose cap is one open lead
TOPICS: Final = ("", "", "", "list", "first", "desk", "small", "small", "spam")
POLICIES: Final = {
    "plain": POLICY,
    "least loaded": POLICY.replace('"weighted"', '"least_loaded"'),
    "wider": POLICY.replace("[1, 2,", "[2, 3,"),
}
ROSTERS: Final = {"plain": TEAM, "narrower": NARROWER}
NO: Final = (Conflict, NotAllowed, NotFound, BadUsage)
_WORKSPACES: Final = itertools.count(1)

reps = st.sampled_from(REPS)
actors = st.sampled_from([MANAGER, *(Actor("rep", name) for name in REPS)])
picks = st.integers(0, 30)


class Seen(Struct, frozen=True):
    """A lead as it stands."""

    state: str
    rep: str | None
    decision: int


class DeskMachine(RuleBasedStateMachine):
    """See the module."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.now = NOW
        number = database.found(f"machine {next(_WORKSPACES)}", NOW)
        vault = Vault(SECRET)
        self.desks = [Desk(database, number, clock=lambda: self.now, sealer=vault, engine="test") for _ in range(2)]
        self.turn = 0
        self.seen: dict[int, Seen] = {}
        self.sent: list[tuple[Incoming, Received]] = []
        self.persons: dict[int, int] = {}  # lead -> person
        self.by_hand: set[int] = set()  # decisions
        self.away: set[str] = set()
        self.last: set[str] = set()
        self.paused: set[str] = set()
        self.gone: set[str] = set()

    @initialize()
    def begin(self) -> None:
        self.desk.do(publish, {"policy": POLICY, "roster": TEAM}, actor=MANAGER)

    # --- the model

    @property
    def desk(self) -> Desk:
        return self.desks[self.turn % 2]

    def leads(self) -> dict[int, Seen]:
        table = tables.leads
        asked = select(table.c.lead, table.c.state, table.c.rep, table.c.decision)
        with self.database.snapshot() as connection:
            rows = connection.execute(asked.where(table.c.workspace == self.desk.workspace).order_by(table.c.lead))
            return {lead: Seen(state, rep, decision) for lead, state, rep, decision in rows}

    def lead(self, pick: int) -> int:
        """One of the leads that there are."""
        return sorted(self.seen)[pick % len(self.seen)]

    def acts(self, targets: set[int], verb: Callable[..., Any], *args: object, **said: Any) -> Any:
        """Do something, by one of the two desks; then only its targets may have changed, and those who waited.

        Gives what the verb says, or the error that it raises; then nothing at all has changed.
        """
        self.turn += 1
        try:
            found = self.desk.do(verb, *args, **said)
        except NO as error:
            if self.leads() != self.seen:
                raise AssertionError(f"{verb} said no, and changed something") from error
            return error
        self.moved(targets, hand=said.get("rep") or said.get("to"))
        while self.desk.step():
            pass
        self.moved(set())  # what was woken has been looked at
        return found

    def moved(self, targets: set[int] | None, *, hand: object = None) -> None:
        """Look what has changed. `targets` are the leads that were meant, `None` for all of them."""
        after = self.leads()
        for lead, now in after.items():
            before = self.seen.get(lead)
            if now == before:
                continue
            assert before is None or targets is None or lead in targets or before.state == "waiting", (
                lead,
                before,
                now,
            )
            if now.state in HELD_BY_REP and (before is None or now.decision != before.decision):
                self.given(now, is_by_hand=lead in (targets or ()) and now.rep == hand)
        self.seen = after

    def given(self, now: Seen, *, is_by_hand: bool) -> None:
        """Somebody has got a lead: by the machine only if they are there."""
        assert now.rep is not None
        if is_by_hand:
            self.by_hand.add(now.decision)
        else:
            assert now.rep not in self.away | self.gone, f"{now.rep} is not there"
            assert not self.paused & {f"rep {now.rep}", "everything"}, f"{now.rep} is paused"
        if now.rep in self.last:
            self.last.remove(now.rep)
            self.away.add(now.rep)

    # --- what may happen to leads

    @rule(topic=st.sampled_from(TOPICS), person=st.integers(0, 3) | st.none(), count=st.sampled_from([1, 1, 2, 5]))
    def comes(self, topic: str, person: int | None, count: int) -> None:
        """Leads come in together, all of one person or of nobody known."""
        known = {self.persons[lead] for lead, seen in self.seen.items() if lead in self.persons and seen.state in OPEN}
        persons = () if person is None else (f"person {person}".encode(),)
        number = len(self.sent)
        plain = [incoming_of(number + each, topic=topic) for each in range(count)]
        leads = [Incoming(**{**_said(lead), "persons": persons}) for lead in plain]
        self.turn += 1
        answers = receive(self.desk, leads, actor=WEBSITE)
        assert all(isinstance(answer, Received) for answer in answers), answers
        came = [answer for answer in answers if isinstance(answer, Received)]
        assert [answer.lead for answer in came] == list(range(len(self.seen) + 1, len(self.seen) + count + 1))
        self.sent += zip(leads, came, strict=True)
        self.moved({answer.lead for answer in came})
        for answer in came:
            if person is not None:
                state = self.seen[answer.lead].state
                assert (state == "duplicate") == (person in known), (state, known)
                known |= {person} if state in OPEN else set()
                self.persons[answer.lead] = person

    @precondition(lambda self: self.sent)
    @rule(pick=picks)
    def comes_again(self, pick: int) -> None:
        """The same is sent once more, and then something else under its key."""
        lead, answer = self.sent[pick % len(self.sent)]
        again, other = receive(self.desk, [lead, Incoming(key=lead.key, given=True)], actor=WEBSITE)
        assert again == Received(answer.lead, answer.decision, "replayed")
        assert isinstance(other, Conflict)
        assert self.leads() == self.seen

    @precondition(lambda self: self.seen)
    @rule(pick=picks, who=reps, verb=st.sampled_from([claim, accept]), as_manager=st.booleans())
    def takes(self, pick: int, who: str, verb: Any, as_manager: bool) -> None:
        lead = self.lead(pick)
        before = self.seen[lead]
        actor = MANAGER if as_manager else Actor("rep", who)
        found = self.acts({lead}, verb, lead, rep=who, actor=actor)
        if isinstance(found, NO):
            assert before.rep != who or before.state not in HELD_BY_REP or verb is accept
        else:
            assert self.seen[lead].rep == who
            assert before.state == "offered" or before.rep == who

    @precondition(lambda self: self.seen)
    @rule(pick=picks, who=reps)
    def declines(self, pick: int, who: str) -> None:
        lead = self.lead(pick)
        before = self.seen[lead]
        found = self.acts({lead}, decline, lead, rep=who, reason="too far", actor=Actor("rep", who))
        if not isinstance(found, NO) and before.state == "assigned":
            assert before.rep == who
            assert self.seen[lead].rep != who

    @precondition(lambda self: self.seen)
    @rule(pick=picks, actor=actors)
    def responds(self, pick: int, actor: Actor) -> None:
        lead = self.lead(pick)
        before = self.seen[lead]
        found = self.acts({lead}, respond, lead, actor=actor)
        may = before.state in HELD_BY_REP and (actor == MANAGER or before.rep == actor.id)
        assert isinstance(found, NO) != may
        assert not may or self.seen[lead].state == "working"

    @precondition(lambda self: self.seen)
    @rule(pick=picks, minutes=st.integers(1, 600), actor=actors)
    def snoozes(self, pick: int, minutes: int, actor: Actor) -> None:
        self.acts({self.lead(pick)}, snooze, self.lead(pick), until=self.now + minutes * MINUTE, actor=actor)

    @precondition(lambda self: self.seen)
    @rule(pick=picks, actor=actors, how=st.sampled_from([Ending("won", Decimal(100)), Ending("lost"), Ending("bad")]))
    def closes(self, pick: int, actor: Actor, how: Ending) -> None:
        lead = self.lead(pick)
        before = self.seen[lead]
        found = self.acts({lead}, close, lead, how, actor=actor)
        may = before.state in OPEN and (actor == MANAGER or before.rep == actor.id)
        assert isinstance(found, NO) != may
        assert not may or self.seen[lead].state == "closed"

    @precondition(lambda self: self.seen)
    @rule(pick=picks, who=reps, over=st.booleans())
    def is_given(self, pick: int, who: str, *, over: bool) -> None:
        lead = self.lead(pick)
        if over:
            found = self.acts({lead}, hand_over, lead, to=who, actor=MANAGER)
        else:
            found = self.acts({lead}, assign, lead, rep=who, actor=MANAGER)
        assert isinstance(found, NO) or self.seen[lead].rep == who

    @precondition(lambda self: self.seen)
    @rule(pick=picks, verb=st.sampled_from([restore, reroute, unmerge]))
    def begins_anew(self, pick: int, verb: Any) -> None:
        self.acts({self.lead(pick)}, verb, self.lead(pick), actor=MANAGER)

    @precondition(lambda self: len(self.seen) > 1)
    @rule(one=picks, other=picks)
    def are_merged(self, one: int, other: int) -> None:
        lead, into = self.lead(one), self.lead(other)
        if {lead, into} & self.persons.keys():
            return  # the model of who is whom is too simple for that
        found = self.acts({lead}, merge, lead, into=into, actor=MANAGER)
        assert isinstance(found, NO) or self.seen[lead] == Seen("merged", None, self.seen[lead].decision)

    @precondition(lambda self: self.seen)
    @rule(pick=picks)
    def is_erased(self, pick: int) -> None:
        lead = self.lead(pick)
        families = any(seen.state == "merged" for seen in self.seen.values())  # with one its whole family goes
        targets = set(self.seen) if families else {lead}
        found = self.acts(targets, erase, lead, even_if_open=True, actor=MANAGER)
        for erased in () if isinstance(found, NO) else found:
            self.persons.pop(erased, None)

    # --- people and pools

    @rule(who=reps)
    def goes(self, who: str) -> None:
        if not isinstance(self.acts(set(), away, rep=who, actor=MANAGER), NO):
            self.away.add(who)
            self.last.discard(who)

    @rule(who=reps)
    def is_back(self, who: str) -> None:
        before, last = set(self.away), set(self.last)
        self.away.discard(who)
        self.last.discard(who)
        if isinstance(self.acts(set(), back, rep=who, actor=MANAGER), NO):
            self.away, self.last = before, last

    @rule(who=reps)
    def takes_one_more(self, who: str) -> None:
        if not isinstance(self.acts(set(), last_one, rep=who, actor=MANAGER), NO):
            self.last.add(who)

    @rule(subject=st.sampled_from(["rep ann", "rep dee", "pool sales", "everything"]))
    def is_paused(self, subject: str) -> None:
        if not isinstance(self.acts(set(), pause, subject=subject, actor=MANAGER), NO):
            self.paused.add(subject)

    @rule(subject=st.sampled_from(["rep ann", "rep dee", "pool sales", "everything"]))
    def goes_on(self, subject: str) -> None:
        before = set(self.paused)
        self.paused.discard(subject)
        if isinstance(self.acts(set(), resume, subject=subject, actor=MANAGER), NO):
            self.paused = before

    @rule(policy=st.sampled_from(sorted(POLICIES)), roster=st.sampled_from(sorted(ROSTERS)))
    def is_published(self, policy: str, roster: str) -> None:
        if not self.gone:
            texts = {"policy": POLICIES[policy], "roster": ROSTERS[roster]}
            self.acts(set(), publish, texts, actor=MANAGER)

    @precondition(lambda self: not self.gone)
    @rule(who=st.sampled_from(["bob", "cy"]))
    def leaves(self, who: str) -> None:
        before = set(self.gone)
        self.gone.add(who)
        held = {lead for lead, seen in self.seen.items() if seen.rep == who or seen.state == "offered"}
        if isinstance(self.acts(held, let_go, who, actor=MANAGER), NO):
            self.gone = before
            return
        self.away.discard(who)  # who has left is neither away nor paused
        self.last.discard(who)
        self.paused.discard(f"rep {who}")

    @rule(who=reps, leads=st.integers(-3, 3))
    def is_corrected(self, who: str, leads: int) -> None:
        self.acts(set(), correct, pool="sales", rep=who, leads=leads, why="as agreed", actor=MANAGER)

    @precondition(lambda self: self.seen)
    @rule(pick=picks, who=reps, upheld=st.booleans())
    def is_disputed(self, pick: int, who: str, upheld: bool) -> None:
        decision = self.seen[self.lead(pick)].decision
        found = self.acts(set(), dispute, decision, rep=who, text="mine", actor=Actor("rep", who))
        if not isinstance(found, NO):
            self.acts({self.lead(pick)}, rule_on, found, upheld=upheld, text="well", actor=MANAGER)

    # --- time

    @rule(minutes=st.sampled_from([1, 10, 45, 60, 61, 24 * 60, 3 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        """Whatever is due rings, by either desk."""
        self.now += minutes * MINUTE
        before = self.seen
        while self.desk.step():
            self.turn += 1
        self.moved(None)
        for lead, seen in before.items():
            if seen.state not in OPEN:
                assert self.seen[lead] == seen

    # --- what must always be true

    @invariant()
    def promises_are_kept(self) -> None:
        setup = self.desk.setup()
        with self.database.reading(self.desk.workspace) as tx:
            assert list(tx.health.broken()) == []
            world = read_snapshot(tx, tx.router(), setup)
        held = [seen.rep for seen in self.seen.values() if seen.state in HELD_BY_REP]
        assert {rep: load.open for rep, load in world.loads.items() if load.open} == {
            rep: held.count(rep) for rep in held
        }
        assert all(sum(ledger.credits.values()) == 0 for ledger in world.ledgers.values())
        assert [set(world.away), set(world.last_one), set(world.paused)] == [self.away, self.last, self.paused]

    @invariant()
    def the_machine_heeds_the_cap(self) -> None:
        mine = [seen for seen in self.seen.values() if seen.rep == SMALL and seen.state in HELD_BY_REP]
        assert sum(seen.decision not in self.by_hand for seen in mine) <= 1

    def teardown(self) -> None:
        if self.sent:
            self.now += HOUR
            assert prove(self.desk).found == ()


def _said(lead: Incoming) -> dict[str, Any]:
    return {name: getattr(lead, name) for name in lead.__struct_fields__}
