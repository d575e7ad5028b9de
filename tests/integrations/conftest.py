"""Tests with servers of our own: `loopback` lets a test reach this machine, and nothing beyond it."""

import _socket
import socket
from collections.abc import Iterator
from ipaddress import ip_address

import pytest


def only_here(connecting: socket.socket, address: tuple[str, int]) -> None:
    """Connect to this machine, and to no other."""
    if not ip_address(address[0]).is_loopback:
        raise AssertionError(f"a test tried to reach {address}, which is not this machine")
    _socket.socket.connect(connecting, address)


@pytest.fixture
def loopback(offline: None) -> Iterator[None]:
    """Other tests reach nothing at all: see tests/conftest.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", only_here)
        yield
