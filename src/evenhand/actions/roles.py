"""Who may do what at the doors: closed words, each one thing that a caller may do, and the words that a role has.

A role says what somebody may do at all; with whose leads and people is for `access.py` to say. A key has a role too,
and may be held to some of its words. To add a word: a line in `Scope` and in `SCOPES`, a place in `ROLES`, a row in
docs/reference/roles.md.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias, get_args

from evenhand.core.when.page import nearest
from evenhand.errors import BadUsage, Fault, NotAllowed
from evenhand.ports.house import Role

Scope: TypeAlias = Literal[
    "leads:take",
    "leads:read",
    "persons:read",
    "leads:act",
    "leads:assign",
    "leads:import",
    "leads:erase",
    "presence:own",
    "people:read",
    "people:write",
    "pools:read",
    "pools:write",
    "policy:read",
    "policy:write",
    "disputes:raise",
    "disputes:rule",
    "desk:pause",
    "messages:read",
    "messages:send",
    "channels:own",
    "channels:write",
    "sources:read",
    "sources:write",
    "accounts:read",
    "accounts:write",
    "webhooks:read",
    "webhooks:write",
    "users:read",
    "users:write",
    "keys:read",
    "keys:write",
    "events:read",
    "reports:read",
    "export",
]

SCOPES: Final[Mapping[Scope, str]] = {
    "leads:take": "bring leads in",
    "leads:read": "see leads, their decisions and what happened to them; a rep their own and those offered to them",
    "persons:read": "see who a lead is: name, addresses, telephone, notes",
    "leads:act": "accept, claim, decline, answer, put off, close, note, hand over",
    "leads:assign": "give, offer, take away, re-route, bring back and merge leads by hand",
    "leads:import": "import leads that already have a holder",
    "leads:erase": "erase a lead's person for good",
    "presence:own": "say that one is away, back or on leave",
    "people:read": "see the roster and who is there",
    "people:write": "change people: hours, leave, caps, skills, and whether they are there",
    "pools:read": "see pools, whose turn it is, and what is owed",
    "pools:write": "change pools, their members and weights, and correct what is owed",
    "policy:read": "see and check policies and rosters, and try a lead out",
    "policy:write": "draft, publish and roll back policies and rosters",
    "disputes:raise": "dispute a decision",
    "disputes:rule": "rule on a dispute",
    "desk:pause": "pause and resume people, pools or everything",
    "messages:read": "see what people were told, and how that went",
    "messages:send": "send a message that was given up again, and try a channel out",
    "channels:own": "choose by what, and when, one is told oneself",
    "channels:write": "choose that for others",
    "sources:read": "see forms and incoming webhooks",
    "sources:write": "change forms and incoming webhooks",
    "accounts:read": "see the companies that are known, and who answers for them",
    "accounts:write": "put companies in, change them, take them out",
    "webhooks:read": "see outgoing webhooks",
    "webhooks:write": "change outgoing webhooks",
    "users:read": "see who may sign in",
    "users:write": "invite people, change their roles, let them leave",
    "keys:read": "see API keys, but never the keys themselves",
    "keys:write": "make and revoke API keys",
    "events:read": "follow what happens; a rep what concerns them",
    "reports:read": "see reports, the floor, and the promises that do not hold",
    "export": "take many leads out at once",
}

_VIEWER: Final[frozenset[Scope]] = frozenset(
    {"leads:read", "people:read", "pools:read", "policy:read", "accounts:read", "events:read", "reports:read"}
)
_REP: Final[frozenset[Scope]] = frozenset(
    {
        "leads:read",
        "persons:read",
        "leads:act",
        "presence:own",
        "people:read",
        "pools:read",
        "disputes:raise",
        "channels:own",
        "events:read",
    }
)
_ANSWERS: Final[frozenset[Scope]] = frozenset(
    {
        "leads:take",
        "leads:assign",
        "people:write",
        "pools:write",
        "disputes:rule",
        "desk:pause",
        "messages:read",
        "messages:send",
        "channels:write",
        "users:read",
        "export",
    }
)
_EVERYTHING: Final[frozenset[Scope]] = frozenset(SCOPES)

ROLES: Final[Mapping[Role, frozenset[Scope]]] = {
    "owner": _EVERYTHING,
    "admin": _EVERYTHING,
    "manager": _VIEWER | _REP | _ANSWERS,
    "rep": _REP,
    "viewer": _VIEWER,
}

MEANING: Final[Mapping[Role, str]] = {
    "owner": "everything; only an owner makes another owner, or lets one go",
    "admin": "everything else",
    "manager": "what concerns their own people: the members of the teams and pools that the roster gives them",
    "rep": "what concerns themselves: their leads, and those offered to them",
    "viewer": "looks, and changes nothing; does not see who the leads are",
}

_RANK: Final[Mapping[Role, int]] = {"viewer": 0, "rep": 1, "manager": 2, "admin": 3, "owner": 4}


def scopes_of(role: Role, scopes: str = "") -> frozenset[Scope]:
    """What a role may do; with words given, only those of them that it may."""
    whole = ROLES[role]
    return frozenset({word for word in whole if word in scopes.split()}) if scopes else whole


def allowed(role: Role, scopes: frozenset[Scope], scope: Scope) -> None:
    """Raise NotAllowed unless the scope is among these, saying what is missing and who could do it."""
    if scope in scopes:
        return
    what = SCOPES[scope].partition(";")[0].partition(":")[0]
    if scope in ROLES[role]:
        raise NotAllowed(f"this key may not {what}: make one with the scope {scope}.")
    raise NotAllowed(f"{_article(role)} may not {what} ({scope}); ask {_either(_able(scope))}.")


def outranks(role: Role, other: Role) -> bool:
    """Whether a role is above another."""
    return _RANK[role] > _RANK[other]


def role_named(text: str, *, where: str = "role") -> Role:
    """A role by its name. Raises BadUsage with all of them."""
    found = next((role for role in ROLES if role == text), None)
    if found is None:
        raise BadUsage(Fault(where=where, what=f"{text[:40]!r} is no role.", fix=f"Write {_either(ROLES)}."))
    return found


def scopes_named(words: Iterable[str], *, where: str = "scope") -> tuple[Scope, ...]:
    """Scopes by their names, in the order of this page, each once. Raises BadUsage with every one that is none."""
    given = set(words)
    if unknown := sorted(given - set(SCOPES)):
        raise BadUsage([_no_scope(word, where) for word in unknown])
    return tuple([scope for scope in SCOPES if scope in given])


def _no_scope(word: str, where: str) -> Fault:
    near = nearest(word, SCOPES)
    fix = f"Did you mean {near!r}?" if near else f"Write one of: {', '.join(SCOPES)}."
    return Fault(where=where, what=f"{word[:40]!r} is no scope.", fix=fix)


def _able(scope: Scope) -> list[str]:
    return [f"{_article(role)}" for role in ROLES if scope in ROLES[role]]


def _article(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"


def _either(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


assert set(get_args(Scope)) == set(SCOPES)  # noqa: S101  the two lists above are one
