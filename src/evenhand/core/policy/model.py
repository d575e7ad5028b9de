"""A policy as values: what its text says once it has been read and found sound.

A rule is a sentence: WHEN this lead, WHO may have it (in tiers), HOW it is handed over, by when it must be answered,
what otherwise.
"""

from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import Struct

from evenhand.core.when import Expression, Index, Vocabulary
from evenhand.core.who import Word

OtherwiseKind: TypeAlias = Literal["unsaid", "next", "wait", "desk", "pool"]


class Screen(Struct, frozen=True, kw_only=True):
    """A lead for which `when` is true is rejected, or held for review, with `because` as the reason."""

    action: Literal["reject", "review"]
    because: str
    when: Expression
    line: int = 0


class Points(Struct, frozen=True, kw_only=True):
    """`points` for the lead's score when `when` is true, halved every `half_life` ms since the time field `since`."""

    points: int | Decimal
    because: str
    when: Expression
    half_life: int | None = None
    since: str = "received"
    line: int = 0


class Tier(Struct, frozen=True, kw_only=True, eq=False):
    """One circle of people, tried before the next; held for `wait` ms if somebody in it may still come."""

    who: tuple[Word, ...]
    wait: int = 0
    line: int = 0


class Reassign(Struct, frozen=True):
    """A silent holder loses the lead up to `times` times; after that it goes to `then`."""

    times: int
    then: Literal["manager", "desk"] = "manager"


class Otherwise(Struct, frozen=True):
    """What happens when nobody in any tier can take the lead."""

    kind: OtherwiseKind = "unsaid"
    pool: str = ""


class Rule(Struct, frozen=True, kw_only=True, eq=False):
    """One sentence of the policy. Durations are in milliseconds; `None` means not said."""

    name: str
    when: Expression
    tiers: tuple[Tier, ...]
    how: str = "round_robin"
    respond_within: int | None = None
    clock: Literal["working", "wall"] = "working"
    remind_before: int | None = None
    reassign: Reassign | None = None
    stale_after: int | None = None
    charge: bool | None = None
    otherwise: Otherwise = Otherwise()
    even_if_away: bool = False
    strict: bool = False
    blind: bool = False
    limit: int | None = None
    unclaimed_after: int | None = None
    stages: tuple[int | Literal["pool"], ...] = ("pool",)
    widen_after: int | None = None
    desk: str = ""
    expected: Expression | None = None
    line: int = 0


class Policy(Struct, frozen=True, kw_only=True, eq=False):
    """A whole policy. `digest` names this very text."""

    name: str
    digest: str = ""
    vocabulary: Vocabulary
    screens: tuple[Screen, ...] = ()
    scores: tuple[Points, ...] = ()
    value: Expression | None = None
    rules: tuple[Rule, ...] = ()
    index: Index
    reads: frozenset[str] = frozenset()
