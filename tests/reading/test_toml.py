from decimal import Decimal
from pathlib import Path
from time import process_time

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import BadInput, BadPolicy, Fault
from evenhand.reading.toml import Document, decode, digest, read_text
from evenhand.reading.toml_places import Path as Place
from tests.reading import samples

ANY_TEXT = st.text(max_size=200) | st.text(alphabet="[]{}=.,'\"#\\\n ab1-", max_size=200)


def fault(text: str) -> Fault:
    """The only thing that is wrong with a text."""
    with pytest.raises(BadPolicy) as caught:
        Document(text, where="p.toml", error=BadPolicy)
    assert len(caught.value.faults) == 1
    return caught.value.faults[0]


def paths(value: object, here: Place = ()) -> list[Place]:
    """Every path of a document."""
    inner: list[Place] = []
    if isinstance(value, dict):
        inner = [path for key, item in value.items() for path in paths(item, (*here, key))]
    if isinstance(value, list):
        inner = [path for number, item in enumerate(value) for path in paths(item, (*here, number))]
    return [here, *inner]


def test_every_value_knows_its_line() -> None:
    document = Document(samples.POLICY)
    lines = samples.POLICY.split("\n")
    assert lines[document.line_of(("rule", 1, "tier", 1)) - 1].strip().startswith("[[rule.tier]]")
    assert lines[document.line_of(("rule", 1, "tier", 1, "who")) - 1].strip() == 'who = ["pool dach"]'
    assert lines[document.line_of(("fields", "seats", "label")) - 1].startswith("label")
    assert lines[document.line_of(("screen", 1, "when")) - 1].startswith("when = 'domain")


def test_a_value_in_a_list_over_several_lines_has_its_own_line() -> None:
    document = Document('a = [\n  1, # one\n  [2,\n   3],\n  { b = "x" },\n]\n')
    assert [document.line_of(("a", 1, 1)), document.line_of(("a", 2, "b"))] == [4, 5]


def test_what_is_not_there_has_the_line_of_what_would_contain_it() -> None:
    assert Document("\n[[rule]]\nname = 'x'\n").line_of(("rule", 0, "when")) == 2


def test_windows_line_ends_and_a_byte_order_mark_change_no_line() -> None:
    document = Document("\ufeff" + samples.POLICY.replace("\n", "\r\n"))
    assert document.data == Document(samples.POLICY).data
    assert document.line_of(("rule", 3)) == Document(samples.POLICY).line_of(("rule", 3))


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("a = 'abc'", 1, (1, 7)),
        ('a = "abc"', 2, (1, 8)),
        ('a = "\\u00e4\\"x"', 2, (1, 14)),
        ("a = '''\nab\ncd'''", 3, (3, 1)),
        ('a = """\nab \\\n   cd"""', 3, (3, 4)),
        ("a = 12", 1, (1, 5)),
    ],
)
def test_a_place_inside_a_text_is_found(text: str, offset: int, expected: tuple[int, int]) -> None:
    assert Document(text).position_in(("a",), offset) == expected


@pytest.mark.parametrize(
    ("text", "line", "fix"),
    [
        ("a = 1\nb = hello", 2, 'Put text in quotes: b = "hello".'),
        ("a = True", 1, "Write a = true."),
        ("a =", 1, "Give a a value after the =."),
        ("a: 1", 1, "TOML writes key = value, not key: value."),
        ('when = "x == "y""', 1, "A text that contains quotes stands between single ones: when = 'x == \"y\"'."),
        ("a = 'it's'", 1, 'A text that contains an apostrophe stands between double quotes: a = "it\'s".'),
        ('a = "x\n', 1, "Close the quotes on the same line, or use three quotes for a text over several lines."),
        ("a = [1,\n2", 2, "Separate the values with commas and close the list with ]."),
        ('a = "\\d"', 1, "Put the text in single quotes, where a backslash is only a backslash."),
        ("a b = 1", 1, "Write key = value; a key of other signs than letters, digits, _ and - stands in quotes."),
        ("x = nan", 0, "Numbers have at most 30 digits; nan and inf are none."),
        ("x = 1e999999999", 0, "Numbers have at most 30 digits; nan and inf are none."),
        ("x = 1" + "0" * 5000, 0, "Write it with fewer."),
    ],
)
def test_a_slip_is_told_with_its_line_and_its_fix(text: str, line: int, fix: str) -> None:
    assert (fault(text).line, fault(text).fix) == (line, fix)


@pytest.mark.parametrize(
    ("text", "shown", "lines"),
    [
        ("[a]\n\n[a]\n", "the table [a]", (3, 1)),
        ("a = 1\na = 2\n", "the key 'a'", (2, 1)),
        ("x = { a = 1, a = 2 }", "the key 'x.a'", (1, 1)),
    ],
)
def test_what_is_given_twice_is_told_with_both_lines(text: str, shown: str, lines: tuple[int, int]) -> None:
    found = fault(text)
    assert found.line == lines[0]
    assert found.what == f"not valid TOML: {shown} is given twice; it is already on line {lines[1]}."


def test_a_table_that_clashes_with_a_dotted_key_is_told_too() -> None:
    assert fault("a.b = 1\n[a]\n").what == "not valid TOML: a key or table is given twice."


@pytest.mark.parametrize("text", ["x = " + "[" * 10_000, "x = " + "{a=" * 10_000, "a." * 10_000 + "b = 1"])
def test_what_is_nested_ten_thousand_deep_is_refused(text: str) -> None:
    assert fault(text).what == "nested more than 40 deep."


@pytest.mark.parametrize("junk", ["\0", "\x07abc", "PK\x03\x04", "\ud800", "%PDF-1.7\n"])
def test_binary_junk_is_a_fault(junk: str) -> None:
    assert fault(junk).line == 1


def test_a_text_of_eight_million_characters_is_too_long() -> None:
    assert fault("#" * 8_000_001).fix == "Split it up."


def test_a_megabyte_is_read_within_seconds() -> None:
    rule = '[[rule]]\nname = "rule"\nwhen = \'country in DACH and employees >= 5\'\nwho = [["pool a"], ["pool b"]]\n'
    before = process_time()
    document = Document(rule * 10_000)
    assert process_time() - before < 10  # half a second to a second on a free machine
    assert document.line_of(("rule", 9_999)) == 4 * 9_999 + 1


@pytest.mark.parametrize("piece", ["[[a", "a=[", '"""', 'a="\\', "a={b={},c=", '"', "x=[[1],", "#", "[a]\n"])
def test_a_megabyte_of_nonsense_is_refused_quickly(piece: str) -> None:
    before = process_time()
    with pytest.raises(BadInput):
        Document(piece * (1_000_000 // len(piece)) + "\n=")
    assert process_time() - before < 20


@given(ANY_TEXT)
@settings(max_examples=300)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        document = Document(text)
    except BadInput:
        return
    assert all(1 <= document.line_of(path) <= text.count("\n") + 1 for path in paths(document.data))


@given(st.recursive(st.integers() | st.booleans() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=4)))
@settings(max_examples=100)
def test_every_value_that_tomlkit_writes_is_found(value: object) -> None:
    text = tomlkit.dumps({"a": {"b": value}, "c": [{"d": value}]})
    document = Document(text)
    assert all(path in document._places.at for path in paths(document.data))


def test_numbers_with_a_point_stay_exact() -> None:
    assert Document("x = 0.1").data == {"x": Decimal("0.1")}


@pytest.mark.parametrize("text", [samples.POLICY, samples.TEAM])
def test_tomlkit_gives_our_samples_back_byte_for_byte(text: str) -> None:
    assert tomlkit.dumps(tomlkit.parse(text)) == text


def test_an_edit_with_tomlkit_changes_one_line_only() -> None:
    parsed = tomlkit.parse(samples.POLICY)
    parsed["rule"][2]["name"] = "Hot"
    assert tomlkit.dumps(parsed) == samples.POLICY.replace('"Hot, small"', '"Hot"')


def test_the_digest_names_the_exact_text() -> None:
    assert digest("") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Document("a = 1\n").digest != Document("a = 1\r\n").digest
    assert digest("ab", "c") != digest("a", "bc")


@pytest.mark.parametrize(
    ("data", "what", "line"),
    [
        (b"a = 1\nb = '\xe9'", "byte 0xe9 is not UTF-8.", 2),
        ("a = 1".encode("utf-16"), "looks like UTF-16.", 1),
        (b"\x80", "byte 0x80 is not UTF-8.", 1),
    ],
)
def test_bytes_that_are_not_utf_8_are_told_with_their_line(data: bytes, what: str, line: int) -> None:
    with pytest.raises(BadPolicy) as caught:
        decode(data, where="p.toml", error=BadPolicy)
    assert (caught.value.faults[0].what, caught.value.faults[0].line) == (what, line)


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(BadPolicy, match="cannot be opened"):
        read_text(tmp_path / "policy.toml", error=BadPolicy)
