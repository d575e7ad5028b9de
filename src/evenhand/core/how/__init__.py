"""HOW the lead is handed over. To add a way: a file here, a line in `HOW`, a page in docs/reference/how, a scenario."""

from collections.abc import Mapping
from typing import Final

from evenhand.core.how.base import Handover, How, Turn
from evenhand.core.how.best_fit import best_fit
from evenhand.core.how.by_territory_manager import by_territory_manager
from evenhand.core.how.cherry_pick import cherry_pick
from evenhand.core.how.least_loaded import least_loaded
from evenhand.core.how.longest_idle import longest_idle
from evenhand.core.how.manual import manual
from evenhand.core.how.round_robin import round_robin
from evenhand.core.how.shotgun import shotgun
from evenhand.core.how.weighted import weighted

HOW: Final[Mapping[str, How]] = {
    "round_robin": round_robin,
    "weighted": weighted,
    "least_loaded": least_loaded,
    "longest_idle": longest_idle,
    "best_fit": best_fit,
    "cherry_pick": cherry_pick,
    "shotgun": shotgun,
    "manual": manual,
    "by_territory_manager": by_territory_manager,
}

DESKS: Final = frozenset({"manual", "by_territory_manager"})  # ways that hold a lead, and need nobody to be there

__all__ = ["DESKS", "HOW", "Handover", "How", "Turn"]
