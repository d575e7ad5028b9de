"""The catalogue of events is whole: what is written is as it says, and who hears of it is who may see the lead."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, get_args

import msgspec
import pytest
from msgspec.structs import replace

from evenhand.actions import accounts, channels, endpoints, sources, users
from evenhand.actions.actor import Actor, reach_of
from evenhand.actions.api_keys import NewKey, make_key, revoke_key
from evenhand.actions.callers import Caller
from evenhand.actions.disputes import dispute, rule_on
from evenhand.actions.holding import respond
from evenhand.actions.receiving import Incoming, receive
from evenhand.actions.roles import ROLES, SCOPES
from evenhand.actions.texts import Draft, draft, drop_draft
from evenhand.app.kinds import KINDS as SOURCES
from evenhand.core.concerns import sees
from evenhand.core.happenings import GONE, KINDS, PING, TOLD, Sight, check_body, kinds_named, schema
from evenhand.errors import BadUsage
from evenhand.know.match import Account
from evenhand.ports.house import Role
from evenhand.ports.rows import EventRow
from evenhand.service.following import Concerns
from evenhand.service.seeing import may_see
from evenhand.service.stream import viewer_of
from tests import desk
from tests.desk import Trial, opened
from tests.faults import scenes
from tests.faults.scenes import SCENES, Scene
from tests.service.serving import Served

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "reference" / "events.md").read_text(encoding="utf-8")
OTHERS: Final = {  # written where something is broken, or by what comes from outside: they have tests of their own
    "lead.stuck",
    "digest.written",
    "source.tried",
    "source.screened",
    "errand.asked",
    "errand.done",
    "errand.dead",
    "errand.again",
}
ACME: Final = Account(id="acme", name="Acme")
ADDRESS: Final = channels.Address(kind="email", text="ann@example.com", shown="ann@example.com")
SETTINGS: Final = b'{"inputs": [{"name": "email", "type": "email", "label": "E-mail"}]}'
FORM: Final = sources.NewSource(name="site", kind="form", settings=SETTINGS)


def houses(trial: Trial) -> None:
    """Everything that is done to users, keys, channels, sources and webhooks."""
    user = trial.do(users.add, users.Person(email="ann@example.com", role="viewer")).user
    trial.do(users.invite_again, user)
    trial.do(users.let_in, "ann@example.com")
    trial.do(users.rename, user, "Ann")
    trial.do(users.set_password, user, "encoded")
    trial.do(users.let_leave, user)
    trial.do(users.come_back, user)
    key = trial.do(make_key, NewKey(name="site", role="admin", scopes=("leads:take",))).row.no
    trial.do(revoke_key, key)
    channel = trial.do(channels.add_channel, channels.NewChannel(owner="ann", address=ADDRESS)).no
    trial.do(channels.try_channel, channel)
    trial.do(channels.change_channel, channel, channels.Change(detail="full"))
    trial.do(channels.drop_channel, channel)


def outlets(trial: Trial) -> None:
    trial.do(accounts.put_accounts, [ACME])
    trial.do(accounts.put_account, replace(ACME, name="Acme GmbH"))
    trial.do(accounts.drop_account, "acme")
    trial.do(sources.add_source, FORM, kinds=SOURCES)
    for on in (False, True):
        trial.do(sources.change_source, "site", sources.Change(settings=SETTINGS, on=on), kinds=SOURCES)
    new = endpoints.NewEndpoint(url="https://hooks.example.com/leads", kinds=("lead.*",))
    no = trial.do(endpoints.add_endpoint, new).row.no
    trial.do(endpoints.change_endpoint, no, endpoints.Change(detail="full"))
    trial.do(endpoints.rotate_secret, no)
    trial.do(endpoints.ping, no)
    trial.do(endpoints.redeliver, no, 1)
    trial.do(endpoints.redeliver_since, no, 0)
    for on in (False, True):
        trial.do(endpoints.change_endpoint, no, endpoints.Change(on=on))
    trial.do(endpoints.give_up, no, "answered 410")
    trial.do(endpoints.drop_endpoint, no)


def worked_on(trial: Trial) -> None:
    lead = trial.comes()
    for passed in (0, 1):
        trial.now += passed
        trial.do(respond, lead)
    trial.do(draft, Draft(kind="policy", name="next", text=desk.POLICY))
    trial.do(drop_draft, "policy", "next")
    decision = trial.row(lead).decision
    trial.do(rule_on, trial.do(dispute, decision, rep="ann", text="it was my turn"), upheld=False)
    for digest in (b"first", b"second"):
        receive(trial.desk, [Incoming(source="crm", key="crm 7", digest=digest)], actor=desk.WEBSITE)


def harmed(trial: Trial) -> None:
    """A promise breaks and is mended: care finds it and clears it."""
    from_care: Callable[..., object] = SCENES["care"].act
    trial.comes()
    with trial.database.change() as connection:
        connection.exec_driver_sql("UPDATE loads SET open = open + 1")
    from_care(trial)
    with trial.database.change() as connection:
        connection.exec_driver_sql("UPDATE loads SET open = open - 1")
    trial.now += 1
    from_care(trial)


STORIES: Final = {
    **SCENES,
    "users, keys, channels": Scene(lambda _: None, houses),
    "sources and webhooks": Scene(lambda _: None, outlets),
    "work goes on": Scene(lambda _: None, worked_on),
    "a promise breaks": Scene(lambda _: None, harmed),
}


def events(trial: Trial) -> list[EventRow]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return list(tx.story.events(0, limit=10_000))


def played(trial: Trial, scene: Scene) -> None:
    scene.before(trial)
    scene.act(trial)


@pytest.fixture(scope="session")
def written() -> dict[str, set[str]]:
    """The kinds of events that each story has written."""
    return {}


def callers(trial: Trial) -> list[Caller]:
    """Everybody who may listen: reps, managers with and without people, an admin."""
    roster = trial.desk.setup().roster
    found = [_caller(trial, "rep", name) for name in roster.reps]
    found += [_caller(trial, "manager", name, reach=reach_of(roster, name)) for name in roster.reps]
    return [*found, _caller(trial, "admin", "ada"), _caller(trial, "viewer", "vi")]


def _caller(trial: Trial, role: Role, name: str, *, reach: frozenset[str] | None = None) -> Caller:
    actor = Actor(role, name, role, reach)
    rep = name if role == "rep" else ""
    return Caller(workspace=trial.desk.workspace, actor=actor, role=role, scopes=ROLES[role], rep=rep)


@pytest.mark.parametrize("name", STORIES)
def test_each_event_is_as_its_kind_says_and_heard_by_who_may_see_its_lead(
    sqlite_url: str, name: str, written: dict[str, set[str]]
) -> None:
    texts = scenes if name in SCENES else desk
    with opened(sqlite_url, policy=texts.POLICY, roster=texts.TEAM) as trial:
        played(trial, STORIES[name])
        written[name] = {event.kind for event in events(trial)}
        for event in events(trial):
            check_body(event.kind, event.body)
        assert disagreements(trial) == []


def disagreements(trial: Trial) -> list[str]:
    """Where the last event of a lead is heard by somebody who may not see the lead, or not by who may."""
    told, last = Concerns(), {}
    with trial.database.reading(trial.desk.workspace) as tx:
        for event in tx.story.events(0, limit=10_000):
            audience = told.told(tx, event)
            if event.lead is not None and KINDS[event.kind].sight == "lead":
                last[event.lead] = (event, audience)
        rows = tx.leads.several(sorted(last))
        offers, holders = tx.leads.offers_of(sorted(last)), tx.leads.holders_of(sorted(last))
    return [
        f"{event.kind} {caller.actor}"
        for lead, (event, audience) in last.items()
        for caller in callers(trial)
        if event.kind != "lead.declined"
        and (sees(viewer_of(caller), audience) == "whole")
        != may_see(caller, rows[lead], offers.get(lead, ()), holders.get(lead, frozenset()))
    ]


def test_the_stories_write_every_kind_there_is(written: dict[str, set[str]]) -> None:
    if written.keys() != STORIES.keys():
        pytest.skip("the stories were played by several processes")
    assert KINDS.keys() - set[str]().union(*written.values()) == OTHERS


def test_every_kind_that_is_written_anywhere_is_in_the_catalogue() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "src" / "evenhand" / "actions").glob("*.py"))
    named = set(re.findall(r'\.event\(\s*f?"([^"]+)"', code))
    plain = {name for name in named if "{" not in name}
    assert plain - KINDS.keys() == set()
    families = {name.partition("{")[0] for name in named - plain} - {""}
    assert [family for family in families if not any(kind.startswith(family) for kind in KINDS)] == []


def test_every_kind_is_in_the_reference_and_nothing_else_is() -> None:
    rows = [line.split("|") for line in PAGE.splitlines() if line.startswith("| `")]
    assert {kind for row in rows for kind in re.findall("`(.*?)`", row[1])} == set(TOLD)


def test_the_reference_names_every_part_of_a_body() -> None:
    rows = [line.split("|") for line in PAGE.splitlines() if line.startswith("| `")]
    for row in rows:
        said = set(re.findall("`(.*?)`", row[3]))
        parts = {part for kind in re.findall("`(.*?)`", row[1]) for part in TOLD[kind].body.__struct_fields__}
        assert parts - said == set(), row[1]


def test_every_sight_that_is_a_scope_is_one() -> None:
    assert {sight for sight in get_args(Sight) if ":" in sight} - SCOPES.keys() == set()


@pytest.mark.parametrize("kind", TOLD.values(), ids=lambda kind: kind.name)
def test_every_schema_can_be_read_and_lets_a_body_grow(kind: object) -> None:
    found = schema(kind)  # type: ignore[arg-type]
    assert '"additionalProperties":false' not in msgspec.json.encode(found).decode()
    assert found["properties"]["kind"] == {"const": found["title"]}  # type: ignore[index]


def test_kinds_are_named_one_by_one_or_by_family() -> None:
    assert kinds_named(["rep.*", " lead.assigned", "", "rep.*"]) == ("lead.assigned", "rep.*")
    with pytest.raises(BadUsage) as raised:
        kinds_named(["lead.asigned", "nothing.*"])
    first, second = raised.value.faults
    assert first.fix == "Did you mean 'lead.assigned'?"
    assert second.what == "'nothing.*' is no kind of event."


def test_what_is_told_in_place_of_something_else_is_never_written() -> None:
    assert KINDS.keys() & {GONE.name, PING.name} == set()


def test_the_api_has_the_catalogue_and_a_schema_of_every_kind(served: Served) -> None:
    found = served.at("viewer vi").get("/api/v1/events/catalogue").json()["items"]
    assert {each["kind"] for each in found} == set(TOLD)
    for each in found:
        answer = served.at("viewer vi").get(each["schema"])
        assert (answer.status_code, answer.json()["title"]) == (200, each["kind"])


def test_there_is_no_schema_of_what_does_not_happen(served: Served) -> None:
    assert served.at().get("/api/v1/events/schemas/lead.vanished").status_code == 404
