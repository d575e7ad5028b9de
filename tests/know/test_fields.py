from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.arrival import Problem
from evenhand.core.countries import KNOWN_COUNTRIES
from evenhand.core.model import Value
from evenhand.core.when.fields import CATALOGUE, Vocabulary
from evenhand.know.countries import COUNTRIES, country_code
from evenhand.know.domains import FREE_MAIL, company_domain, email_key, read_email, registrable
from evenhand.know.fields import Terms, convert
from evenhand.know.raw import Raw, shorten

TERMS = Terms(vocabulary=Vocabulary(rates={"USD": Decimal("0.5")}))


def read(name: str, raw: Raw) -> Value | Problem | None:
    return convert(CATALOGUE[name], raw, TERMS)


@pytest.mark.parametrize(
    "nothing", ["", "  ", "n/a", "NULL", "none", "-", "Select", "Unknown", "(not set)", "--None--", None]
)
@pytest.mark.parametrize("name", ["industry", "employees", "country", "consent", "budget", "received", "tags"])
def test_placeholders_mean_unknown(name: str, nothing: Raw) -> None:
    assert read(name, nothing) is None


def test_null_is_a_family_name_and_namibia_a_country() -> None:
    assert (read("last_name", "Null"), read("country", "NA"), read("last_name", "-")) == ("Null", "NA", None)


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("title", "  Head of Sales ", "Head of Sales"),
        ("postal_code", 1234, "1234"),
        ("postal_code", "01067", "01067"),
        ("product", Decimal("1.50"), "1.50"),
        ("product", True, "true"),
        ("employees", "1,000-5,000", 1000),
        ("employees", Decimal("12.0"), 12),
        ("score", 0, 0),
        ("score", "7.5", Decimal("7.5")),
        ("budget", "$100", 50),
        ("budget", 100, 100),
        ("consent", "Ja", True),
        ("consent", 0, False),
        ("consent", False, False),
        ("tags", "a; b,c;a; ", ("a", "b,c")),
        ("tags", "a|b", ("a", "b")),
        ("tags", ["a", 1], ("a", "1")),
        ("tags", [], None),
        ("country", "Deutschland", "DE"),
        ("country", "U.S.A.", "US"),
        ("state", "new york", "NY"),
        ("state", "US-ny", "NY"),
        ("state", "zh", "ZH"),
        ("language", "de_AT", "de"),
        ("language", "German", "German"),
        ("email", "Ann <Ann@ACME.com>", "Ann@acme.com"),
        ("domain", "https://www.acme.co.uk/about", "acme.co.uk"),
    ],
)
def test_each_type_of_field_is_read(name: str, raw: Raw, value: Value | None) -> None:
    assert read(name, raw) == value


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("employees", "several"),
        ("employees", True),
        ("employees", Decimal("1.5")),
        ("employees", [1]),
        ("tags", [["a"]]),
        ("title", ["a"]),
        ("title", Decimal("NaN")),
        ("consent", "maybe"),
        ("country", "Narnia"),
        ("country", "Korea"),
        ("email", "ann at acme"),
        ("domain", "localhost"),
        ("received", "soon"),
        ("budget", Decimal("1e400")),
    ],
)
def test_a_value_that_cannot_be_read_is_a_problem_that_says_how_to_mend_it(name: str, raw: Raw) -> None:
    problem = read(name, raw)
    assert isinstance(problem, Problem)
    assert (problem.field, problem.value) == (name, shorten(raw))
    assert problem.cause


def test_a_problem_reads_as_a_sentence() -> None:
    assert str(read("consent", "maybe")) == "consent 'maybe': neither yes nor no; write yes or no"


def test_long_values_are_shortened_to_one_line() -> None:
    assert len(shorten("x\n" * 500)) == 80
    assert shorten("a\n b\0") == "a b\\0"


def test_a_bare_amount_may_have_a_currency_of_its_own() -> None:
    terms = Terms(vocabulary=TERMS.vocabulary, currency="USD")
    assert [convert(CATALOGUE["budget"], raw, terms) for raw in (100, "100", "100 EUR")] == [50, 50, 100]


def test_every_country_has_a_code_that_the_rest_knows() -> None:
    assert KNOWN_COUNTRIES == COUNTRIES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("uk", "GB"),
        ("DEU", "DE"),
        ("Côte d’Ivoire", "CI"),
        ("St. Lucia", "LC"),
        ("the Netherlands", "NL"),
        ("EL", "GR"),
    ],
)
def test_countries_are_known_by_their_usual_names(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("WWW.Acme.co.uk.", "acme.co.uk"),
        ("http://ann:pw@x.acme.com:8080/p?q", "acme.com"),
        ("shop.myshopify.com", "shop.myshopify.com"),
        ("github.io", "github.io"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("127.0.0.1", ""),
        ("a..b", ""),
        ("com", ""),
        ("ü" * 80 + ".de", ""),
    ],
)
def test_a_domain_is_cut_to_what_was_registered(host: str, domain: str) -> None:
    assert registrable(host) == domain


def test_a_provider_of_private_addresses_is_no_company() -> None:
    assert (company_domain("mail.gmail.com"), company_domain("acme.com")) == ("", "acme.com")
    assert all(registrable(domain) == domain for domain in FREE_MAIL)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ann@acme.com", "ann@ACME.com"), ("ann+x@acme.com", "ann@acme.com"), ("a.n.n@gmail.com", "Ann@googlemail.com")],
)
def test_two_spellings_of_one_mailbox_have_one_key(one: str, other: str) -> None:
    assert email_key(one) == email_key(other)


def test_dots_count_where_the_provider_says_so() -> None:
    assert email_key("a.nn@acme.com") != email_key("ann@acme.com")


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_nothing(text: str) -> None:
    assert read_email(text) == "" or read_email(text).count("@") == 1


RAW = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals(), st.text(), st.lists(st.text() | st.integers(), max_size=3)
)


@given(st.sampled_from(sorted(CATALOGUE)), RAW)
def test_whatever_a_file_holds_is_a_value_or_unknown_or_a_problem(name: str, raw: Raw) -> None:
    value = read(name, raw)
    assert value is None or isinstance(value, Problem | bool | int | Decimal | str | tuple)
    assert not isinstance(value, int) or abs(value) < 10**18
