"""The service put together: every route, in one place, behind one guard.

To add a route: a handler in `routes/`, with `opt=may(...)` that says who may, and its name in the lists here.
"""

from collections.abc import Sequence
from typing import Final

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.types import ControllerRouterHandler

from evenhand.errors import EvenhandError
from evenhand.service import problems
from evenhand.service.answers import UNCOMPRESSED, Answer
from evenhand.service.attending import note_error
from evenhand.service.guests import Admission, Doorkeeper, check
from evenhand.service.openapi import describe
from evenhand.service.routes import (
    accounts,
    bulk,
    channels,
    deliveries,
    desk,
    disputes,
    errands,
    events,
    exports,
    imports,
    keys,
    lead_lists,
    lead_verbs,
    leads,
    messages,
    offers,
    people,
    policies,
    pools,
    reports,
    rosters,
    sources,
    webhooks,
)

API: Final = "/api/v1"
LARGEST_BODY: Final = 1 << 20  # bytes of one request that is read at once; bulk is read as it comes

IN_API: Final[Sequence[ControllerRouterHandler]] = [
    *leads.ROUTES,
    *lead_lists.ROUTES,
    *lead_verbs.ROUTES,
    *bulk.ROUTES,
    *exports.ROUTES,
    *imports.ROUTES,
    *offers.ROUTES,
    *people.ROUTES,
    *pools.ROUTES,
    *policies.ROUTES,
    *rosters.ROUTES,
    *disputes.ROUTES,
    *desk.ROUTES,
    *messages.ROUTES,
    *sources.ROUTES,
    *accounts.ROUTES,
    *channels.ROUTES,
    *deliveries.ROUTES,
    *reports.ROUTES,
    *errands.ROUTES,
    *events.ROUTES,
    *webhooks.ROUTES,
    *keys.ROUTES,
]
BESIDE: Final[Sequence[ControllerRouterHandler]] = [describe]


def build(doorkeeper: Doorkeeper, *, beside: Sequence[ControllerRouterHandler] = ()) -> Litestar:
    """The application; who is asking is for the doorkeeper to say."""
    return Litestar(
        [Router(API, route_handlers=IN_API), *BESIDE, *beside],
        guards=[check],
        middleware=[DefineMiddleware(Admission, doorkeeper=doorkeeper)],
        exception_handlers={
            EvenhandError: problems.told,
            HTTPException: problems.refused,
            RecursionError: problems.too_deep,
            Exception: problems.broken,
        },
        after_exception=[note_error],
        compression_config=CompressionConfig(backend="gzip", minimum_size=2000, exclude_opt_key=UNCOMPRESSED),
        openapi_config=None,
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        response_class=Answer,
    )
