"""The docs say what the code does: links lead somewhere, and every word, code and command has its page."""

import importlib
import importlib.util
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import typer.main

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
REFERENCE: Final = DOCS / "reference"
SCENARIOS: Final = ROOT / "tests" / "scenarios"
DECISIONS: Final = sorted((DOCS / "decisions").glob("[0-9]*.md"))
PAGES: Final = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

HEADINGS: Final = ["Status", "Context", "Decision", "Consequences", "Alternatives"]
LANGUAGES: Final = {
    "console",
    "csv",
    "json",
    "make",
    "python",
    "text",
    "toml",
}  # a typing slip would leave examples unrun
FENCE: Final = re.compile(r"^( *)(`{3,})(.*?)$(.*?)^\1\2 *$", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?\)")
OUTSIDE: Final = ("http://", "https://", "mailto:")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """A page without its code."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text(encoding="utf-8")))


def links(page: Path) -> Iterator[str]:
    """Where a page points to within the project."""
    return (link for link in LINK.findall(prose(page)) if not link.startswith(OUTSIDE))


def anchors(page: Path) -> set[str]:
    """The names by which the headings of a page can be linked to."""
    titles = re.findall(r"^#+ +(.*?) *$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def is_dead(page: Path, link: str) -> bool:
    file, _, anchor = link.partition("#")
    target = (page.parent / file) if file else page
    if not target.exists():
        return True
    return bool(anchor) and target.suffix == ".md" and anchor not in anchors(target)


def member(module: str, attribute: str) -> Any:  # whatever the module holds there
    """One name of a module of ours; the test is skipped, and says so, while there is no such module."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not written yet")
    return getattr(importlib.import_module(module), attribute)


def words(module: str, attribute: str) -> list[str]:
    return [str(word) for word in member(module, attribute)]


def scenarios() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(SCENARIOS.rglob("*.toml")))


def pageless(section: str, found: list[str]) -> list[str]:
    return [word for word in found if not (REFERENCE / section / f"{word.replace(' ', '-')}.md").exists()]


def untold(found: list[str]) -> list[str]:
    """The words that no scenario uses."""
    text = scenarios()
    return [word for word in found if not re.search(rf"\b{re.escape(word)}\b", text)]


def commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:  # typer keeps its click to itself
    """Every command below a group, by its full name: `evenhand policy check`."""
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {word}")
        else:
            yield f"{path} {word}", command


def cli() -> dict[str, Any]:
    group = typer.main.get_command(member("evenhand.cli.main", "built")())
    return dict(commands(group, "evenhand")) if hasattr(group, "commands") else {"evenhand": group}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [link for link in links(page) if is_dead(page, link)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_code_block_says_what_it_is(page: Path) -> None:
    fences = FENCE.findall(page.read_text(encoding="utf-8"))
    assert [language for _, _, language, _ in fences if language.strip() not in LANGUAGES] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_toml_example_can_be_read(page: Path) -> None:
    fences = FENCE.findall(page.read_text(encoding="utf-8"))
    for example in (code for _, _, language, code in fences if language.strip() == "toml"):
        tomllib.loads(example)


@pytest.mark.parametrize("page", [page for page in PAGES if page.is_relative_to(DOCS)], ids=name)
def test_every_page_can_be_found_from_the_index(page: Path) -> None:
    seen, waiting = set(), [DOCS / "index.md"]
    while waiting:
        here = waiting.pop().resolve()
        if here in seen or here.suffix != ".md" or not here.exists():
            continue
        seen.add(here)
        waiting += [here.parent / link.partition("#")[0] for link in links(here)]
    assert page.resolve() in seen


@pytest.mark.parametrize("record", DECISIONS, ids=name)
def test_every_decision_has_the_five_headings(record: Path) -> None:
    assert re.findall(r"^## (\w+)", record.read_text(encoding="utf-8"), re.MULTILINE) == HEADINGS


def test_every_decision_is_in_the_index() -> None:
    listed = set(links(DOCS / "decisions" / "index.md"))
    assert {record.name for record in DECISIONS} - listed == set()


def test_every_who_word_has_a_page() -> None:
    assert pageless("who", words("evenhand.core.who", "WHO")) == []


def test_every_who_word_has_a_scenario() -> None:
    assert untold(words("evenhand.core.who", "WHO")) == []


def test_every_how_has_a_page() -> None:
    assert pageless("how", words("evenhand.core.how", "HOW")) == []


def test_every_how_has_a_scenario() -> None:
    assert untold(words("evenhand.core.how", "HOW")) == []


def test_every_exclusion_code_is_in_the_reference() -> None:
    codes = words("evenhand.core.codes", "Code")
    page = (REFERENCE / "codes.md").read_text(encoding="utf-8")
    assert [code for code in codes if f"`{code}`" not in page] == []


def test_every_command_is_in_the_reference() -> None:
    found = cli()
    page = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    assert [command for command in found if command not in page] == []


def test_every_option_is_in_the_reference() -> None:
    found = cli()
    page = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    options = {option for command in found.values() for each in command.params for option in each.opts}
    assert [option for option in sorted(options) if option.startswith("--") and option not in page] == []


def test_every_command_has_help() -> None:
    assert [command for command, found in cli().items() if not found.help] == []
