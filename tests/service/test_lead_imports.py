"""`POST /api/v1/imports`: a file of leads through the API."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from evenhand.service.importing import Wanted
from evenhand.service.routes import imports
from tests.desk import WEBSITE
from tests.service.serving import Served

FILE = "Company;E-Mail;Rep;Status\nAcme;jo@acme.com;ann;new\nBeta;al@beta.com;nobody;new\nGamma;;bob;won\n"
LEADS = "email,company,received\njo@acme.com,Acme,\nal@beta.com,Beta,2099-01-01\n,Gamma,\n"


def sent(served: Served, body: str | bytes, *, who: str = "admin ada", accept: str = "", **asked: Any) -> Any:
    headers = {"Content-Type": "text/csv"} | ({"Accept": accept} if accept else {})
    content = body.encode() if isinstance(body, str) else body
    return served.at(who).post("/api/v1/imports", content=content, headers=headers, params=asked)


@pytest.fixture(autouse=True)
def tidy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Whatever becomes of an import, its file is gone afterwards."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.glob("evenhand-import-*")) == []


def test_a_file_is_taken_in_and_summed_up(each_served: Served) -> None:
    answer = sent(each_served, LEADS)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["lines"], found["new"], found["rejected"], found["states"]) == (3, 2, 1, {"assigned": 2})
    assert [(each["line"], each["field"]) for each in found["rejects"]] == [(3, "received")]
    assert sum(found["reps"].values()) == 2
    assert each_served.trial.row(1).source == "import"


def test_the_same_file_twice_takes_nothing_twice(each_served: Served) -> None:
    sent(each_served, LEADS)
    again = sent(each_served, LEADS).json()
    assert (again["new"], again["again"], again["rejected"]) == (0, 2, 1)


def test_columns_go_where_the_mapping_says(served: Served) -> None:
    answer = sent(served, "who,what\njo@acme.com,x\n", map=["who=email"], source="fair").json()
    assert (answer["new"], answer["unmapped"]) == (1, ["what"])
    lead = served.at().get("/api/v1/leads/1").json()["lead"]
    assert (lead["source"], lead["fields"]["email"]) == ("fair", "jo@acme.com")


def test_a_dry_run_says_the_same_and_keeps_nothing(each_served: Served) -> None:
    found = sent(each_served, LEADS, dry_run="true").json()
    assert (found["dry_run"], found["new"], found["rejected"]) == (True, 2, 1)
    assert each_served.at().get("/api/v1/leads").json()["items"] == []


def test_rejects_can_be_downloaded(served: Served) -> None:
    answer = sent(served, LEADS, accept="text/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["import-summary"] == "lines=3, new=2, again=0, rejected=1"
    head, line = answer.text.splitlines()
    assert (head, line.startswith("3,received,2099-01-01,")) == ("line,field,value,cause,fix", True)


def test_progress_is_told_line_by_line(each_served: Served) -> None:
    body = "email\n" + "".join(f"jo{n}@acme.com\n" for n in range(600)) + "a,b,c\n"
    answer = sent(each_served, body, accept="application/x-ndjson")
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [each["taken"] for each in told if "taken" in each] == [256, 512, 600]
    assert [each["reject"]["line"] for each in told if "reject" in each] == [602]
    assert (told[-1]["summary"]["new"], told[-1]["summary"]["rejected"]) == (600, 1)


def test_what_goes_wrong_on_the_way_is_told_in_the_end(served: Served) -> None:
    answer = sent(served, b"email\n\xff\n", accept="application/x-ndjson")
    assert json.loads(answer.text.splitlines()[-1])["error"]["status"] == 400


def test_a_form_with_a_file_will_do(served: Served) -> None:
    file = {"file": ("leads.csv", LEADS.encode(), "text/csv")}
    answer = served.at().post("/api/v1/imports", files=file)
    assert (answer.status_code, answer.json()["new"], served.trial.row(1).source) == (200, 2, "leads.csv")
    empty = served.at().post("/api/v1/imports", files={"note": (None, "hello")})
    assert (empty.status_code, empty.json()["faults"][0]["where"]) == (400, "body")


def test_json_lines_will_do(served: Served) -> None:
    headers = {"Content-Type": "application/x-ndjson"}
    answer = served.at().post("/api/v1/imports", content=b'{"email": "jo@acme.com"}\n{"email"\n', headers=headers)
    assert (answer.json()["new"], answer.json()["rejected"]) == (1, 1)


def test_leads_come_with_whoever_holds_them(each_served: Served) -> None:
    found = sent(each_served, FILE, holders="true", delimiter=";").json()
    assert (found["new"], found["rejected"], found["unmapped"]) == (2, 1, [])
    assert (each_served.trial.state(1), each_served.trial.state(2)) == ("assigned ann", "closed")
    assert each_served.trial.told(1) == []


@pytest.mark.parametrize(
    ("body", "asked", "where"),
    [
        (LEADS, {"map": "company"}, "map"),
        (LEADS, {"zone": "Nowhere/Land"}, "zone"),
        (LEADS, {"currency": "XXX"}, "currency"),
        (LEADS, {"holders": "true"}, "rep"),
        (FILE, {"holders": "true", "dry_run": "true"}, "dry_run"),
    ],
)
def test_what_does_not_go_together_is_refused(served: Served, body: str, asked: dict[str, str], where: str) -> None:
    answer = sent(served, body, **asked)
    assert (answer.status_code, answer.json()["faults"][0]["where"]) == (400, where), answer.text


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("", {}),
        ("\n\n", {}),
        (b"PK\x03\x04", {}),
        (LEADS, {"encoding": "klingon"}),
        (LEADS, {"delimiter": "::"}),
        (LEADS, {"map": "nothing=email"}),
        (LEADS, {"map": "email=nothing"}),
    ],
)
def test_a_file_that_is_none_is_refused(served: Served, body: Any, asked: dict[str, str]) -> None:
    answer = sent(served, body, **asked)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), answer.text


def test_who_may_bring_what(served: Served) -> None:
    for who in ("rep ann", "viewer vi"):
        assert sent(served, LEADS, who=who).status_code == 403
    assert sent(served, LEADS, who="manager eve").status_code == 200
    assert sent(served, FILE, who="manager eve", holders="true").status_code == 403


def test_an_import_that_nobody_listens_to_any_more_ends(served: Served) -> None:
    with tempfile.NamedTemporaryFile("w", prefix="evenhand-import-", suffix=".csv", delete=False) as file:
        file.write("email\n" + "".join(f"jo{n}@acme.com\n" for n in range(5000)))
    wanted = Wanted(path=file.name, source="x", actor=WEBSITE)

    async def begin_and_leave() -> None:
        lines = imports._progress(served.house.rooms[1], wanted)
        assert json.loads(await anext(lines))["taken"] == 256
        await lines.aclose()

    asyncio.run(begin_and_leave())
