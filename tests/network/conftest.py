"""A real Bluesky network: started once a run, and driven by each test with accounts of its own."""

from collections.abc import Iterator

import pytest

from tests.conftest import missing
from tests.network import running
from tests.network.driven import Network
from tests.network.running import Addresses


@pytest.fixture(scope="session")
def addresses(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Addresses]:
    """Where the network of this run listens."""
    if absent := running.absent():
        missing(f"not installed: {', '.join(absent)}")
    folder = tmp_path_factory.getbasetemp()
    with running.joined(folder if worker_id == "master" else folder.parent) as found:
        yield found


@pytest.fixture
def network(addresses: Addresses) -> Iterator[Network]:
    """The network, and the truth about the accounts that the test makes."""
    with Network(addresses) as made:
        yield made
