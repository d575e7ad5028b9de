"""A few weeks at a desk where everything happens: people act by hand, hold things up, put them right, come and go."""

import random
from collections.abc import Callable
from decimal import Decimal

from evenhand.actions.byhand import assign, hand_over
from evenhand.actions.disputes import correct, dispute, rule_on
from evenhand.actions.erasing import erase
from evenhand.actions.holding import Ending, close, respond, restore
from evenhand.actions.merging import merge, unmerge
from evenhand.actions.notes import note
from evenhand.actions.offers import claim, decline
from evenhand.actions.presence import away, back, pause, resume
from evenhand.actions.refunds import refund
from evenhand.actions.work import Work
from evenhand.core.model import HOUR, MINUTE, Value
from evenhand.errors import BadUsage, Conflict, NotAllowed, NotFound
from tests.desk import MANAGER, POLICY, TEAM, Trial, rep

REFUSALS = (BadUsage, Conflict, NotAllowed, NotFound)
VALUES: tuple[Value, ...] = (100, Decimal("250.50"), 5000)
REPS = ("ann", "bob", "cy")
CHARGED = POLICY.replace('how = "cherry_pick"', 'how = "cherry_pick"\ncharge = true')
VALUED = TEAM.replace('name = "sales"', 'name = "sales"\nfair = "value"\nmax_charge = 900')
SMALLER = VALUED.replace('members = ["ann", "bob", "cy"]', "members = { ann = 2, bob = 1, eve = 1 }")


def refunding(work: Work, lead: int) -> bool:
    return refund(work, work.row(lead), actor=MANAGER)


class Busy:
    """Does something by chance, the same on every run; what is refused in that state is refused."""

    def __init__(self, trial: Trial, seed: int = 1) -> None:
        self.trial = trial
        self.chance = random.Random(seed)
        self.leads = 0
        self.done: dict[str, int] = {}
        self._steps: tuple[Callable[[], object], ...] = (
            *[self.comes] * 8,
            *[self.takes, self.declines, self.responds, self.closes] * 3,
            *[self.restores, self.given, self.handed, self.refunds, self.merges, self.unmerges, self.disputes],
            *[self.rules, self.corrects, self.notes, self.goes, self.pauses],
            *[self.waits, self.erases],
            *[self.returns, self.resumes] * 4,
        )

    def days(self, steps: int) -> None:
        """Halfway, the members of the pool change."""
        self.comes()
        for number in range(steps):
            if number == steps // 2:
                self.trial.publish(roster=SMALLER)
            if number == steps * 3 // 4:
                self.trial.publish(policy=CHARGED + "\n", roster=VALUED)
            step = self.chance.choice(self._steps)
            try:
                step()
            except REFUSALS:
                continue
            self.done[step.__name__] = self.done.get(step.__name__, 0) + 1

    def lead(self) -> int:
        return self.chance.randint(max(1, self.leads - 25), max(1, self.leads))

    def who(self) -> str:
        return self.chance.choice(REPS)

    def comes(self) -> None:
        topic = self.chance.choice(["list", "first", "desk", "spam", "", "", "", "", ""])
        some = self.chance.randint(1, 3)
        value: Value = self.chance.choice(VALUES)
        fields: dict[str, Value] = {"topic": topic, "value": value}
        if some == 1:
            fields["email"] = f"kim.{self.chance.randint(1, 60)}@example.com"
        self.leads = self.trial.come(some, **fields)[-1]

    def takes(self) -> None:
        who = self.who()
        self.trial.do(claim, self.lead(), rep=who, actor=rep(who))

    def declines(self) -> None:
        who = self.who()
        self.trial.do(decline, self.lead(), rep=who, reason="not mine", actor=rep(who))

    def responds(self) -> None:
        self.trial.do(respond, self.lead())

    def closes(self) -> None:
        self.trial.do(close, self.lead(), Ending(self.chance.choice(["won", "lost", "bad"])))

    def restores(self) -> None:
        self.trial.do(restore, self.lead())

    def given(self) -> None:
        self.trial.do(assign, self.lead(), rep=self.who())

    def handed(self) -> None:
        self.trial.do(hand_over, self.lead(), to=self.who())

    def refunds(self) -> None:
        self.trial.desk.do(refunding, self.lead())

    def merges(self) -> None:
        later = self.lead()
        self.trial.do(merge, later, into=self.chance.randint(max(1, later - 25), later))

    def unmerges(self) -> None:
        merged = [lead for lead in range(1, self.leads + 1) if self.trial.row(lead).state == "merged"]
        self.trial.do(unmerge, self.chance.choice(merged or [1]))

    def disputes(self) -> None:
        self.trial.do(dispute, self.trial.row(self.lead()).decision, rep=self.who(), text="It was my turn.")

    def rules(self) -> None:
        with self.trial.database.reading(self.trial.desk.workspace) as tx:
            found = tx.story.disputes()
        if found:
            self.trial.do(
                rule_on, found[0].no, upheld=self.chance.random() < 0.7, text=self.chance.choice(["", "So it is."])
            )

    def corrects(self) -> None:
        self.trial.do(correct, pool="sales", rep=self.who(), leads=Decimal("-0.5"), why="Two leads were mine.")

    def notes(self) -> None:
        self.trial.do(note, self.lead(), "Call on Monday.")

    def goes(self) -> None:
        self.trial.do(away, rep=self.who())

    def returns(self) -> None:
        self.trial.do(back, rep=self.who())

    def pauses(self) -> None:
        self.trial.do(pause, subject=f"rep {self.who()}")

    def resumes(self) -> None:
        self.trial.do(resume, subject=f"rep {self.who()}")

    def waits(self) -> None:
        self.trial.later(self.chance.choice([20 * MINUTE, HOUR, 3 * HOUR]))

    def erases(self) -> None:
        self.trial.do(erase, self.lead(), even_if_open=True)
