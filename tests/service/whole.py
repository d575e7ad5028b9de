"""The service with all its routes and its real doors, in this process, on a desk where something of everything is.

    passes = arrange(url)                   # once; tests work on copies of the database
    with whole(Database(url), passes) as served:
        served.ask("rep ann", call)         # as somebody who has shown who they are

 Every lead has a mark of its own in whatever
is personal (`Personmark7x`), and another in what says of which company it is (`Firmmark7x`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any, Final

from litestar import Litestar
from litestar.testing import TestClient
from msgspec import Struct, json
from msgspec.structs import replace

from evenhand.actions.accounts import put_accounts
from evenhand.actions.actor import Actor
from evenhand.actions.api_keys import NewKey, make_key
from evenhand.actions.byhand import assign
from evenhand.actions.channels import Address, NewChannel, add_channel
from evenhand.actions.desk import Desk
from evenhand.actions.disputes import dispute
from evenhand.actions.endpoints import NewEndpoint, add_endpoint
from evenhand.actions.errands import from_source, send_for
from evenhand.actions.holding import Ending, close, respond
from evenhand.actions.merging import merge
from evenhand.actions.notes import note
from evenhand.actions.presence import pause
from evenhand.actions.sessions import csrf_of
from evenhand.actions.signing_in import From, Signed, sign_in, use_link
from evenhand.actions.sources import NewSource, add_source
from evenhand.actions.texts import Draft, draft, publish
from evenhand.actions.users import Person, invite, invite_again, set_password
from evenhand.app.kinds import KINDS
from evenhand.integrations.guard import Guard
from evenhand.integrations.hooks.model import Fetch
from evenhand.know.match import Account
from evenhand.ports.house import ApiKeyRow, ChannelRow, EndpointRow, ErrandRow, Role, UserRow
from evenhand.service.app import build
from evenhand.service.doors import Doors
from evenhand.service.entrance import Entrance
from evenhand.service.health import Health
from evenhand.service.house import House, opened_house
from evenhand.service.journal import journal_to
from evenhand.service.metrics import Meters
from evenhand.service.public import open_to_all
from evenhand.service.routes.answers_by_link import answer_pages
from evenhand.service.routes.health import looked_after
from evenhand.service.way_in import way_in
from evenhand.stores.database import Database
from evenhand.stores.vault import Vault
from tests.desk import SECRET, Trial
from tests.service.calls import ANOTHER, EXTRA, LEADS, PASSWORD, POLICY, ROSTER, TICKET, Call, number_of
from tests.service.entering import BASE, PASSWORDS, Mailbox

FOUNDING: Final = Actor("system", "founding")
ADMIN: Final = Actor("admin", "ada", "admin")
MEMBERS: Final[dict[str, tuple[Role, str]]] = {
    "owner": ("owner", ""),
    "admin": ("admin", ""),
    "manager eve": ("manager", "eve"),
    "manager fay": ("manager", "fay"),
    "rep ann": ("rep", "ann"),
    "rep dee": ("rep", "dee"),
    "viewer": ("viewer", ""),
}
KEYS: Final[dict[str, tuple[Role, tuple[str, ...]]]] = {
    "key": ("admin", ()),
    "key one scope": ("admin", ("leads:read",)),
}


class Passes(Struct, frozen=True):
    """What everybody shows at the door: headers, by who they are; a ticket that nobody has used; numbers to look up."""

    headers: dict[str, dict[str, str]]
    ticket: str
    numbers: dict[str, int] = {}


class Whole:
    """A desk with everything in front of it. `passes` is how those who are known show it."""

    def __init__(self, trial: Trial, house: House, client: TestClient[Any], passes: Passes) -> None:
        self.trial = trial
        self.house = house
        self.app: Litestar = client.app
        self.client = client
        self.passes = passes

    def ask(self, who: str, call: Call, **headers: str) -> Any:
        """Somebody asks."""
        kept = self.passes.headers
        mine = kept.get(who, {})
        known = {} if call.bare else kept.get(f"{who} apart", mine) if call.apart else mine
        body, address = call.body, call.at(self.passes.numbers)
        if isinstance(body, dict) and body.get("ticket") == TICKET:
            body = {**body, "ticket": self.passes.ticket}
        content = body if isinstance(body, bytes) else None if body is None else json.encode(body)
        said = {"Content-Type": call.media} if content is not None else {}
        self.client.cookies.clear()
        return self.client.request(
            call.method,
            address.replace(ANOTHER, self._another(known)) if ANOTHER in address else address,
            params=call.query,
            content=content,
            headers={**said, **call.headers, **known, **headers},
        )

    def _another(self, known: dict[str, str]) -> str:
        """Another session of whoever asks."""
        found = self.client.get("/api/v1/me/sessions", headers=known).json().get("items", ())
        return next((each["id"] for each in found if not each["is_this"]), "ab" * 32)


def arrange(url: str) -> Passes:
    """Fill a database that has its tables; what everybody shows at the door."""
    database = Database(url)
    try:
        other, main = Trial(database, workspace="other"), Trial(database)
        for trial, mark in ((other, "Otheronly"), (main, "Mainonly")):
            texts = {"policy": POLICY.replace("Mainonly", mark), "roster": ROSTER.replace("Mainonly", mark)}
            trial.do(publish, texts, actor=ADMIN)
            trial.do(pause, subject="pool paused", actor=ADMIN)
        ticket = main.do(invite, Person(email="late@main.example", role="viewer"), actor=FOUNDING).ticket
        strangers = {f"{who} elsewhere": pass_ for who, pass_ in _members(other, ("owner", "rep ann")).items()}
        passes = Passes({**_members(main, tuple(MEMBERS)), **_keys(main), **strangers}, ticket)
        with whole(database, passes) as served:
            _take(served)
        _beside(main)
        assert main.broken() == []
        return replace(passes, numbers=_numbers(main))
    finally:
        database.close()


def _members(trial: Trial, wanted: tuple[str, ...]) -> dict[str, dict[str, str]]:
    found = {}
    for who in wanted:
        role, rep = MEMBERS[who]
        email = f"{who.replace(' ', '.')}@{trial.workspace}.example"
        linked = trial.do(invite, Person(email=email, role=role, rep=rep), actor=FOUNDING)
        if who == "owner":
            trial.do(set_password, linked.user.user, PASSWORDS.encode(PASSWORD, email=email), actor=FOUNDING)
            linked = trial.do(invite_again, linked.user.user, actor=FOUNDING)
        found[who] = _shown(trial, use_link(trial.desk, linked.ticket, come=From("", "test")))
        found[f"{who} apart"] = _shown(trial, sign_in(trial.desk, linked.user, via="link", come=From("", "test")))
    return found


def _shown(trial: Trial, signed: Signed) -> dict[str, str]:
    csrf = csrf_of(Vault(SECRET), signed.ticket, workspace=trial.desk.workspace)
    return {"Cookie": f"evenhand={signed.ticket}", "X-CSRF-Token": csrf}


def _keys(trial: Trial) -> dict[str, dict[str, str]]:
    made = {
        name: trial.do(make_key, NewKey(name=name, role=role, scopes=scopes), actor=ADMIN)
        for name, (role, scopes) in KEYS.items()
    }
    trial.do(make_key, NewKey(name="spare", role="viewer"), actor=ADMIN)
    return {name: {"Authorization": f"Bearer {each.key}"} for name, each in made.items()}


def _take(served: "Whole") -> None:
    for number, (_, topic, _) in enumerate(LEADS, 1):
        call = Call(method="POST", path="/api/v1/leads", body=lead_of(number, topic))
        answer = served.ask("key", call)
        assert (answer.status_code, answer.json()["lead"]["id"]) == (201, str(number)), answer.text


def lead_of(number: int, topic: str) -> dict[str, str]:
    """A lead with its marks."""
    return {
        "topic": topic,
        "email": f"personmark{number}x@firmmark{number}x.example",
        "name": f"Personmark{number}x Jones",
        "phone": f"+49309000{number:04}",
        "message": f"I am Personmark{number}x.",
        "shoe": f"Personmark{number}x",
        "company": f"Firmmark{number}x Ltd",
    }


def _beside(trial: Trial) -> None:
    """Everything else of which there is to be something."""
    for number, (name, _, holder) in enumerate(LEADS, 1):
        if holder:
            trial.do(assign, number, rep=holder, actor=ADMIN)
        trial.do(note, number, f"Personmark{number}x has a note.", actor=ADMIN)
        if name.startswith("disputed"):
            trial.do(dispute, trial.row(number).decision, rep="ann", text=f"Personmark{number}x is mine.", actor=ADMIN)
    trial.do(close, number_of("closed"), Ending("lost", None, "Personmark10x is gone."), actor=ADMIN)
    trial.do(respond, number_of("snooze"), actor=ADMIN)
    trial.do(assign, number_of("moved on"), rep="dee", actor=ADMIN)
    trial.do(merge, number_of("merged"), into=number_of("stays"), actor=ADMIN)
    for owner in ("ann", "ann", "bob", "bob"):
        address = Address(kind="email", text=f"{owner}@main.example", shown="a***@main.example")
        trial.do(add_channel, NewChannel(owner=owner, address=address), actor=ADMIN)
    trial.do(add_endpoint, NewEndpoint(url="https://93.184.215.14/hook"), actor=ADMIN)
    _connected(trial)
    trial.do(draft, Draft(kind="policy", name="next", text=POLICY.replace("1h", "2h")), actor=ADMIN)
    trial.do(draft, Draft(kind="roster", name="next", text=ROSTER + EXTRA), actor=ADMIN)


def _numbers(trial: Trial) -> dict[str, int]:
    """The numbers of what calls are about."""
    with trial.database.reading(trial.desk.workspace) as tx:
        disputed = [row.no for row in tx.story.disputes()]
        ann, too = sorted(row.no for row in tx.house.every(ChannelRow, owner="ann"))
        return {
            "dispute": disputed[0],
            "dispute too": disputed[1],
            "channel": ann,
            "channel too": too,
            "bob's channel": tx.house.every(ChannelRow, owner="bob")[0].no,
            "webhook": tx.house.every(EndpointRow)[0].no,
            "errand": tx.house.every(ErrandRow)[0].no,
            "key": next(row.no for row in tx.house.every(ApiKeyRow) if row.name == "spare"),
            "user": next(row.user for row in tx.house.every(UserRow) if row.email.startswith("viewer")),
            "message": _message(trial),
        }


def _message(trial: Trial) -> int:
    """The last one that told Ann of a lead."""
    with trial.database.sending(trial.desk.workspace) as tx:
        told = tx.outbox.of(number_of("disputed"))
    return max(row.no for row in told if (row.kind, row.to) == ("assigned", "ann"))


def _connected(trial: Trial) -> None:
    """A form, a product whose webhooks come in, something that could not be fetched, a message given up."""
    form = {"title": "Talk to us", "inputs": [{"name": "email", "label": "E-mail", "type": "email", "required": True}]}
    trial.do(add_source, NewSource(name="contact", kind="form", settings=json.encode(form)), kinds=KINDS, actor=ADMIN)
    secrets = dict.fromkeys(("app_secret", "verify_token", "access_token"), "a-secret-of-main")
    known = [Account(id=name, name=f"Mainonly {name}", roles={"owner": "ann"}) for name in ("acme", "globex")]
    trial.do(put_accounts, known, actor=ADMIN)
    trial.do(add_source, NewSource(name="meta", kind="meta", secrets=secrets), kinds=KINDS, actor=ADMIN)
    for key in ("100", "200"):
        trial.do(send_for, Fetch(key=key, kind="lead", ids={"lead": key}), "meta", actor=from_source("meta"))
    number = _message(trial)
    with trial.database.sending(trial.desk.workspace) as tx:
        tx.house.write(*[replace(row, state="dead") for row in tx.house.every(ErrandRow)])
        tx.outbox.lease(trial.now, until=trial.now + 1, limit=1_000)
        message = tx.outbox.get(number)
        assert message is not None
        tx.outbox.settle([replace(message, state="dead", error="nobody answers")])


@contextmanager
def whole(database: Database, passes: Passes) -> Iterator[Whole]:
    """The service on a database that was arranged."""
    trial = Trial(database)

    def desk(number: int) -> Desk:
        return Desk(database, number, clock=lambda: trial.now, sealer=Vault(SECRET), engine="test")

    journal, meters = journal_to(StringIO()), Meters()
    with opened_house(database.workspaces(), desk) as house:
        doors = Doors(house, BASE)
        entrance = Entrance(house, PASSWORDS, base=BASE, journal=journal, post=Mailbox())
        health = Health(house, is_current=lambda: True, idle=list)
        beside = [
            *looked_after(health, meters, doors, is_proxied=True),
            *way_in(entrance),
            *open_to_all(house, base=BASE, journal=journal, meters=meters),
            *answer_pages(house),
        ]
        app = build(doors, beside=beside)
        app.state["guard"] = Guard(resolve=lambda _host, _port: ["93.184.215.14"])
        with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
            client.follow_redirects = False
            yield Whole(trial, house, client, passes)
