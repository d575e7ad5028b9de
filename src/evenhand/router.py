"""The router as a library: leads in one by one, explained decisions out, the ledgers in memory."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from msgspec.structs import replace

from evenhand.core.advance import Freed, Tick, advance
from evenhand.core.arrival import Problem
from evenhand.core.decide import rule_on
from evenhand.core.ledger import Ledger
from evenhand.core.model import DAY, Lead, Millis, Snapshot, Twin, Value
from evenhand.core.outcome import Assigned
from evenhand.core.record import record
from evenhand.core.view import View, view
from evenhand.errors import BadInput, BadPolicy, BadTeam, Fault
from evenhand.know.domains import email_key
from evenhand.know.fields import Terms, convert
from evenhand.know.match import Account, Accounts
from evenhand.know.raw import Raw
from evenhand.reading.leads import derive
from evenhand.reading.setup import Setup, load_setup, read_setup
from evenhand.reading.toml import read_text
from evenhand.version import __version__

_LOOKS_BACK: Millis = 40 * DAY
_LOOKS_AHEAD: Millis = 120 * DAY


def _now() -> datetime:
    return datetime.now(UTC)


class Router:
    """Routes leads with one policy and one roster, and remembers whose turn it is, and who holds whom.

    `policy` and `team` are TOML texts, or paths of TOML files. `clock` says what time it is when `route` is not told.
    Raises BadPolicy or BadTeam with everything that is wrong. It answers and does nothing by itself: what waits must be
    routed again by the caller, and no due time rings.
    """

    def __init__(
        self,
        policy: str | Path,
        team: str | Path,
        *,
        accounts: Iterable[Account] = (),
        clock: Callable[[], datetime] = _now,
        engine: str = __version__,
    ) -> None:
        self.setup = _setup(policy, team)
        self._accounts = Accounts(accounts)
        self._clock = clock
        self._engine = engine
        self._horizon = (0, 0)
        self._world = Snapshot(now=0, roster=self.setup.roster)
        self._numbered = 0
        self._held: dict[str, str] = {}  # lead -> rep, of the leads that are open
        self._people: dict[str, str] = {}  # e-mail address as it is compared -> the open lead of that person

    def route(self, lead: Mapping[str, Raw] | Lead, *, at: datetime | None = None) -> View:
        """Decide who gets a lead, and move the ledger on. `lead` maps field names to values as they came.

        Raises BadInput if a field is unknown or its value cannot be read, or if `at` has no time zone.
        """
        self._pass_to(_millis(at or self._clock()))
        known = self._twinned(lead if isinstance(lead, Lead) else self._read(lead))
        policy = self.setup.policy
        ruling = rule_on(known, policy, self._world)
        self._world = advance(self._world, ruling.decision)
        if isinstance(ruling.decision.outcome, Assigned):
            self._held[known.id] = ruling.decision.outcome.rep
        return view(record(ruling, policy, engine=self._engine), ruling.case, policy)

    def close(self, lead: str) -> None:
        """A lead is closed: whoever held it can take another, and the same person may come again as a new lead."""
        rep = self._held.pop(lead, None)
        self._people = {person: first for person, first in self._people.items() if first != lead}
        if rep is not None:
            self._world = advance(self._world, Freed(rep))

    def ledger(self, pool: str) -> Ledger:
        """What a pool owes each of its members now."""
        return self._world.ledgers.get(pool) or Ledger(pool=pool)

    def _twinned(self, lead: Lead) -> Lead:
        """Note whether the same person is being looked after already, in another lead that is still open."""
        email = lead.fields.get("email")
        person = email_key(email) if isinstance(email, str) else ""
        first = self._people.setdefault(person, lead.id) if person else lead.id
        return lead if first == lead.id else replace(lead, twin=Twin(first, self._held.get(first)))

    def _pass_to(self, now: Millis) -> None:
        now = max(now, self._world.now)  # time does not run backwards, whatever the caller's clock says
        self._world = advance(self._world, Tick(now))
        start, end = self._horizon
        if not start <= now < end:
            self._horizon = (now - _LOOKS_BACK, now + _LOOKS_AHEAD)
            duty = self.setup.calendars.duty(self._horizon[0], self._horizon[1] + _LOOKS_AHEAD)
            self._world = replace(self._world, duty=duty)

    def _read(self, given: Mapping[str, Raw]) -> Lead:
        fields: dict[str, Value] = {}
        faults: list[Fault] = []
        catalogue, terms = self.setup.policy.vocabulary.fields, Terms(vocabulary=self.setup.policy.vocabulary)
        for name, raw in given.items():
            if name in ("id", "account"):
                continue
            if name not in catalogue:
                near = get_close_matches(name, catalogue, n=1)
                fix = f"Did you mean {near[0]}?" if near else "Declare it in the policy: [fields." + name + "]."
                faults.append(Fault(where="lead", what=f"there is no field {name!r}.", fix=fix))
                continue
            value = convert(catalogue[name], raw, terms)
            if isinstance(value, Problem):
                faults.append(Fault(where="lead", what=f"{value}."))
            elif value is not None:
                fields[name] = value
        if faults:
            raise BadInput(faults)
        return self._matched(given, fields)

    def _matched(self, given: Mapping[str, Raw], fields: dict[str, Value]) -> Lead:
        derive(fields)
        account = given.get("account")
        known = self._accounts.known(fields, account if isinstance(account, str) else "")
        if known:
            fields.update(known.fields)
        self._numbered += 1
        named = given.get("id")
        received = fields.setdefault("received", self._world.now)
        return Lead(
            id=named if isinstance(named, str) else f"lead-{self._numbered}",
            received=received if isinstance(received, int) else self._world.now,
            fields=fields,
            match=known.match if known else None,
        )


def _setup(policy: str | Path, team: str | Path) -> Setup:
    if isinstance(policy, Path) and isinstance(team, Path):
        return load_setup(policy, team)
    return read_setup(_text(policy, BadPolicy), _text(team, BadTeam))


def _text(part: str | Path, error: type[BadInput]) -> str:
    return read_text(part, error=error) if isinstance(part, Path) else part


def _millis(at: datetime) -> Millis:
    if at.tzinfo is None:
        fix = "Give it one: datetime(2026, 11, 2, 9, tzinfo=UTC)."
        raise BadInput(Fault(where="at", what=f"{at.isoformat()} has no time zone.", fix=fix))
    return round(at.timestamp() * 1000)
