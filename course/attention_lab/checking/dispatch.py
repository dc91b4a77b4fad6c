"""The base class of what looks at every operation of torch."""

from __future__ import annotations

from torch.utils._python_dispatch import TorchDispatchMode


class Dispatch(TorchDispatchMode):
    """A mode for which torch does not import its compiler. It would at the first operation, so that the compiler leaves
    the mode alone, and that takes a second of somebody's first check; what is compiled is computed alike."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False
