"""What the examples of some pages have at hand: see SERVED in the conftest.py above."""

import socket
from collections.abc import Iterator

import pytest

from tests.integrations.conftest import only_here
from tests.service.examples import at_a_port


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A service at a port of this machine: its address, and a key that may do everything."""
    with pytest.MonkeyPatch.context() as patch, at_a_port(tmp_path_factory.mktemp("service")) as found:
        patch.setattr(socket.socket, "connect", only_here)  # tests that have run before may have left no way at all
        yield found


@pytest.fixture
def url(service: tuple[str, str]) -> str:
    """Where the service is."""
    return service[0]


@pytest.fixture
def key(service: tuple[str, str]) -> str:
    """Its key."""
    return service[1]
