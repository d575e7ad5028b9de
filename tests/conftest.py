"""What holds for every test: properties may take their time on a busy machine, and nobody telephones out."""

import os
import socket
from collections.abc import Iterator
from typing import NoReturn

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("house-ci", deadline=None, print_blob=True, derandomize=True, database=None)
settings.load_profile("house-ci" if os.environ.get("CI") else "house")


def _no_network(_: socket.socket, address: object) -> NoReturn:
    raise AssertionError(f"a test tried to reach {address}: hand the answer in instead")


@pytest.fixture(scope="session", autouse=True)
def offline() -> Iterator[None]:
    """No test opens a connection; there is nothing here that would need one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _no_network)
        patch.setattr(socket.socket, "connect_ex", _no_network)
        yield
