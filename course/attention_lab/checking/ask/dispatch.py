"""The base class of modes that look at every operation of torch."""

from __future__ import annotations

from torch.utils._python_dispatch import TorchDispatchMode


class Dispatch(TorchDispatchMode):
    """A mode that keeps torch from importing its compiler. Torch would import it at the first operation, to make the
    compiler ignore the mode. That takes a second of a learner's first check, and compiled code computes the same
    anyway."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False
