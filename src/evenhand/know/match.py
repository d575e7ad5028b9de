"""Which account a lead belongs to, by exact keys only, and who answers for it up the account's family.

Keys, in this order: the account the lead names itself (id, then name), the registrable domain, the company's name
folded (case, punctuation, spaces). A key that two accounts claim matches neither: that is `Accounts.problems`, not a
coin toss. Matching by likeness would be a file of its own beside this one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct, structs

from evenhand.core.arrival import Problem
from evenhand.core.model import Match, Owner, Value
from evenhand.know.domains import FREE_MAIL

By = Literal["domain", "name", "given"]

_SIGNS: Final = re.compile(r"[\W_]+")


class Account(Struct, frozen=True, kw_only=True):
    """A company we know. `parent` is another account's id or name; `roles` says which rep has which role.

    fields: what rules see as `account.industry`, `account.employees` ..., by those names.
    """

    id: str
    name: str = ""
    domains: tuple[str, ...] = ()
    parent: str = ""
    roles: Mapping[str, str] = {}
    fields: Mapping[str, Value] = {}


class Known(Struct, frozen=True):
    """What a match with one account gives: the match, and the `account.*` fields for the lead."""

    match: Match
    fields: Mapping[str, Value]


def folded(name: str) -> str:
    """The name without regard to case, punctuation and runs of spaces."""
    return _SIGNS.sub(" ", unicodedata.normalize("NFKC", name).casefold()).strip()


class Accounts:
    """All accounts, to be asked which one a lead belongs to.

    problems: keys claimed twice, parents that are missing, ambiguous or form a circle; none of them stops anything.
    """

    def __init__(self, accounts: Iterable[Account]) -> None:
        self.problems: list[Problem] = []
        self._by_id: dict[str, Account] = {}
        for account in accounts:
            if account.id in self._by_id:
                self.problems.append(Problem("id", account.id, "two accounts have this id", "the first one counts"))
            self._by_id.setdefault(account.id, account)
        everybody = self._by_id.values()
        self._by_name = self._keyed("name", ((folded(each.name), each.id) for each in everybody))
        self._by_domain = self._keyed("domain", ((name, each.id) for each in everybody for name in each.domains))
        self._parents = dict(self._found_parents())
        self._known: dict[str, Known] = {}
        self._name_circles()

    def __len__(self) -> int:
        return len(self._by_id)

    def match(self, fields: Mapping[str, Value], given: str = "") -> Match | None:
        """The account that a lead with these fields belongs to; `given` is the id or name that the lead itself names.

        Looks at `domain` and `company`. Every role goes to the nearest account up the family that has somebody in it.
        """
        known = self.known(fields, given)
        return known.match if known else None

    def known(self, fields: Mapping[str, Value], given: str = "") -> Known | None:
        """As `match`, with the `account.*` fields that rules can ask about."""
        for by, account in self._candidates(fields, given):
            if account:
                known = self._known.get(account) or self._known.setdefault(account, self._about(account))
                return known if by == "given" else Known(structs.replace(known.match, by=by), known.fields)
        return None

    def lineage(self, account: str) -> tuple[str, ...]:
        """The account, its parent, its grandparent ...; a circle is walked once."""
        line = {account: None}
        while (parent := self._parents.get(account)) and parent not in line:
            line[parent] = None
            account = parent
        return tuple(line)

    def family(self, account: str) -> str:
        """The ultimate parent; of a circle, the account with the smallest id, so that all its members agree."""
        line = self.lineage(account)
        again = self._parents.get(line[-1])
        return min(line[line.index(again) :]) if again else line[-1]

    def _candidates(self, fields: Mapping[str, Value], given: str) -> Iterator[tuple[By, str | None]]:
        if given:
            yield "given", given if given in self._by_id else self._by_name.get(folded(given))
        yield "domain", self._by_domain.get(str(fields.get("domain", "")))
        if company := fields.get("company"):
            yield "name", self._by_name.get(folded(str(company)))

    def _about(self, account: str) -> Known:
        own = self._by_id[account]
        roles: dict[str, Owner] = {}
        for steps, each in enumerate(self.lineage(account)):
            for role, rep in self._by_id[each].roles.items():
                roles.setdefault(role, Owner(rep, each, steps))
        family = self.family(account)
        fields: dict[str, Value] = {**own.fields, "account.id": own.id, "account.family": family}
        if own.name:
            fields["account.name"] = own.name
        if "owner" in roles:
            fields["account.owner"] = roles["owner"].rep
        return Known(Match(account=own.id, by="given", name=own.name, family=family, roles=roles), fields)

    def _keyed(self, what: str, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
        claims: dict[str, list[str]] = {}
        for key, account in pairs:
            if key in FREE_MAIL:
                fix = "leave it out"
                self.problems.append(Problem(what, key, f"a provider of private addresses, at account {account}", fix))
            elif key and account not in claims.setdefault(key, []):
                claims[key].append(account)
        for key, rivals in claims.items():
            if len(rivals) > 1:
                self.problems.append(_claimed_twice(what, key, rivals))
        return {key: rivals[0] for key, rivals in claims.items() if len(rivals) == 1}

    def _found_parents(self) -> Iterator[tuple[str, str]]:
        for account in self._by_id.values():
            name = account.parent
            parent = name if name in self._by_id else self._by_name.get(folded(name))
            if name and not parent:
                cause = f"account {account.id} has a parent that is not there, or whose name is claimed twice"
                self.problems.append(Problem("parent", name, cause, "add the parent, or give its id"))
            if parent:
                yield account.id, parent

    def _name_circles(self) -> None:
        seen: set[str] = set()
        for start in self._by_id:
            path: dict[str, None] = {}
            at: str | None = start
            while at and at not in seen and at not in path:
                path[at] = None
                at = self._parents.get(at)
            if at in path:
                circle = list(path)[list(path).index(at) :]
                cause = f"a circle of parents: {', '.join(circle[:5])}"
                self.problems.append(Problem("parent", min(circle), cause, "make one of them the top"))
            seen.update(path)


def _claimed_twice(what: str, key: str, rivals: Sequence[str]) -> Problem:
    fix = f"leave it to one of them; until then no lead is matched by this {what}"
    return Problem(what, key, f"claimed by accounts {', '.join(rivals[:5])}", fix)
