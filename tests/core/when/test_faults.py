"""What the language refuses, and how it says so."""

import pytest

from evenhand.core.when import Want, read, vocabulary_with
from evenhand.errors import BadExpression, Fault
from tests.core.when.strategies import WORDS


def faults(source: str, want: Want = "condition") -> tuple[Fault, ...]:
    with pytest.raises(BadExpression) as caught:
        read(source, WORDS, want=want)
    return caught.value.faults


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "Write always"),
        (" \n ", "Write always"),
        ('countri == "DE"', "Did you mean country?"),
        ("industry == fintech", 'Put a text in quotes, "fintech"'),
        ("country in DACHH", "Did you mean DACH?"),
        ("country in XQZWV", "Declare it under [regions]."),
        ('country == "UK"', 'Write "GB".'),
        ('country == "Germany"', "Did you mean DE?"),
        ('country == "DACH"', "in DACH"),
        ("country in EAST", "place in EAST"),
        ("industry in DACH", "industry is no country"),
        ("DACH", "DACH is a region."),
        ("price > 1", "price is a table."),
        ("pricing[plan] > 1", "Did you mean price?"),
        ("xqzwv[plan] > 1", "Declare it as [tables.xqzwv]."),
        ("price[employees] > 1", "The key of price is a whole number."),
        ('price["gold"] > 1', "a key the table lacks"),
        ("known", "known is a function."),
        ("known(5)", "known takes one field."),
        ("containz(title, 'a')", "Did you mean contains?"),
        ("xqzwv(title)", "There is no function"),
        ("contains(title)", "contains takes 2 values, not 1."),
        ("min(1)", "min takes 2 or more values"),
        ("contains(employees, 'a')", "it must be a text or a set of texts"),
        ("contains(title, '')", "an empty text says nothing"),
        ("'' in title", "An empty text says nothing."),
        ("matches(title, company)", "the pattern must be written out"),
        ("any_of(pages, [])", "This list is empty."),
        ("any_of(pages, [1])", "only texts"),
        ("any_of(pages, [company])", "written out"),
        ("any_of(pages, [xqzwv])", "There is no field"),
        ("country in [xqzwv]", "There is no field"),
        ("country in [company]", "written out"),
        ("country in [1]", "the list has 1"),
        ('country in ["XX"]', "no country code"),
        ("consent in [true]", "cannot be looked for in a list"),
        ("employees in pages", "Only a text can be in"),
        ('employees in "abc"', "After in stands a region"),
        ("country in (1 + 1)", "After in stands"),
        ('title == ""', "Write not known(field)."),
        ('employees == "500"', "numbers stand without quotes"),
        ('title < "a"', "A text has no order."),
        ("pages == pages", "A set of texts cannot be compared."),
        ("consent == email.free", "Combine them with and, or, not."),
        ("employees", "employees is a whole number, not a condition. Compare it"),
        ("pages", 'pages is a set of texts, not a condition. Ask something of it, `"x" in pages`.'),
        ("received", "received is a time, not a condition."),
        ("value * value > 1", "means nothing with amounts"),
        ("1 / value > 1", "means nothing with amounts"),
        ("title + 1 > 1", "+ needs numbers"),
        ("-title > 1", "- needs numbers"),
        ("1 / 0 > 1", "a division by zero"),
        ("(1 if consent else 'a') == 1", "One branch is"),
        ("consent if employees else consent", "not a condition"),
        ("consent if always else 5", "not a condition"),
        ('value > money(1, "XXX")', "Known: EUR, USD."),
        ('value > money("a", "USD")', "money takes a number and a currency."),
        ("days_since(title) > 1", "it must be a time"),
        ("place", "place stands only before in."),
        ("[1]", "A list stands only after in"),
        ("consent, consent", "A comma joins nothing here."),
        ("(a).b.c()", "There is no function"),
        ("known(f=1)", "“=” is not part"),
        ("title[1:2]", "“:” is not part"),
        ("(1 + 1).a", "A point stands only in field names."),
        ("...", "not part of the language"),
        ("(1 + 1)(2)", "is not a call of a function"),
        ("9" * 35 + " > 1", "That number is too large."),
    ],
)  # fmt: skip
def test_a_fault_names_the_word_and_the_way_out(source: str, words: str) -> None:
    assert words in str(faults(source)[0])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('country = "DE"', "Write == to compare."),
        ("consent && consent", "Write and."),
        ("consent AND consent", "Write and, in small letters."),
        ("!consent", "Write not."),
        ("employees is None", "Write == to compare"),
        ("title == “x”", "Use straight quotes"),
        ("2 ** 3 > 1", "There are no powers"),
        ("employees % 2 == 1", "“%” is not part"),
        ("employees // 2 == 1", "use round()"),
        ("a @ b", "“@” is not part"),
        ("lambda: 1", "“lambda” is not a word here."),
        ("(x := 1)", "“:=” is not part"),
        ("{1}", "square brackets"),
        ("[x for x in pages]", "“for” is not a word"),
        ("contains(*pages)", "not part of the language"),
        ('f"{title}" == "a"', "runs together"),
        ('title == "a\\n"', "backslash"),
        ('title == "a\tb"', "unprintable"),
        ('title == "a', "A text is not closed."),
        ('industry in ["a" "b"]', "Put a comma"),
        ('title == """a"""', "Put a comma"),
        ("employees > 1e5", "runs together"),
        ("employees > 0x10", "runs together"),
        ("employees > 007", "is no number"),
        ("employees > 1__0", "is no number"),
        ("employees > 1_", "is no number"),
        ("employees > 1.", "is no number"),
        ("employees > .5", "stray point"),
        ("employees > 1.5.5", "stray point"),
        ("(consent", "never closed"),
        ("consent)", "closes nothing"),
        ("(consent]", "closes nothing"),
        ("consent) or (consent", "closes nothing"),
        ("consent and", "This cannot be read."),
        ("\x00", "character number 0"),
        ("größe > 1", "not part of the language"),
        ("consent # yes", "“#” is not part"),
    ],
)
def test_a_sign_or_word_from_elsewhere_is_answered_with_ours(source: str, words: str) -> None:
    assert words in "\n".join(map(str, faults(source)))


def test_several_faults_are_told_at_once_each_with_its_column() -> None:
    found = faults('countri == "DE" and employes > 5 and value > "x"')
    assert [fault.column for fault in found] == [1, 21, 38]


def test_columns_count_characters_even_after_letters_of_several_bytes() -> None:
    (fault,) = faults('city == "Zürich" and employes > 5')
    assert fault.column == 22


def test_a_number_or_an_amount_must_be_one() -> None:
    assert "an amount is wanted" in str(faults("consent", "money")[0])
    assert "a text is wanted" in str(faults("5", "text")[0])
    assert "a number is wanted" in str(faults("title", "number")[0])


def test_a_value_may_not_be_worked_out_from_personal_data() -> None:
    assert "from email" in str(faults('10 if email == "a@b.c" else 20', "money")[0])
    assert "from name" in str(faults("length(name)", "number")[0])


def test_a_table_of_mixed_entries_and_a_broken_region_are_refused() -> None:
    words = vocabulary_with(
        regions={"LOOP": ("LOOP",), "ODD": ("Narnia",)}, tables={"mixed": {"a": 1, "b": "x"}, "empty": {}}
    )
    for source in ("mixed[plan] == 1", "empty[plan] == 1", "country in LOOP", "place in ODD"):
        with pytest.raises(BadExpression):
            read(source, words)
