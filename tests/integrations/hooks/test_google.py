import pytest

from evenhand.errors import BadInput, GiveUp
from evenhand.integrations.hooks.google import DOOR
from evenhand.integrations.hooks.model import Answer, Fetch, Settings
from tests.integrations.hooks.payloads import GOOGLE, KEYS, SECRET, kept, post

PLAIN = Settings()


def test_the_key_in_the_body_proves_the_sender() -> None:
    assert DOOR.verify(post(GOOGLE), KEYS, PLAIN).ok


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ({**GOOGLE, "google_key": "123456"}, "is not the google_key"),
        ({**GOOGLE, "google_key": ""}, "there is no google_key"),
        ({**GOOGLE, "google_key": [SECRET]}, "there is no google_key"),
        ([], "there is no google_key"),
        (b"{", "no JSON"),
        ({**GOOGLE, "more": "x" * 200_000}, "far larger"),
    ],
)
def test_any_other_key_is_refused(payload: object, why: str) -> None:
    verdict = DOOR.verify(post(payload), KEYS, PLAIN)
    assert not verdict.ok
    assert why in verdict.why


def test_without_a_key_of_ours_an_empty_one_does_not_pass() -> None:
    assert "no google_key" in DOOR.verify(post({**GOOGLE, "google_key": ""}), {}, PLAIN).why


def test_a_lead_is_read_with_its_answers_and_where_it_came_from() -> None:
    (lead,) = DOOR.read(post(GOOGLE), PLAIN).leads
    assert (lead.key, lead.test) == ("TeSter-123-ABC", True)
    assert lead.fields["email"] == "fay@first.example"
    assert (lead.fields["name"], lead.fields["state"]) == ("Fay First", "California")
    assert lead.fields["what_type_of_insurance_are_you_looking_for?"] == "Condo"
    assert (lead.fields["campaign_id"], lead.fields["click_id"]) == ("10000000000", "a-click")


def test_a_production_lead_is_no_test_and_says_when() -> None:
    payload = {name: value for name, value in GOOGLE.items() if name != "is_test"}
    (lead,) = DOOR.read(post({**payload, "lead_submit_time": "2026-11-02T11:30:00Z"}), PLAIN).leads
    assert (lead.test, lead.received) == (False, 1_793_619_000_000)


def test_the_key_is_not_kept_with_the_lead() -> None:
    (lead,) = DOOR.read(post(GOOGLE), PLAIN).leads
    assert SECRET.encode() not in lead.raw
    assert kept(lead)["user_column_data"] == GOOGLE["user_column_data"]


def test_the_same_lead_has_the_same_key() -> None:
    first, second = (DOOR.read(post(GOOGLE), PLAIN).leads[0] for _ in range(2))
    assert (first.key, first.raw) == (second.key, second.raw)


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        ({**GOOGLE, "lead_id": None}, "lead_id"),
        ({**GOOGLE, "user_column_data": {}}, "user_column_data"),
        ({**GOOGLE, "user_column_data": ["x"]}, "user_column_data, item 1"),
        ([GOOGLE], "body"),
    ],
)
def test_a_body_of_another_shape_is_bad_input(broken: object, where: str) -> None:
    with pytest.raises(BadInput) as caught:
        DOOR.read(post(broken), PLAIN)
    assert where in caught.value.faults[0].where


def test_constants_and_expressions_win_over_the_built_in_names() -> None:
    insurance = "user_column_data[?starts_with(column_id, 'what_type')].string_value | [0]"
    settings = Settings(fields={"product": insurance}, constants={"source": "google-b2b", "tags": ("paid",)})
    (lead,) = DOOR.read(post(GOOGLE), settings).leads
    assert (lead.fields["product"], lead.fields["source"], lead.fields["tags"]) == ("Condo", "google-b2b", ["paid"])


def test_there_is_nothing_to_fetch() -> None:
    with pytest.raises(GiveUp):
        DOOR.fetching(Fetch(key="1", kind="lead"), KEYS, PLAIN)
    with pytest.raises(GiveUp):
        DOOR.fetched(Fetch(key="1", kind="lead"), Answer(status=200), PLAIN)
