"""WHO may have the lead. To add a word: a file here, a line in `WHO`, a page in docs/reference/who, a scenario.

A word is a frozen value with four faces: `judge` says for one rep why not (or `None`: no objection), `names` lists the
only people it could ever allow (or `None`: anybody), `praise` says why somebody fits, `say` is the word in English.
"""

from collections.abc import Mapping
from typing import Final

from evenhand.core.who.account import AccountRole
from evenhand.core.who.attribute import Attribute
from evenhand.core.who.available import Available
from evenhand.core.who.band import DealBand, ScoreBand
from evenhand.core.who.base import Word
from evenhand.core.who.manager import ManagerOf
from evenhand.core.who.pool import PoolWord
from evenhand.core.who.rep import RepWord
from evenhand.core.who.seniority import Seniority
from evenhand.core.who.skill import Skill
from evenhand.core.who.speaks import Speaks
from evenhand.core.who.team import TeamWord
from evenhand.core.who.territory import TerritoryWord

WHO: Final[Mapping[str, type[Word]]] = {
    "pool": PoolWord,
    "team": TeamWord,
    "territory": TerritoryWord,
    "account": AccountRole,
    "skill": Skill,
    "speaks": Speaks,
    "seniority": Seniority,
    "attribute": Attribute,
    "deal band": DealBand,
    "score band": ScoreBand,
    "manager of": ManagerOf,
    "rep": RepWord,
    "available": Available,
}

__all__ = ["WHO", "Word"]
