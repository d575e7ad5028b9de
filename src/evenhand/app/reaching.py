"""Addresses at which people are told, checked before anything is sent there: see `integrations/chat.py`, `mailbox.py`.

Loading this takes the better part of a second, for it knows every vendor: import it where addresses come in, only.
"""

from evenhand.actions.channels import Address, ChannelKind
from evenhand.errors import BadAddress, Fault
from evenhand.integrations import chat
from evenhand.integrations.mailbox import plain_mailbox


def read_address(kind: ChannelKind, text: str) -> Address:
    """An address as a channel keeps it; nothing is sent. Raises BadAddress."""
    text = text.strip()
    if kind == "chat":
        chat.check(text, where="address")
        return Address(kind=kind, text=text, shown=chat.shown(text))
    mailbox = plain_mailbox(text)
    if not mailbox:
        raise BadAddress(Fault(where="address", what="is no e-mail address.", fix="Write it like ann@example.com."))
    return Address(kind=kind, text=mailbox, shown=mailbox)
