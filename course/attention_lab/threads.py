"""Computes on one CPU thread, for small tensors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Computes on one CPU thread, and restores the number of threads afterwards.

    The order in which sums are taken depends on the number of threads, so without this, results would depend on the
    machine's number of cores. Tensors as small as a lesson's gain nothing from a second thread, and lose much time when
    the other core is busy.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
