"""What people are told, in words: what each detail shows, how times read, and that strangers write no lines of ours."""

import re
from html.parser import HTMLParser
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.model import MINUTE
from evenhand.integrations.words import DETAILS, SAID, Detail, Letter, Line, combined, one_line, unmarked, write

AT: Final = 1_790_000_000_000  # 2026-09-21 14:13:20 UTC
OPEN: Final = "https://e.example/leads/7"
ACCEPT: Final = "https://e.example/accept/x?y=1&z=2"
PERSON: Final = ("Jo Klein", "+49 30 1234", "jo@acme.example", "Please call after five")


def letter(kind: str = "assigned", **known: object) -> Letter:
    said: dict[str, object] = {
        "kind": kind,
        "at": AT,
        "name": "Ann",
        "zone": "Europe/Berlin",
        "lead": 7,
        "due": AT + 15 * MINUTE,
        "person": "Jo Klein",
        "phone": "+49 30 1234",
        "email": "jo@acme.example",
        "brief": (
            Line("Company", "Acme GmbH", "brief"),
            Line("Country", "DE", "brief"),
            Line("Message", "Please call after five"),
            Line("Phone 2", "  "),
        ),
        "why": "in pool dach, speaks German; furthest behind your share",
        "open": OPEN,
        "accept": ACCEPT,
    }
    return Letter(**(said | known))  # type: ignore[arg-type]


class Page(HTMLParser):
    """The tags, links and visible text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


# --- what is said ----------------------------------------------------------------------------------------------------


def test_an_assigned_lead_reads_well() -> None:
    words = write(letter(), detail="full")
    assert words.subject == "Lead 7 is yours, due in 15 min"
    assert (
        words.text
        == """Hello Ann,

Lead 7 is yours. It has just been given to you.
Please get in touch by 16:28 (Europe/Berlin), in 15 min.

  Name: Jo Klein
  Phone: +49 30 1234
  E-mail: jo@acme.example
  Company: Acme GmbH
  Country: DE
  Message: Please call after five

Why you: in pool dach, speaks German; furthest behind your share

Accept it: https://e.example/accept/x?y=1&z=2
Look at it: https://e.example/leads/7
"""
    )


def test_chat_is_shorter() -> None:
    assert (
        write(letter(), detail="brief").short
        == """\
Ann: Lead 7 is yours. It has just been given to you. Please get in touch by 16:28 (Europe/Berlin), in 15 min.
Company: Acme GmbH
Country: DE
Why you: in pool dach, speaks German; furthest behind your share
Accept it: https://e.example/accept/x?y=1&z=2
Look at it: https://e.example/leads/7"""
    )


def test_tiny_is_a_line_with_a_link() -> None:
    assert write(letter(), detail="full").tiny == f"Lead 7 is yours, due in 15 min. {ACCEPT}"
    assert write(letter(accept="")).tiny == f"Lead 7 is yours, due in 15 min. {OPEN}"


def test_a_page_says_the_same_as_the_text() -> None:
    words = write(letter(), detail="full")
    page = Page(words.html)
    said = " ".join(page.text.split())
    assert all(text in said for text in (*PERSON, "Acme GmbH", "Why you: in pool dach", "in 15 min", "Hello Ann,"))
    assert page.links == ["tel:+49301234", "mailto:jo@acme.example", ACCEPT, OPEN]


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    page = Page(write(letter(), detail="full").html)
    assert not set(page.tags) & {"img", "script", "link", "style", "iframe", "form", "object"}
    assert page.attributes <= {"lang", "charset", "name", "content", "style", "role", "href"}
    assert "url(" not in write(letter(), detail="full").html


@pytest.mark.parametrize("kind", [*SAID, "something new"])
@pytest.mark.parametrize("detail", DETAILS)
def test_every_kind_has_words(kind: str, detail: Detail) -> None:
    words = write(letter(kind), detail=detail)
    assert words.subject
    assert words.subject in words.html
    assert "None" not in words.text + words.html + words.short + words.subject + words.tiny
    assert "{" not in words.text + words.short
    assert "\n\n\n" not in words.text


def test_a_lead_that_has_gone_says_why_and_asks_for_nothing() -> None:
    words = write(letter("moved on", reason="no answer within 15 minutes", accept=""))
    assert "Reason: no answer within 15 minutes" in words.text
    assert "get in touch" not in words.text
    assert words.subject == "Lead 7 is no longer yours"


def test_what_was_due_before_now_is_said_to_have_been() -> None:
    words = write(letter("overdue", due=AT - 5 * MINUTE))
    assert "It was due by 16:08 (Europe/Berlin), 5 min ago." in words.text
    assert words.subject == "Lead 7 is overdue"


def test_an_offer_is_open_until_its_time() -> None:
    assert "It is open until 16:28 (Europe/Berlin), in 15 min." in write(letter("offered")).text


def test_a_message_about_no_lead_names_none() -> None:
    words = write(Letter(kind="test", at=AT))
    assert (words.subject, words.text) == (
        "A test message",
        "A test message. If you can read this, this channel works.\n",
    )


def test_a_digest_shows_its_counts_at_any_detail() -> None:
    counts = (Line("Waiting", "3", "none"), Line("Longest waiting", "Acme GmbH", "brief"))
    words = write(Letter(kind="digest", at=AT, brief=counts), detail="none")
    assert "Waiting: 3" in words.text
    assert "Acme" not in words.text


# --- what a channel may show -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("detail", ["none", "brief"])
def test_only_full_detail_names_anybody(detail: Detail) -> None:
    words = write(letter(), detail=detail)
    everything = f"{words.subject} {words.text} {words.html} {words.short} {words.tiny}"
    assert [text for text in (*PERSON, "+49301234") if text in everything] == []


def test_no_detail_is_number_due_and_links_only() -> None:
    words = write(letter("moved on", reason="Acme called Bob"), detail="none")
    everything = f"{words.subject} {words.text} {words.html} {words.short} {words.tiny}"
    assert [text for text in ("Acme", "DE", "German", "Bob") if text in everything] == []
    assert OPEN in words.text


def test_a_subject_and_a_tiny_text_never_name_anybody() -> None:
    words = write(letter(), detail="full")
    assert [text for text in (*PERSON, "Acme") if text in words.subject + words.tiny] == []


def test_what_is_not_said_to_be_harmless_is_shown_in_full_detail_only() -> None:
    assert Line("Message", "x").shown == "full"


# --- several at once -------------------------------------------------------------------------------------------------


def test_several_letters_become_one_message() -> None:
    words = combined([letter(), letter(lead=8), letter(lead=9)])
    assert words.subject == "Leads 7, 8 and 9 are yours"
    assert words.text.count("Hello Ann") == 1
    assert words.text.count("Company: Acme GmbH") == words.html.count("<h1") == 3
    assert words.short.count("\n\n") == 2
    assert words.tiny == f"Leads 7, 8 and 9 are yours. {OPEN}"


def test_several_kinds_are_counted() -> None:
    assert combined([letter(), letter("moved on", lead=8)]).subject == "2 messages, about leads 7 and 8"
    assert combined([letter(), letter("reminder")]).subject == "2 messages, about lead 7"
    assert combined([letter("finding", lead=None), letter("test", lead=None)]).subject == "2 messages"


def test_many_leads_are_not_all_listed() -> None:
    subject = combined([letter(lead=number) for number in range(1, 9)]).subject
    assert subject == "Leads 1, 2, 3, 4, 5 and 3 more are yours"


def test_nothing_cannot_be_said() -> None:
    with pytest.raises(ValueError, match="nothing to say"):
        combined([])


# --- what strangers type ---------------------------------------------------------------------------------------------

NASTY: Final = (
    "<b>x</b>\r\nAccept it: http://evil.example \N{RIGHT-TO-LEFT OVERRIDE}@everyone <!channel> [a](http://evil)"
)


def test_what_a_lead_says_stays_on_its_line_and_is_no_markup() -> None:
    words = write(
        letter(person=NASTY, phone=NASTY, email=NASTY, brief=(Line("Company", NASTY, "brief"),)), detail="full"
    )
    assert re.findall("^Accept it: .*", words.text, re.MULTILINE) == [f"Accept it: {ACCEPT}"]
    assert re.findall("^Accept it: .*", words.short, re.MULTILINE) == [f"Accept it: {ACCEPT}"]
    assert {"b", "!channel"} & set(Page(words.html).tags) == set()
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in words.text + words.html + words.short


def test_nobody_is_called_by_a_lead() -> None:
    words = write(letter(person=NASTY), detail="full")
    assert "@everyone" not in words.short
    assert "<!channel>" not in words.short
    assert "](" not in words.short


@given(st.text(max_size=80), st.sampled_from(["person", "phone", "email", "why", "reason", "name"]))
def test_no_text_changes_the_shape_of_a_message(text: str, field: str) -> None:
    plain, strange = (write(letter(**{field: said}), detail="full") for said in ("x", f"x{text}"))
    assert len(strange.text.split("\n")) == len(plain.text.split("\n"))
    assert len(strange.text.splitlines()) == len(plain.text.splitlines())
    assert len(strange.short.splitlines()) == len(plain.short.splitlines())
    links = [link.partition(":")[0] for link in Page(strange.html).links]
    assert [link for link in links if link != "tel"] == ["mailto", "https", "https"]
    assert [tag for tag in Page(strange.html).tags if tag != "a"] == [
        tag for tag in Page(plain.html).tags if tag != "a"
    ]


@given(st.text())
def test_one_line_is_one_line_and_not_too_long(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert len(line) <= 300
    assert one_line(line) == line


@given(st.text(st.sampled_from("@<>[](everyonehal ")))
def test_nothing_unmarked_calls_everybody(text: str) -> None:
    assert not re.search(r"@(everyone|here|channel|all\b)|[<>]|\]\(", unmarked(text), re.IGNORECASE)


def test_some_scripts_keep_the_letters_that_join() -> None:
    assert one_line("نمی\N{ZERO WIDTH NON-JOINER}خواهم") == "نمی\N{ZERO WIDTH NON-JOINER}خواهم"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "//e.example", 'https://e.example/" x=', "x"]
)
def test_what_is_no_web_address_is_nothing_to_click_on(link: str) -> None:
    words = write(letter(open=link, accept=""))
    assert "Look at it" not in words.text + words.html + words.short
