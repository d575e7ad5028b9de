"""What is open to everybody: forms, and the addresses that other products' webhooks call. Each guards itself."""

from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from evenhand.service.house import House
from evenhand.service.journal import Journal
from evenhand.service.metrics import Meters
from evenhand.service.routes.forms import formed
from evenhand.service.routes.hooks import hooked


def open_to_all(house: House, *, base: str, journal: Journal, meters: Meters) -> Sequence[HTTPRouteHandler]:
    """The routes. `base` is what public addresses begin with; empty for what the caller has called."""
    hooks = hooked(house, base=base, journal=journal, meters=meters)
    return [*hooks, *formed(house, base=base, journal=journal, meters=meters)]
