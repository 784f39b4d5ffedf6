"""Small networks compute on one thread."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Pictures and graphs this small are slower on several."""
    torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
