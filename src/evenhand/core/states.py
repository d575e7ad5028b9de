"""The states of a lead, and which step is possible in which: a closed machine.

To add a step: a line in `STEPS`, a verb in `actions/`, a row in docs/reference/states.md.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from evenhand.errors import Conflict

State: TypeAlias = Literal[
    "waiting",  # nobody can take it yet
    "offered",  # several may take it, the first has it
    "assigned",  # one rep has it and has not answered
    "working",  # one rep has it and has answered
    "held",  # on a desk, for a person to assign
    "rejected",  # turned away by a screen
    "duplicate",  # the same person is looked after in an earlier lead
    "closed",  # won, lost, disqualified or bad
    "merged",  # part of another lead now
]
Step: TypeAlias = Literal[
    "accept",
    "offer",
    "claim",
    "decline",
    "respond",
    "snooze",
    "close",
    "assign",
    "hand over",
    "re-route",
    "restore",
    "merge",
    "unmerge",
]

OPEN: Final[frozenset[State]] = frozenset({"waiting", "offered", "assigned", "working", "held"})
HELD_BY_REP: Final[frozenset[State]] = frozenset({"assigned", "working"})

STEPS: Final[Mapping[Step, frozenset[State]]] = {
    "accept": frozenset({"offered", "assigned", "working"}),
    "claim": frozenset({"offered"}),
    "decline": frozenset({"offered", "assigned"}),
    "respond": HELD_BY_REP,
    "snooze": frozenset({"working"}),
    "close": OPEN,
    "offer": OPEN | {"rejected", "duplicate"},
    "assign": OPEN | {"rejected", "duplicate"},
    "hand over": HELD_BY_REP,
    "re-route": OPEN,
    "restore": frozenset({"rejected", "duplicate", "closed"}),
    "merge": OPEN,
    "unmerge": frozenset({"merged"}),
}

_SAID: Final[Mapping[State, str]] = {
    "waiting": "is waiting for somebody to be free",
    "offered": "is offered, and nobody has taken it",
    "assigned": "is assigned",
    "working": "is being worked on",
    "held": "lies on a desk",
    "rejected": "was turned away",
    "duplicate": "is a duplicate",
    "closed": "is closed",
    "merged": "has become part of another lead",
}


def say_state(state: State) -> str:
    """`is waiting for somebody to be free`."""
    return _SAID[state]


def allow(step: Step, lead: int, state: State) -> None:
    """Raise Conflict if a lead in this state cannot take this step, naming the states that can."""
    if state not in STEPS[step]:
        able = ", ".join(sorted(STEPS[step]))
        raise Conflict(f"lead {lead} {say_state(state)}; a lead can {step} only while it is: {able}.")
