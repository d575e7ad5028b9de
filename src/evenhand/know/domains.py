"""E-mail addresses and the domains of companies. No network: the list of public suffixes comes with `tldextract`."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Final, Protocol

# The providers that most private addresses are with: their domain says nothing about the company.
FREE_MAIL: Final = frozenset(
    """
    126.com 139.com 163.com aol.com att.net bol.com.br bluewin.ch bt.com btinternet.com comcast.net duck.com
    fastmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com
    hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it icloud.com laposte.net libero.it live.co.uk
    live.com live.de live.fr live.nl mac.com mail.com mail.ru mailbox.org me.com msn.com naver.com online.de orange.fr
    outlook.com outlook.de outlook.fr pm.me posteo.de proton.me protonmail.com qq.com rediffmail.com rocketmail.com
    sbcglobal.net sfr.fr sky.com t-online.de terra.com.br uol.com.br verizon.net virgilio.it wanadoo.fr web.de wp.pl
    yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.in yahoo.it
    yandex.com yandex.ru ymail.com zohomail.com
    """.split()
)
_DOTLESS: Final = frozenset({"gmail.com", "googlemail.com"})  # they ignore dots before the @
_ADDRESS: Final = re.compile(r"(?:mailto:)?([^\s@<>,;:()\"]+)@([^\s@<>,;:()\"]+\.[^\s@<>,;:()\"]{2,})", re.IGNORECASE)
_BRACKETED: Final = re.compile(r".*<([^<>]+)>\s*")
_HOST: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")

_MADE_UP: Final = ("example", "test")  # kept for examples (RFC 2606), so that ours behave like real ones


class _Parts(Protocol):
    """What we use of a host that was taken apart."""

    @property
    def top_domain_under_public_suffix(self) -> str: ...


class _Library(Protocol):
    """What we use of the package `tldextract`."""

    def TLDExtract(  # noqa: N802  as it is called there
        self,
        *,
        cache_dir: None,
        suffix_list_urls: Sequence[str],
        include_psl_private_domains: bool,
        extra_suffixes: Sequence[str],
    ) -> Callable[[str], _Parts]: ...


@lru_cache(maxsize=2)
def _split(*, private: bool) -> Callable[[str], _Parts]:
    """Takes hosts apart; the package is loaded when there is one to take apart: it is half of all that we load."""
    library: _Library = import_module("tldextract")
    return library.TLDExtract(
        cache_dir=None, suffix_list_urls=(), include_psl_private_domains=private, extra_suffixes=_MADE_UP
    )


def read_email(text: str) -> str:
    """The address with its domain in lower case, out of "Ann <ann@X.com>" too; empty when it is not one."""
    if "<" in text and (found := _BRACKETED.fullmatch(text)):
        text = found[1].strip()
    parts = _ADDRESS.fullmatch(text)
    return f"{parts[1]}@{parts[2].lower()}" if parts else ""


def email_key(address: str) -> str:
    """What two spellings of one mailbox share: lower case, no +tag and, with Gmail, no dots."""
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


@lru_cache(maxsize=65_536)
def registrable(text: str) -> str:
    """The registrable domain of a host or an address of a page: "https://www.acme.co.uk/x" is "acme.co.uk".

    Hosts below a shared service keep their own name ("shop.myshopify.com"). Empty when there is none.
    """
    host = text.strip().lower().rpartition("://")[2].partition("/")[0].partition("?")[0]
    host = host.rpartition("@")[2].partition(":")[0].rstrip(".")
    if not host.isascii():
        host = _punycode(host)
    if not _HOST.fullmatch(host):
        return ""
    split, split_public = _split(private=True), _split(private=False)
    return split(host).top_domain_under_public_suffix or split_public(host).top_domain_under_public_suffix


def company_domain(text: str) -> str:
    """The registrable domain, unless it belongs to a provider of private addresses."""
    domain = registrable(text)
    return "" if domain in FREE_MAIL else domain


def _punycode(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
