"""Routing a file of leads: time passes as the leads say, and everything that would have happened happens.

Leads are taken in the order in which they arrived. Between two of them the agenda is worked off: waiting leads are
looked at again, slots are freed, silent holders lose their leads. What a ring of the clock means is in
`core/follow.py`, how the world moves on is in `core/advance.py`; here is only the clock.
"""

from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias

from msgspec import Struct, json
from msgspec.structs import replace

from evenhand.core.advance import Freed, Tick, advance
from evenhand.core.arrival import Arrival
from evenhand.core.codes import Code
from evenhand.core.decide import Ruling, rule_on
from evenhand.core.follow import TimerKind, on_expire, on_silence, on_wake, on_widen, past_after, timers
from evenhand.core.model import DAY, Lead, Millis, Snapshot, Twin
from evenhand.core.outcome import Decision, Duplicate, Offered, Rejected, Waiting
from evenhand.core.policy.model import Policy
from evenhand.core.record import record
from evenhand.core.view import View, encode, seal, view
from evenhand.ports.spool import Due, Pending, Spool

OPEN_DAYS: Final = 30


Ring: TypeAlias = tuple[Millis, TimerKind]


class _Id(Struct, frozen=True):
    id: str


_ID: Final = json.Decoder(_Id)


class Listener(Protocol):
    """Somebody who watches a run."""

    def decided(self, said: View, decision: Decision, world: Snapshot, /) -> None:
        """A decision has been made; `world` is what it led to."""
        ...

    def finished(self, line: bytes, /) -> None:
        """A lead's story is over as far as this run goes; `line` is its final record with its history."""
        ...


class RunSettings(Struct, frozen=True, kw_only=True):
    """How a run goes.

    open_for: how long a lead stays open that nobody closes.
    answers:  the file says when somebody responded, so that silent holders lose their leads.
    """

    engine: str
    open_for: Millis = OPEN_DAYS * DAY
    answers: bool = False


class FileRun:
    """One run over one file: feed it arrivals in time order, then `finish`."""

    def __init__(
        self, policy: Policy, snapshot: Snapshot, *, spool: Spool, listener: Listener, settings: RunSettings
    ) -> None:
        self.policy = policy
        self.snapshot = snapshot
        self.spool = spool
        self.listener = listener
        self.settings = settings
        self.chain = ""  # the link of the last decision

    def arrive(self, arrival: Arrival) -> None:
        """Route one lead at the moment at which it arrived."""
        self.pass_time(arrival.lead.received)
        self._tick(arrival.lead.received)
        lead = arrival.lead
        twin = self.spool.twin(arrival.line)
        if twin is not None:
            lead = replace(lead, twin=Twin(twin.lead, twin.rep))
        self._settle(arrival, rule_on(lead, self.policy, self.snapshot))

    def pass_time(self, until: Millis) -> None:
        """Let everything happen that is due up to and including a moment."""
        while (due := self.spool.next_due(until)) is not None:
            self._tick(due.at)
            self._ring(due)

    def finish(self) -> None:
        """Hand over the leads whose stories have not ended: they still wait, or may still be moved on."""
        for line in self.spool.unfinished():
            self.listener.finished(with_history(self.spool.history(line)))

    def _tick(self, now: Millis) -> None:
        if now > self.snapshot.now:
            self.snapshot = advance(self.snapshot, Tick(now))

    def _ring(self, due: Due) -> None:
        pending = self.spool.pending(due.line)
        if pending is None or pending.last.seq != due.stamp:
            return
        match due.kind:
            case "wake":
                self._look_again(due.line, pending)
            case "due":
                self._silent(due.line, pending)
            case "widen" | "expire":
                self._offer_again(due, pending)
            case "close":
                self._close(due.line, pending)

    def _lead(self, line: int, pending: Pending) -> tuple[Arrival, Lead]:
        arrival = self.spool.arrival(line)
        return arrival, replace(arrival.lead, past=pending.past)

    def _look_again(self, line: int, pending: Pending) -> Decision:
        arrival, lead = self._lead(line, pending)
        ruling = on_wake(lead, self.policy, self.snapshot)
        self._settle(arrival, ruling, opened=pending.opened)
        return ruling.decision

    def _silent(self, line: int, pending: Pending) -> None:
        """Nobody has answered by the due time: the lead moves on."""
        arrival, lead = self._lead(line, pending)
        holder = pending.last.rep or ""
        freed = advance(self.snapshot, Freed(holder))
        moved = on_silence(lead, pending.last, self.policy, freed)
        if moved is None:
            return
        self.snapshot = freed
        self._settle(arrival, moved, opened=pending.opened)
        self._freed(holder)

    def _offer_again(self, due: Due, pending: Pending) -> None:
        arrival, lead = self._lead(due.line, pending)
        again = on_widen if due.kind == "widen" else on_expire
        self._settle(arrival, again(lead, self.policy, self.snapshot), opened=pending.opened)

    def _close(self, line: int, pending: Pending) -> None:
        self.spool.closed(line)
        if history := self.spool.history(line):
            self.listener.finished(with_history(history))
        if pending.last.rep is not None:
            self.snapshot = advance(self.snapshot, Freed(pending.last.rep))
            self._freed(pending.last.rep)

    def _freed(self, rep: str) -> None:
        """A slot is free: the leads that wait for this rep are looked at again, hottest first, until one takes it."""
        for line, stamp in self.spool.blocked_by(rep):
            pending = self.spool.pending(line)
            if pending is not None and pending.last.seq == stamp:
                decision = self._look_again(line, pending)
                if decision.rep == rep or rep in _full(decision):
                    return

    def _settle(self, arrival: Arrival, ruling: Ruling, *, opened: Millis = 0) -> None:
        """Keep a decision, move the world on by it, and note what must be looked at again."""
        decision = ruling.decision
        said = view(record(ruling, self.policy, engine=self.settings.engine), ruling.case, self.policy)
        self.snapshot = advance(self.snapshot, decision)
        self.listener.decided(said, decision, self.snapshot)
        rings = [ring for ring in _rings(arrival, decision) if ring[1] != "due" or self._reassigns(decision)]
        told, self.chain = seal(encode(said), self.chain)
        self._write(arrival.line, told, goes_on=bool(rings) or isinstance(decision.outcome, Waiting | Offered))
        if isinstance(decision.outcome, Rejected | Duplicate):
            self.spool.closed(arrival.line)
            return
        opened = opened or (0 if isinstance(decision.outcome, Waiting) else decision.at)
        past = past_after(ruling, self.policy)
        self.spool.set_pending(arrival.line, Pending(past, replace(decision, attempts=()), opened))
        self._note(arrival, decision, rings, opened)

    def _reassigns(self, decision: Decision) -> bool:
        return self.settings.answers and self.policy.rules[decision.rule].reassign is not None

    def _write(self, line: int, told: bytes, *, goes_on: bool) -> None:
        if goes_on:
            self.spool.keep(line, told)
            return
        self.listener.finished(with_history([*self.spool.history(line), told]))

    def _note(self, arrival: Arrival, decision: Decision, rings: Sequence[Ring], opened: Millis) -> None:
        rank = -round((decision.score or 0) * 100)
        for at, kind in rings:
            self.spool.schedule(Due(at, kind, arrival.line, decision.seq), rank)
        if isinstance(decision.outcome, Waiting):
            self.spool.block(arrival.line, decision.seq, _full(decision), rank)
            if arrival.closed is None:
                return
        ends = opened + self.settings.open_for if arrival.closed is None else arrival.closed
        self.spool.schedule(Due(max(ends, decision.at), "close", arrival.line, decision.seq), rank)


def _full(decision: Decision) -> list[str]:
    """Those who could have had the lead but for their cap on open leads."""
    return [rep for a in decision.attempts for rep, no in a.excluded if no.code is Code.AT_OPEN_CAP]


def _rings(arrival: Arrival, decision: Decision) -> list[Ring]:
    """When this decision must be looked at again; a due time that was met is no such moment."""
    touched = min([at for at in (arrival.responded, arrival.closed) if at is not None], default=None)
    return [
        (timer.at, timer.kind)
        for timer in timers(decision)
        if timer.kind != "remind" and (timer.kind != "due" or touched is None or touched > timer.at)
    ]


def with_history(lines: Sequence[bytes]) -> bytes:
    """The last of some records with the earlier ones as its history, each told by which one it was superseded."""
    *earlier, last = lines
    if not earlier:
        return last
    ids = [_ID.decode(line).id for line in lines]
    told = [_superseded(line, by) for line, by in zip(earlier, ids[1:], strict=True)]
    return last[:-1] + b',"history":[' + b",".join(told) + b"]}"


def _superseded(line: bytes, by: str) -> bytes:
    return line[:-1] + b',"superseded_by":' + json.encode(by) + b"}"
