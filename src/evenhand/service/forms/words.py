"""What forms say of themselves, in the languages that we speak: the rest is for whoever makes the form to say.

To add a language: a `Words` in `WORDS`, and a line in docs/how-to/forms.md.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class Words(Struct, frozen=True, kw_only=True):
    """Everything that we say on a form. {…} stands for what is filled in."""

    optional: str
    choose: str
    amiss: str  # above the list of what is wrong
    missing: str
    unchosen: str
    consent: str
    email: str
    tel: str
    url: str
    number: str
    date: str
    option: str
    long: str
    check: str  # there was no token: look at it, then send it
    stale: str
    soon: str
    often: str
    later: str
    gone: str
    leave: str  # the label of what only machines fill in
    by: str
    person: str
    back: str
    call: str
    ask: str
    called: str
    past: str
    on: str
    days: tuple[str, ...]
    months: tuple[str, ...]
    today: str
    clock: str = "{day} {at}"
    date_form: str = "{week} {day} {month}"


_ENGLISH: Final = Words(
    optional="optional",
    choose="Please choose",
    amiss="Please look at this again:",
    missing="Please fill this in.",
    unchosen="Please choose one.",
    consent="We need your consent.",
    email="Please write an e-mail address, like name@example.com.",
    tel="Please write a telephone number, like +44 20 7946 0000.",
    url="Please write an address, like https://example.com.",
    number="Please write a number, in digits.",
    date="Please write a date, like 2026-11-02.",
    option="Please choose one of those that are offered.",
    long="Please shorten this to {most} characters.",
    check="Please check what is filled in, then send it.",
    stale="This page was open for a long time. Nothing is lost: please send it once more.",
    soon="That was very fast. Please send it once more.",
    often="This form was sent very often from here. Please send it again later.",
    later="That did not work just now. Nothing is lost: please send it again in a moment.",
    gone="This form is not here, or not in use any more.",
    leave="Leave this empty",
    by="{rep} will be in touch by {at}.",
    person="{rep} will be in touch.",
    back="Somebody is here from {at}.",
    call="When may we call you?",
    ask="Ask for a call",
    called="We will call you: {at}.",
    past="That time has passed. Please choose another one.",
    on="Go on",
    days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=tuple("January February March April May June July August September October November December".split()),
    today="today",
)
_GERMAN: Final = Words(
    optional="freiwillig",
    choose="Bitte wählen",
    amiss="Bitte sehen Sie das noch einmal an:",
    missing="Bitte füllen Sie das aus.",
    unchosen="Bitte wählen Sie etwas aus.",
    consent="Wir brauchen Ihre Einwilligung.",
    email="Bitte schreiben Sie eine E-Mail-Adresse wie name@example.com.",
    tel="Bitte schreiben Sie eine Telefonnummer wie +49 30 901820.",
    url="Bitte schreiben Sie eine Adresse wie https://example.com.",
    number="Bitte schreiben Sie eine Zahl in Ziffern.",
    date="Bitte schreiben Sie ein Datum wie 2026-11-02.",
    option="Bitte wählen Sie etwas, das angeboten wird.",
    long="Bitte kürzen Sie das auf {most} Zeichen.",
    check="Bitte prüfen Sie Ihre Angaben und senden Sie sie dann ab.",
    stale="Diese Seite war lange offen. Nichts ist verloren: Bitte senden Sie sie noch einmal ab.",
    soon="Das ging sehr schnell. Bitte senden Sie es noch einmal ab.",
    often="Von hier wurde dieses Formular sehr oft gesendet. Bitte versuchen Sie es später wieder.",
    later="Das hat gerade nicht geklappt. Nichts ist verloren: Bitte senden Sie es gleich noch einmal ab.",
    gone="Dieses Formular gibt es hier nicht oder nicht mehr.",
    leave="Bitte leer lassen",
    by="{rep} meldet sich bei Ihnen bis {at}.",
    person="{rep} meldet sich bei Ihnen.",
    back="Jemand ist wieder da: {at}.",
    call="Wann dürfen wir Sie anrufen?",
    ask="Um Anruf bitten",
    called="Wir rufen Sie an: {at}.",
    past="Dieser Zeitpunkt ist vorbei. Bitte wählen Sie einen anderen.",
    on="Weiter",
    days=("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    months=tuple("Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()),
    today="heute",
    date_form="{week} {day}. {month}",
)
_FRENCH: Final = Words(
    optional="facultatif",
    choose="Veuillez choisir",
    amiss="Merci de vérifier ceci :",
    missing="Merci de remplir ce champ.",
    unchosen="Merci de faire un choix.",
    consent="Nous avons besoin de votre accord.",
    email="Merci d’écrire une adresse comme nom@example.com.",
    tel="Merci d’écrire un numéro de téléphone comme +33 1 99 00 00 00.",
    url="Merci d’écrire une adresse comme https://example.com.",
    number="Merci d’écrire un nombre en chiffres.",
    date="Merci d’écrire une date comme 2026-11-02.",
    option="Merci de choisir l’une des réponses proposées.",
    long="Merci de raccourcir ce texte à {most} caractères.",
    check="Merci de vérifier vos réponses, puis de les envoyer.",
    stale="Cette page est restée longtemps ouverte. Rien n’est perdu : merci de l’envoyer à nouveau.",
    soon="C’était très rapide. Merci de l’envoyer à nouveau.",
    often="Ce formulaire a été envoyé très souvent d’ici. Merci de réessayer plus tard.",
    later="Cela n’a pas marché. Rien n’est perdu : merci de l’envoyer à nouveau dans un instant.",
    gone="Ce formulaire n’existe pas ici, ou n’est plus utilisé.",
    leave="Laissez ce champ vide",
    by="{rep} vous contactera avant {at}.",
    person="{rep} vous contactera.",
    back="Nous serons là : {at}.",
    call="Quand pouvons-nous vous appeler ?",
    ask="Demander un appel",
    called="Nous vous appellerons : {at}.",
    past="Ce moment est passé. Merci d’en choisir un autre.",
    on="Continuer",
    days=("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    months=tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()),
    today="aujourd’hui",
)
_SPANISH: Final = Words(
    optional="opcional",
    choose="Elija, por favor",
    amiss="Por favor, revise esto:",
    missing="Por favor, rellene este campo.",
    unchosen="Por favor, elija una opción.",
    consent="Necesitamos su consentimiento.",
    email="Por favor, escriba una dirección como nombre@example.com.",
    tel="Por favor, escriba un número de teléfono como +34 910 000 000.",
    url="Por favor, escriba una dirección como https://example.com.",
    number="Por favor, escriba un número en cifras.",
    date="Por favor, escriba una fecha como 2026-11-02.",
    option="Por favor, elija una de las opciones.",
    long="Por favor, acorte el texto a {most} caracteres.",
    check="Por favor, revise sus datos y envíelos.",
    stale="Esta página estuvo abierta mucho tiempo. No se ha perdido nada: envíela otra vez, por favor.",
    soon="Ha sido muy rápido. Envíelo otra vez, por favor.",
    often="Este formulario se ha enviado muchas veces desde aquí. Inténtelo más tarde, por favor.",
    later="No ha funcionado. No se ha perdido nada: envíelo otra vez en un momento, por favor.",
    gone="Este formulario no está aquí o ya no se usa.",
    leave="Deje esto vacío",
    by="{rep} se pondrá en contacto con usted antes de {at}.",
    person="{rep} se pondrá en contacto con usted.",
    back="Estaremos aquí: {at}.",
    call="¿Cuándo podemos llamarle?",
    ask="Pedir una llamada",
    called="Le llamaremos: {at}.",
    past="Ese momento ya ha pasado. Elija otro, por favor.",
    on="Continuar",
    days=("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
    months=tuple("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()),
    today="hoy",
)

WORDS: Final[Mapping[str, Words]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}


def words_in(language: str) -> Words:
    """Our words in a language like `de-AT`; English where we do not speak it."""
    return WORDS.get(language.partition("-")[0].lower(), _ENGLISH)
