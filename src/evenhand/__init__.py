"""Evenhand: a lead router that decides at once, fairly, and says why.

router = Router(Path("policy.toml"), Path("team.toml"))
decision = router.route({"email": "kim@example.com", "country": "DE", "employees": "1,200"})
print(decision.rep, decision.because)
"""

from evenhand.core.advance import advance
from evenhand.core.decide import decide
from evenhand.core.model import Lead, Roster, Snapshot
from evenhand.core.outcome import Decision
from evenhand.core.policy.model import Policy
from evenhand.core.view import View
from evenhand.errors import BadInput, EvenhandError
from evenhand.know.match import Account
from evenhand.reading.setup import load_setup, read_setup
from evenhand.router import Router
from evenhand.schema import record_schema
from evenhand.version import __version__

__all__ = [
    "Account",
    "BadInput",
    "Decision",
    "EvenhandError",
    "Lead",
    "Policy",
    "Roster",
    "Router",
    "Snapshot",
    "View",
    "__version__",
    "advance",
    "decide",
    "load_setup",
    "read_setup",
    "record_schema",
]
