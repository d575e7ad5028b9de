"""Who knocks: signatures, tokens and times, compared in constant time. A no comes with its reason."""

import hashlib
import hmac
import re
from base64 import b64encode
from typing import Final, Literal

from evenhand.core.model import MINUTE, Millis
from evenhand.integrations.hooks.model import Keys, Verdict

Algorithm = Literal["sha256", "sha512", "sha1"]

YES: Final = Verdict(ok=True)
_STAMP: Final = re.compile(r"[0-9]{9,16}")


def no(why: str) -> Verdict:
    return Verdict(ok=False, why=why)


def secrets(keys: Keys, name: str) -> tuple[str, ...]:
    """The secrets of this name: the one in use, and the one that it replaces, if that is still kept."""
    return tuple(secret for key in (name, f"{name}_old") if (secret := keys.get(key, "")))


def same(given: str, wanted: str) -> bool:
    """Whether two texts are equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(given.encode(errors="backslashreplace"), wanted.encode(errors="backslashreplace"))


def hex_mac(secret: str, text: bytes, algorithm: Algorithm = "sha256") -> str:
    return hmac.new(secret.encode(), text, algorithm).hexdigest()


def base64_mac(secret: str, text: bytes, algorithm: Algorithm = "sha256") -> str:
    return b64encode(hmac.new(secret.encode(), text, algorithm).digest()).decode()


def hex_hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def one_fits(given: str, wanted: list[str], header: str) -> Verdict:
    """A yes if what is given is one of what is wanted. All are compared, whichever fits."""
    fits = [same(given, each) for each in wanted]
    return YES if any(fits) else no(f"{header} does not fit: another secret, another address, or another sender.")


def token_fits(given: str, keys: Keys, name: str, where: str) -> Verdict:
    """Whether a shared secret was shown."""
    known = secrets(keys, name)
    if not known:
        return missing(name)
    if not given:
        return no(f"there is no {where}.")
    fits = [same(given, secret) for secret in known]
    return YES if any(fits) else no(f"{where} is not the {name} of this source.")


def missing(name: str) -> Verdict:
    """Without its key a source takes nothing: it could come from anybody."""
    return no(f"this source has no {name}: give it one, then the sender can prove who it is.")


def stamped(given: str, at: Millis, *, window: Millis, header: str) -> Verdict:
    """Whether a time stamp, in seconds or milliseconds since 1970, is close enough to now."""
    if not given:
        return no(f"there is no {header}.")
    if not _STAMP.fullmatch(given):
        return no(f"{header} is no time in seconds or milliseconds since 1970.")
    moment = int(given) * 1000 if len(given) <= 11 else int(given)
    off = at - moment
    if abs(off) <= window:
        return YES
    minutes, allowed = f"{abs(off) // MINUTE:,}", window // MINUTE
    side = "ago" if off > 0 else "from now"
    return no(f"sent {minutes} minutes {side}, more than the {allowed} allowed: a replay, or a clock that is wrong.")
