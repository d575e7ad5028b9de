"""Everything by which people come in: the pages, and the same for programs that stand in for people."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from evenhand.service.entrance import Entrance
from evenhand.service.routes.sign_in import sign_in_pages
from evenhand.service.routes.signing import signing_api
from evenhand.service.routes.users import users_api


def way_in(entrance: Entrance) -> Sequence[ControllerRouterHandler]:
    """The routes that need an entrance."""
    return [sign_in_pages(entrance), signing_api(entrance), users_api(entrance)]
