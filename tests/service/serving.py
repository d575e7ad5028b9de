"""The service in this process, on a trial desk, with a doorkeeper who believes what a request says of itself.

    def test_something(served: Served) -> None:
        answer = served.at("manager eve").post("/api/v1/leads", json={"email": "jo@example.com"})

Who really may come in is tested apart, with the real doorkeeper.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, get_args

from litestar.connection import ASGIConnection
from litestar.testing import TestClient

from evenhand.actions.actor import Actor, ActorKind, reach_of
from evenhand.actions.callers import Caller
from evenhand.actions.desk import Desk
from evenhand.actions.roles import ROLES
from evenhand.ports.house import Role
from evenhand.service.app import build
from evenhand.service.guests import Guest
from evenhand.service.house import House, opened_house
from evenhand.stores.vault import Vault
from tests.desk import SECRET, Trial

WHO: Final = "as"  # the header in which a request says who asks: `manager eve`, `rep ann`, `key website admin`
WHERE: Final = "in"  # and in which workspace, by name


class Believing:
    """A doorkeeper who asks for no proof."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def admit(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Guest | None:
        said = connection.headers.get(WHO, "")
        if not said:
            return None
        room = self.house.by_name[connection.headers.get(WHERE, "main")]
        kind, name, *given = said.split()
        assert kind in get_args(ActorKind)
        role: Role = given[0] if given else kind  # type: ignore[assignment]
        reach = reach_of(room.setup.roster, name) if role == "manager" else None
        actor = Actor(kind, name, role, reach)  # type: ignore[arg-type]
        rep = name if kind == "rep" else ""
        caller = Caller(workspace=room.number, actor=actor, role=role, scopes=frozenset(ROLES[role]), rep=rep)
        return Guest(room, self.house.intakes[room.number], caller)


class Served:
    """A trial desk with a service in front of it."""

    def __init__(self, trial: Trial, house: House, client: TestClient[Any]) -> None:
        self.trial = trial
        self.house = house
        self.client = client

    def at(self, who: str = "admin ada", *, workspace: str = "main") -> "Asking":
        """Somebody at the door."""
        return Asking(self.client, {WHO: who, WHERE: workspace})

    def take(self, **fields: Any) -> int:
        """A lead comes in by the API; its number."""
        answer = self.at("key website admin").post("/api/v1/leads", json=fields)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["lead"]["id"])


class Asking:
    """The client with somebody's name on each request."""

    def __init__(self, client: TestClient[Any], headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers

    def request(self, method: str, path: str, *, headers: dict[str, str] | None = None, **given: Any) -> Any:
        return self._client.request(method, path, headers={**self._headers, **(headers or {})}, **given)

    def get(self, path: str, **given: Any) -> Any:
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> Any:
        return self.request("POST", path, **given)

    def put(self, path: str, **given: Any) -> Any:
        return self.request("PUT", path, **given)

    def patch(self, path: str, **given: Any) -> Any:
        return self.request("PATCH", path, **given)

    def delete(self, path: str, **given: Any) -> Any:
        return self.request("DELETE", path, **given)


@contextmanager
def serving(trial: Trial) -> Iterator[Served]:
    """A service on a trial's database, in this process."""

    def desk(number: int) -> Desk:
        return Desk(trial.database, number, clock=lambda: trial.now, sealer=Vault(SECRET), engine="test")

    with opened_house(trial.database.workspaces(), desk) as house, TestClient(build(Believing(house))) as client:
        yield Served(trial, house, client)
