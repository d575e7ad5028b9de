"""Forms as pages: plain HTML that works without scripts, in any browser, from 320 pixels on, by day and by night.

Nothing on them comes from elsewhere. What a form's settings say of its look becomes values of CSS variables, each held
against `is_css` once more; one stylesheet and one script are allowed, by their hashes.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from markupsafe import Markup, escape
from msgspec import Struct, json

from evenhand.actions.forms import LOOK, Form, Input, is_css
from evenhand.service.forms.answers import CONSENT, TRACKED, Answers, Posted, longest, trap
from evenhand.service.forms.words import Words, words_in

_FOLDER: Final = Path(__file__).parents[1] / "templates"
_STYLE: Final = (_FOLDER / "form.css").read_text(encoding="utf-8")
_SCRIPT: Final = (_FOLDER / "form.js").read_text(encoding="utf-8")
_EMBED: Final = (_FOLDER / "embed.js").read_text(encoding="utf-8")
_PAGES: Final = Environment(
    loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
)
_FILLS: Final[Mapping[str, str]] = {  # what browsers call what they may fill in
    "email": "email",
    "phone": "tel",
    "name": "name",
    "first_name": "given-name",
    "last_name": "family-name",
    "company": "organization",
    "title": "organization-title",
    "website": "url",
    "country": "country-name",
    "state": "address-level1",
    "city": "address-level2",
    "postal_code": "postal-code",
}
_ERASING: Final = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


class Choice(Struct, frozen=True):
    """One of the answers to choose from, as it is drawn."""

    value: str
    label: str
    chosen: bool


class Question(Struct, frozen=True, kw_only=True):
    """A question as it is drawn, with what was answered and what is wrong with that."""

    id: str
    name: str
    type: str
    label: str
    required: bool
    value: str = ""
    options: Sequence[Choice] = ()
    help: str = ""
    placeholder: str = ""
    fill: str = ""
    longest: int = 0
    wrong: str = ""
    focus: bool = False
    link: str = ""
    link_text: str = ""

    @property
    def told(self) -> str:
        """The ids of what is said about it."""
        return " ".join([f"{self.id}-{part}" for part in ("help", "wrong") if getattr(self, part)])


class Drawn(Struct, frozen=True, kw_only=True):
    """What is on a form besides its settings. `beside` comes along unseen; `parent` is the page that it is within."""

    action: str
    token: str
    typed: Answers = {}
    wrong: Mapping[str, str] = {}
    notice: str = ""
    beside: Mapping[str, str] = {}
    parent: str = ""


class Thanked(Struct, frozen=True, kw_only=True):
    """What is said when a form was sent."""

    title: str
    said: Sequence[str] = ()
    notice: str = ""
    go: str = ""
    action: str = ""
    hidden: Sequence[tuple[str, str]] = ()
    slots: Sequence[tuple[int, str]] = ()
    zone: str = ""
    parent: str = ""


def draw(form: Form, drawn: Drawn, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[str]:
    """A form as a page."""
    words = words_in(form.language)
    questions = _questions(form, drawn)
    style = styled(form)
    text = _PAGES.get_template("form.html").render(
        form=form,
        words=words,
        style=Markup(style),  # noqa: S704  ours, and values that were checked
        script=Markup(_SCRIPT),  # noqa: S704  ours
        intro=lines(form.intro),
        notice=drawn.notice,
        wrong=[each for each in questions if each.wrong],
        action=drawn.action,
        hidden=_hidden(form, drawn),
        questions=questions,
        attributes=_attributes,
        trap=trap(form),
        parent=drawn.parent,
    )
    return _page(text, policy(form, style), status=status, headers=headers)


def thank(form: Form, thanked: Thanked, *, status: int = 200) -> Response[str]:
    """The page that is shown when a form was sent."""
    given = {name: getattr(thanked, name) for name in thanked.__struct_fields__}
    style = styled(form)
    text = _PAGES.get_template("form_thanks.html").render(
        language=form.language,
        words=words_in(form.language),
        style=Markup(style),  # noqa: S704  ours, and values that were checked
        script=Markup(_SCRIPT),  # noqa: S704  ours
        **given,
    )
    return _page(text, policy(form, style), status=status)


def embedding(form: Form) -> Response[str]:
    """The script that puts a form into another page."""
    title = json.encode(form.title or form.button).decode().translate(_ERASING)
    headers = {
        "Cache-Control": "public, max-age=300",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(_EMBED.replace("TITLE", title, 1), media_type="text/javascript", headers=headers)


def styled(form: Form) -> str:
    """The stylesheet with the form's own look."""
    look = [f"--{name}:{value}" for name, value in form.look.items() if name in LOOK and is_css(value)]
    return _STYLE.replace("/*look*/", ";".join(look), 1)


def policy(form: Form, style: str) -> str:
    """The content security policy of a form's pages: this stylesheet, this script, and nothing from anywhere.

    Browsers hold redirects after a form against `form-action`, so where it leads is named there.
    """
    leads = f" {_origin(form.thanks.redirect)}" if form.thanks.redirect else ""
    around = " ".join(["'self'", *form.embed]) if form.embed else "'none'"
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(_SCRIPT)}'; "
        f"form-action 'self'{leads}; base-uri 'none'; frame-ancestors {around}"
    )


def admits(form: Form, origin: str) -> bool:
    """Whether a page of this origin may show the form, and send it."""
    for each in form.embed:
        scheme, _, host = each.partition("://*.")
        if origin == each or (host and origin.startswith(f"{scheme}://") and origin.endswith(f".{host}")):
            return True
    return False


def _page(text: str, allowed: str, *, status: int, headers: Mapping[str, str] | None = None) -> Response[str]:
    said = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": allowed,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
        **(headers or {}),
    }
    return Response(text, status_code=status, media_type="text/html", headers=said)


def _hidden(form: Form, drawn: Drawn) -> list[tuple[str, str]]:
    """What comes along unseen: ours, and the form's own hidden questions."""
    ours = [("_token", drawn.token), ("_zone", drawn.beside.get("zone", ""))]
    names = ("page", "referrer", *TRACKED) if form.track else ()
    ours += [(f"_{name}", value) for name in (*names, "origin") if (value := drawn.beside.get(name, ""))]
    asked = [(each.name, each.value, drawn.typed.get(each.name)) for each in form.inputs if each.type == "hidden"]
    return ours + [(name, said[0] if said else value) for name, value, said in asked]


def _questions(form: Form, drawn: Drawn) -> list[Question]:
    words = words_in(form.language)
    first = next((name for name in [*[each.name for each in form.inputs], CONSENT] if name in drawn.wrong), "")
    asked = [_question(each, drawn, focus=each.name == first) for each in form.inputs if each.type != "hidden"]
    return asked if form.consent is None else [*asked, _consent(form, drawn, words, focus=first == CONSENT)]


def _question(each: Input, drawn: Drawn, *, focus: bool) -> Question:
    said = drawn.typed.get(each.name, (each.value,) if each.value else ())
    options = [Choice(option.value, option.label or option.value, option.value in said) for option in each.options]
    return Question(
        id=f"q-{each.name}",
        name=each.name,
        type=each.type,
        label=each.label,
        required=each.required,
        value=said[0] if said else "",
        options=options,
        help=each.help,
        placeholder=each.placeholder,
        fill=each.autocomplete or _FILLS.get(each.fills, ""),
        longest=longest(each),
        wrong=drawn.wrong.get(each.name, ""),
        focus=focus,
    )


def _consent(form: Form, drawn: Drawn, words: Words, *, focus: bool) -> Question:
    asked = form.consent
    assert asked is not None  # noqa: S101  for mypy: whoever calls has looked
    return Question(
        id=f"q-{CONSENT}-given",
        name=CONSENT,
        type="checkbox",
        label=asked.text,
        required=asked.required,
        value="yes" if drawn.typed.get(CONSENT) else "",
        wrong=drawn.wrong.get(CONSENT, "") and words.consent,
        focus=focus,
        link=asked.link,
        link_text=asked.link_text,
    )


def _attributes(each: Question) -> Markup:
    """The attributes that depend on the question, escaped."""
    given: list[tuple[str, str]] = []
    if each.required:
        given.append(("required", ""))
    if each.type not in {"checkbox", "select", "number", "date"}:
        given.append(("maxlength", str(each.longest)))
    given += [
        (name, value)
        for name, value in (
            ("placeholder", each.placeholder if each.type not in {"checkbox", "select"} else ""),
            ("autocomplete", each.fill),
            ("step", "any" if each.type == "number" else ""),
            ("aria-describedby", each.told),
            ("aria-invalid", "true" if each.wrong else ""),
        )
        if value
    ]
    if each.focus:
        given.append(("autofocus", ""))
    said = [Markup(' {}="{}"').format(name, value) if value else Markup(" {}").format(name) for name, value in given]
    return Markup("").join(said)


def beside_of(posted: Posted) -> dict[str, str]:
    """What came along with a form, to come along with it once more."""
    return {name: value for name, value in posted.beside.items() if name != "token"}


def lines(text: str) -> list[str]:
    """The paragraphs of a text."""
    return [line for line in text.splitlines() if line.strip()]


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def simple(title: str, *, status: int) -> Response[str]:
    """A page that only says something: for forms that are not there."""
    style = _STYLE.replace("/*look*/", "", 1)
    text = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
    text += f"<style>{style}</style><body><main><p>{escape(title)}</p></main></body></html>"
    allowed = f"default-src 'none'; style-src '{_hash(style)}'; base-uri 'none'; frame-ancestors *"
    return _page(text, allowed, status=status)
