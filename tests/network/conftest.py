"""One network for all tests that need one, and hubbub as processes that read it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.network import network
from tests.network.network import Network
from tests.network.reading import Hubbub
from tests.replay.served import served


@pytest.fixture(scope="session")
def bluesky(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A network without anybody in it, but for whom other tests have left there."""
    if lacks := network.what_lacks():
        missing(f"not installed: {lacks}")
    with network.running(postgresql_server, tmp_path_factory.mktemp("network")) as running:
        yield running


@pytest.fixture
def hubbub(bluesky: Network, tmp_path: Path) -> Iterator[Hubbub]:
    """A new store that reads the network, and recordings in the place of all other services."""
    with served(tmp_path) as server:
        yield Hubbub(server, bluesky, tmp_path)
