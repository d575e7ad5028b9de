"""Evenhand: a lead router that decides at once, fairly, and says why.

router = Router(Path("policy.toml"), Path("team.toml"))
decision = router.route({"email": "kim@example.com", "country": "DE", "employees": "1,200"})
print(decision.rep, decision.because)
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

from evenhand.version import __version__

if TYPE_CHECKING:
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

# Loaded at first use: all of them together take half a second, which `evenhand --version` should not.
_FROM: Final[Mapping[str, str]] = {
    "Account": "evenhand.know.match",
    "BadInput": "evenhand.errors",
    "Decision": "evenhand.core.outcome",
    "EvenhandError": "evenhand.errors",
    "Lead": "evenhand.core.model",
    "Policy": "evenhand.core.policy.model",
    "Roster": "evenhand.core.model",
    "Router": "evenhand.router",
    "Snapshot": "evenhand.core.model",
    "View": "evenhand.core.view",
    "advance": "evenhand.core.advance",
    "decide": "evenhand.core.decide",
    "load_setup": "evenhand.reading.setup",
    "read_setup": "evenhand.reading.setup",
    "record_schema": "evenhand.schema",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _FROM:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_FROM[name]), name)
