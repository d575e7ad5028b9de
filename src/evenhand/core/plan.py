"""What a tier means for one roster, worked out once: who could ever have a lead of it, and who never could.

Most of a tier's words ask about the people alone. They are asked once for each roster, not once for each lead.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import Lead, Pool, Rep, Roster, Snapshot
from evenhand.core.policy.model import Rule, Tier
from evenhand.core.who.account import AccountRole
from evenhand.core.who.attribute import Attribute
from evenhand.core.who.available import Available
from evenhand.core.who.base import Word
from evenhand.core.who.manager import ManagerOf
from evenhand.core.who.pool import PoolWord
from evenhand.core.who.rep import RepWord
from evenhand.core.who.seniority import Seniority
from evenhand.core.who.skill import Skill
from evenhand.core.who.speaks import Speaks
from evenhand.core.who.team import TeamWord
from evenhand.core.who.territory import TerritoryWord

Excluded: TypeAlias = tuple[tuple[str, Exclusion], ...]

PERSONAL: Final = (AccountRole, RepWord, ManagerOf)  # words that mean a person rather than a group: nobody's turn


class Fit(Struct, frozen=True):
    """Somebody who could have a lead of this tier: the weight in its pool, and the levels of the skills it names."""

    rep: Rep
    weight: int
    levels: int


class Plan(Struct, frozen=True, kw_only=True):
    """A tier of a rule, with what the roster alone decides already decided.

    able:     those whom the roster alone does not rule out, or `None` where each lead names its own people.
    excluded: those whom it does, with the reason.
    words:    what is still to be asked for each lead.
    asked:    the skills that the lead's own fields name.
    owned:    whether the tier means the holder of an account, whom caps, hours and territories do not exclude.
    by_turn:  whether it means a group, so that a lead of it uses up a turn.
    """

    pool: Pool
    able: tuple[Fit, ...] | None
    excluded: Excluded = ()
    words: tuple[Word, ...] = ()
    asked: tuple[Skill, ...] = ()
    owned: bool = False
    by_turn: bool = True


@lru_cache(maxsize=4096)
def plan(rule: Rule, tier: Tier, roster: Roster, paused: frozenset[str] = frozenset()) -> Plan:
    """The plan of a tier. Rules, tiers and rosters are told apart by identity, so the same ones are planned once.

    `paused` are those of the tier's pools that are paused for now, as subjects: `pool dach`.
    """
    name = pool_named(tier)
    pool = roster.pools[name] if name else Pool(name=f"rule {rule.name}")
    words = words_asked(rule, tier)
    by_lead = _means_a_holder(tier)  # then nobody can be judged before the lead is there
    lasting = [] if by_lead else [word for word in words if is_lasting(word)]
    case = Case(lead=Lead(id="", received=0), snapshot=Snapshot(now=0, roster=roster, paused=paused))
    able, excluded = _sorted_out(() if by_lead else _meant(lasting, case), lasting, case, pool)
    return Plan(
        pool=pool,
        able=None if by_lead else able,
        excluded=excluded,
        words=tuple(word for word in words if word not in lasting),
        asked=tuple(word for word in words if isinstance(word, Skill) and word.field),
        owned=by_lead and not rule.strict,
        by_turn=not any(isinstance(word, PERSONAL) for word in tier.who),
    )


def pool_named(tier: Tier) -> str:
    """The pool whose ledger a tier draws on; empty when it names none."""
    return next((word.pool for word in tier.who if isinstance(word, PoolWord)), "")


def pools_paused(tier: Tier, snapshot: Snapshot) -> frozenset[str]:
    """Those of a tier's pools that are paused for now."""
    return snapshot.paused.intersection([word.subject for word in tier.who if isinstance(word, PoolWord)])


def words_asked(rule: Rule, tier: Tier) -> tuple[Word, ...]:
    """The words of a tier that are asked; whether somebody is available is another question.

    The holder of an account keeps its leads wherever those come from, unless the rule is strict.
    """
    wherever = _means_a_holder(tier) and not rule.strict
    left_out = (Available, TerritoryWord) if wherever else (Available,)
    return tuple([word for word in tier.who if not isinstance(word, left_out)])


def _means_a_holder(tier: Tier) -> bool:
    return any(isinstance(word, AccountRole) for word in tier.who)


def _meant(words: Sequence[Word], case: Case) -> Sequence[str]:
    """Everybody whom a tier could mean: the members of its pool, else the shortest list that a word names, else all."""
    for word in words:
        if isinstance(word, PoolWord):
            return word.names(case)
    named = [names for word in words if (names := word.names(case)) is not None]
    return min(named, key=len) if named else tuple(case.snapshot.roster.reps)


@lru_cache(maxsize=4096)
def last_tier(rule: Rule) -> Tier:
    """The tier of `otherwise = "pool X"`: one and the same for each lead, so that it is planned once."""
    return Tier(who=(PoolWord(rule.otherwise.pool),))


def is_lasting(word: Word) -> bool:
    """Whether a word asks about the roster alone, so that its answer is the same for every lead."""
    match word:
        case PoolWord() | TeamWord() | Seniority() | RepWord() | ManagerOf() | Attribute():
            return True
        case Skill(field=field):
            return not field
        case Speaks(language=language):
            return bool(language)
        case _:
            return False


def fit(rep: Rep, words: Sequence[Word], pool: Pool) -> Fit:
    """What the roster says of somebody who could have a lead."""
    levels = sum([rep.skills.get(word.skill, 0) for word in words if isinstance(word, Skill) and not word.field])
    return Fit(rep, pool.weights.get(rep.id, 1) or 1, levels)


def _sorted_out(
    names: Sequence[str], lasting: Sequence[Word], case: Case, pool: Pool
) -> tuple[tuple[Fit, ...], Excluded]:
    able: list[Fit] = []
    excluded: list[tuple[str, Exclusion]] = []
    for name in names:
        rep = case.rep(name)
        no = gone(rep) or next(filter(None, (word.judge(rep, case) for word in lasting if rep)), None)
        if rep is None or no is not None:
            excluded.append((name, no or Exclusion(Code.INACTIVE)))
        else:
            able.append(fit(rep, lasting, pool))
    return tuple(able), tuple(excluded)


def gone(rep: Rep | None) -> Exclusion | None:
    """Somebody who has left never gets a lead, by any path."""
    return None if rep and rep.active else Exclusion(Code.INACTIVE)
