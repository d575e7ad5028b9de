"""Personal data under lock: each lead has a key of its own, and the master secret opens the keys.

Destroying a lead's key erases the person from this database; a backup taken before still has the key. Whoever steals
the database without the secret can read nobody. AES-256-GCM with random nonces; whose box it is is part of its seal, so
that boxes cannot be exchanged. A box is a version, the nonce and the sealed bytes: 29 bytes more than what is in it.
"""

import os
from hashlib import blake2b
from struct import Struct as Layout
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from evenhand.errors import BadSecret, CannotRead, Fault

SECRET_BYTES: Final = 32

_VERSION: Final = b"\x01"
_NONCE: Final = 12
_HEAD: Final = len(_VERSION) + _NONCE
_KEY: Final = 32
_DIGEST: Final = 16
_OWNER: Final = Layout(">cqq")  # what the box is (a key, or data), workspace, lead
_KIND: Final = Layout(">qH")  # workspace, length of the kind in bytes: no two questions are the same bytes


class Vault:
    """Locks and unlocks with one master secret of 32 bytes; safe to share between threads."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"a master secret has {SECRET_BYTES} bytes, not {len(secret)}")
        self._wrapping = AESGCM(_derived(secret, "wrap keys"))
        self._sealing = AESGCM(_derived(secret, "seal settings"))
        self._digesting = blake2b(key=_derived(secret, "digest"), digest_size=_DIGEST)
        self._check = _derived(secret, "check")[:_DIGEST]

    @property
    def check(self) -> bytes:
        """16 bytes that tell this master secret from others without giving it away: to be kept in the database."""
        return self._check

    def confirm(self, check: bytes) -> None:
        """Raises BadSecret unless this is the master secret that the database was made with, by its `check`."""
        if check != self._check:
            what = "this is not the master secret with which this database was made, so its personal data stays closed."
            fix = "Give the one that was in use then: EVENHAND_SECRET, or the file that EVENHAND_SECRET_FILE names."
            raise BadSecret(Fault(where="master secret", what=what, fix=fix))

    def new_key(self, workspace: int, lead: int) -> tuple[bytes, bytes]:
        """A key for a lead's personal data, and the same key wrapped, as it may be kept."""
        chance = os.urandom(_KEY + _NONCE)
        key, nonce = chance[:_KEY], chance[_KEY:]
        return key, _VERSION + nonce + self._wrapping.encrypt(nonce, key, _OWNER.pack(b"k", workspace, lead))

    def open_key(self, wrapped: bytes, *, workspace: int, lead: int) -> bytes:
        """The key of a lead. Raises CannotRead if it is another lead's, another secret's, or was changed."""
        found = _opened(self._wrapping, wrapped, _OWNER.pack(b"k", workspace, lead))
        if found is None:
            raise CannotRead(_story("the key of its personal data", workspace, lead))
        return found

    def lock(self, key: bytes, plain: bytes, *, workspace: int, lead: int) -> bytes:
        """A box with a lead's personal data."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, _OWNER.pack(b"d", workspace, lead))

    def unlock(self, key: bytes, box: bytes, *, workspace: int, lead: int) -> bytes:
        """What is in a box. Raises CannotRead if it is another lead's, another key's, or was changed."""
        found = _opened(AESGCM(key), box, _OWNER.pack(b"d", workspace, lead))
        if found is None:
            raise CannotRead(_story("its personal data", workspace, lead))
        return found

    def seal(self, name: str, plain: bytes, *, workspace: int) -> bytes:
        """A box with a secret of the installation's own, such as a password of a mail server; `name` says whose."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._sealing.encrypt(nonce, plain, _owner_named(name, workspace))

    def unseal(self, name: str, box: bytes, *, workspace: int) -> bytes:
        """What was sealed. Raises CannotRead if it was sealed under another name or secret, or was changed."""
        found = _opened(self._sealing, box, _owner_named(name, workspace))
        if found is None:
            what = f"workspace {workspace}: the secret of {name} cannot be opened: it was sealed with another master "
            raise CannotRead(f"{what}secret, or was changed. Enter it anew.")
        return found

    def digest(self, kind: str, text: str, *, workspace: int) -> bytes:
        """16 bytes by which the same text is known again in this workspace, without being kept.

        Nobody can try out addresses on it without the master secret. `kind` keeps apart what the text is: "email", say.
        """
        name = kind.encode()
        digesting = self._digesting.copy()
        digesting.update(_KIND.pack(workspace, len(name)) + name + text.encode("utf-8", "surrogatepass"))
        return digesting.digest()


def _derived(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose (HKDF, RFC 5869): who finds one learns nothing about the others."""
    return HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=f"evenhand 1: {purpose}".encode()).derive(secret)


def _owner_named(name: str, workspace: int) -> bytes:
    return _KIND.pack(workspace, 0) + name.encode()


def _opened(cipher: AESGCM, box: bytes, owner: bytes) -> bytes | None:
    """What is in a box; `None` if its seal is broken."""
    if box[:1] != _VERSION or len(box) < _HEAD:
        return None
    try:
        return cipher.decrypt(box[1:_HEAD], box[_HEAD:], owner)
    except InvalidTag:
        return None


def _story(what: str, workspace: int, lead: int) -> str:
    return (
        f"workspace {workspace}, lead {lead}: {what} cannot be opened: it was changed, or was locked with another key. "
        "Bring it back from a backup of the same database."
    )
