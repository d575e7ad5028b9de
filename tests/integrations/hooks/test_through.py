"""From what a sender sends to a lead that can be decided about."""

from collections.abc import Iterator, Mapping, Sequence

import pytest

from evenhand.core.arrival import Arrival
from evenhand.integrations.hooks import DOORS
from evenhand.integrations.hooks.model import Knock, Settings, Taken
from evenhand.integrations.hooks.naming import cells
from evenhand.know.raw import Raw
from evenhand.reading.leads import LeadOptions, read_leads
from evenhand.reading.rows import Row
from tests.integrations.hooks.payloads import (
    ACTIVECAMPAIGN,
    GOOGLE,
    HUBSPOT,
    HUBSPOT_CONTACT,
    META,
    META_LEAD,
    NOW,
    TYPEFORM,
    answered,
    form,
    post,
)

PLAIN = Settings()


class OneRow:
    """A source of rows that holds one."""

    def __init__(self, cells: Mapping[str, Raw]) -> None:
        self._row = Row(1, cells)

    @property
    def header(self) -> Sequence[str]:
        return ()

    def __iter__(self) -> Iterator[Row]:
        return iter((self._row,))

    def close(self) -> None:
        return


def arrival(lead: Taken) -> Arrival:
    (found,) = read_leads(OneRow(cells(lead, NOW)), LeadOptions(as_of=NOW))
    assert isinstance(found, Arrival)
    return found


def of(sender: str, knock: Knock) -> Arrival:
    return arrival(DOORS[sender].read(knock, PLAIN).leads[0])


def fetched(sender: str, knock: Knock, answer: object) -> Arrival:
    door = DOORS[sender]
    return arrival(door.fetched(door.read(knock, PLAIN).fetches[0], answered(answer), PLAIN).leads[0])


def test_a_google_lead_arrives_typed() -> None:
    found = of("google", post(GOOGLE))
    assert (found.lead.id, found.lead.received) == ("TeSter-123-ABC", NOW)
    assert found.lead.fields["state"] == "CA"
    assert (found.lead.fields["email.domain"], found.key) == ("first.example", "fay@first.example")


def test_a_meta_lead_in_german_arrives_typed() -> None:
    found = fetched("meta", post(META), META_LEAD)
    assert (found.lead.fields["postal_code"], found.lead.received) == ("10115", NOW - 600_000)
    assert found.lead.fields["source"] == "instagram"


def test_a_hubspot_contact_arrives_typed() -> None:
    found = fetched("hubspot", post(HUBSPOT), HUBSPOT_CONTACT)
    assert (found.lead.fields["employees"], found.lead.fields["company"]) == (250, "World AG")


def test_a_form_of_activecampaign_arrives_typed() -> None:
    found = of("activecampaign", form(ACTIVECAMPAIGN))
    assert (found.lead.fields["tags"], found.lead.fields["company"]) == (
        ("Asked for a demo", "[KRC] Autumn"),
        "Camp Inc",
    )


def test_a_response_of_typeform_arrives_typed() -> None:
    found = of("typeform", post(TYPEFORM))
    assert (found.lead.fields["company"], found.lead.fields["medium"]) == ("Laurel Ltd", "email")
    assert (found.lead.fields["consent"], found.lead.fields["use_case"]) == (True, "Billing")


@pytest.mark.parametrize("name", ["id", "ID", "uuid", "received", "Received", "timestamp", "created_at", "Record ID"])
def test_no_answer_of_a_form_passes_for_the_id_or_the_time(name: str) -> None:
    settings = Settings(by="url")
    found = arrival(DOORS["json"].read(post({"email": "a@b.example", name: "32.13.1"}), settings).leads[0])
    assert found.lead.id.startswith("sha256-")
    assert found.lead.received == NOW
