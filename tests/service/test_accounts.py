"""`/api/v1/accounts`: the companies that are known, over HTTP."""

from typing import Any

import pytest

from evenhand.workers.accounts import AccountBook
from tests.service.serving import Served

API = "/api/v1/accounts"
FILE = b"id,name,domain,owner\nacme,Acme,acme.com,ann\nglobex,Globex,globex.com,bob\n,,,\n"


def imported(served: Served, content: bytes = FILE, **asked: Any) -> Any:
    return served.at().post(f"{API}/import", content=content, headers={"content-type": "text/csv"}, params=asked)


def noticed(served: Served) -> None:
    """What a worker does each second."""
    room = served.house.by_name["main"]
    AccountBook(room.desk, lambda found: setattr(room, "accounts", found)).step()


def test_a_file_is_put_in_and_taken_out_again(each_served: Served) -> None:
    answer = imported(each_served)
    assert answer.status_code == 200, answer.text
    assert [answer.json()[name] for name in ("lines", "new", "changed", "same", "rejected")] == [2, 2, 0, 0, 0]
    assert imported(each_served).json()["same"] == 2
    lines = each_served.at().get("/api/v1/export/accounts").text.splitlines()
    assert len(lines) == 2
    assert each_served.at().get("/api/v1/export/accounts?after=acme").text.count("\n") == 1


def test_a_dry_run_keeps_nothing(served: Served) -> None:
    assert imported(served, dry_run=True).json()["new"] == 2
    assert served.at().get(API).json()["items"] == []


def test_lines_that_cannot_be_used_are_told(served: Served) -> None:
    found = imported(served, b"id,name,domain,hue\nacme,Acme,not a domain,red\nacme,Again,a.com,\n").json()
    assert (found["new"], found["rejected"], found["dirty"], found["unmapped"]) == (1, 1, {"domains": 1}, ["hue"])
    assert found["rejects"][0]["cause"] == "account of line 2 has the same id"


def test_accounts_are_listed_by_the_page_and_by_a_beginning(served: Served) -> None:
    imported(served)
    first = served.at("viewer vi").get(f"{API}?limit=1").json()
    rest = served.at("viewer vi").get(API, params={"after": first["next"]}).json()
    assert [item["id"] for item in (*first["items"], *rest["items"])] == ["acme", "globex"]
    assert [item["id"] for item in served.at().get(f"{API}?q=glob").json()["items"]] == ["globex"]


def test_an_account_is_put_in_changed_and_dropped(each_served: Served) -> None:
    at, wanted = each_served.at(), {"name": "Acme", "owner": "ann", "fields": {"account": {"employees": 40}}}
    made = at.put(f"{API}/acme", json=wanted)
    assert made.status_code == 201, made.text
    assert (made.status_code, made.json()["fields"]) == (201, {"account.employees": 40})
    assert at.put(f"{API}/acme", json=wanted).status_code == 428
    assert at.put(f"{API}/acme", json=wanted, headers={"If-Match": '"old"'}).status_code == 412
    seen = at.get(f"{API}/acme")
    tag = {"If-Match": seen.headers["etag"]}
    assert at.put(f"{API}/acme", json={**seen_body(seen), "owner": "bob"}, headers=tag).json()["owner"] == "bob"
    assert at.delete(f"{API}/acme", headers=tag).status_code == 412
    assert at.delete(f"{API}/acme").status_code == 204
    assert at.get(f"{API}/acme").status_code == 404


def seen_body(seen: Any) -> dict[str, Any]:
    return {name: value for name, value in seen.json().items() if name not in {"id", "version", "since"}}


def test_everything_that_is_wrong_with_an_account_is_told(served: Served) -> None:
    answer = served.at().put(f"{API}/acme", json={"domains": ["no domain"], "fields": {"account.hue": "red"}})
    assert answer.status_code == 422
    assert {"domains", "account.hue"} <= {each["where"] for each in answer.json()["faults"]}


@pytest.mark.parametrize("who", ["rep ann", "viewer vi", "manager eve"])
def test_only_who_may_write_puts_accounts_in(served: Served, who: str) -> None:
    assert served.at(who).put(f"{API}/acme", json={}).status_code == 403
    assert served.at("rep ann").get(API).status_code == 403


def test_a_lead_is_matched_with_the_accounts_in_force(each_served: Served) -> None:
    imported(each_served)
    noticed(each_served)
    known = each_served.trial.row(each_served.take(email="jo@acme.com"))
    assert b"acme" in known.memory
    each_served.at().delete(f"{API}/acme")
    noticed(each_served)
    assert b"acme" not in each_served.trial.row(each_served.take(email="al@acme.com")).memory


def test_a_file_of_leads_is_matched_with_what_has_just_been_put_in(served: Served) -> None:
    imported(served)
    headers = {"content-type": "text/csv"}
    served.at().post("/api/v1/imports", content=b"email\njo@globex.com\n", headers=headers)
    assert b"globex" in served.trial.row(1).memory
