"""One CPU thread for small tensors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one CPU thread, and put the number back afterwards.

    Another number of threads sums in another order, so that results would depend on the machine's number of cores.
    Tensors as small as a lesson's gain nothing from a second thread, and lose a lot when the other core is busy.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
