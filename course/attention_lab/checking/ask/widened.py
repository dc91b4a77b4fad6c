"""Runs learner's code as if every float32 that it makes had the dtype of the question, and notes the first one that
mattered.

A tensor that is made without a dtype is float32, whatever the input is: `torch.sqrt(torch.tensor(d))`,
`torch.zeros(n)`, `mask.float()`. Where learners work, everything is float32, and such code is right. Checks ask in
float64, to tell an eps of 1e-5 from one of 1e-6. So if such a number meets float64, the question is put again in this
mode. Then what is right is right to the last digit, and what is wrong stays wrong.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ..form.protocol import Narrow
from .lines import current_line

# In these, two dtypes may meet: one tensor takes the dtype of another.
CONVERSIONS = {"to", "type_as", "copy_", "result_type", "can_cast", "promote_types"}
FLOAT32 = (torch.float32, torch.FloatTensor, "torch.FloatTensor")


class Widened(TorchFunctionMode):
    """found: the first float32 tensor that met one of the question's dtype, or that one of those was turned into. A
        buffer is none, because it gets the module's dtype.

    dtype: the question's.
    namespace: the learner's global names, by which their line is found.
    """

    def __init__(self, dtype: torch.dtype, namespace: dict[str, Any]):
        super().__init__()
        self.dtype, self.namespace = dtype, namespace
        self.found: Narrow | None = None
        self.narrow: dict[int, tuple[Narrow, Tensor]] = {}  # by id, as long as the tensor lives here

    def __enter__(self) -> Widened:
        self.usual = torch.get_default_dtype()
        torch.set_default_dtype(self.dtype)
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        torch.set_default_dtype(self.usual)

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs, name = kwargs or {}, getattr(function, "__name__", "")
        said = [*args, *kwargs.values()]
        explicit = name == "float" or any(_is_float32(item) for item in said)
        given = [t for t in _tensors(said) if t.is_floating_point()]
        narrow = [origin for t in given if (origin := self._origin(t))]
        in_place = name == "__setitem__" or name.endswith("_") and not name.endswith("__")
        args = tuple(item if in_place and not i else self._wide(item) for i, item in enumerate(args))
        kwargs = {key: self._wide(item) for key, item in kwargs.items()}
        made = args[0].to(self.dtype) if name == "float" else function(*args, **kwargs)
        if narrow and len(narrow) < len(given) and name not in CONVERSIONS:
            self.found = self.found or narrow[0]
        if explicit and given and not narrow:
            self.found = self.found or self._here(name, explicit=True)
        follows = name == "double" or not explicit and any(isinstance(item, torch.dtype) for item in said)
        if follows:
            self.narrow.pop(id(made), None)
        if len(narrow) == len(given) and not follows:
            for tensor in _tensors([made]):
                if tensor.is_floating_point() and id(tensor) not in self.narrow:
                    origin = narrow[0] if narrow else self._here(name, explicit)
                    self.narrow[id(tensor)] = origin, tensor
        return made

    def _here(self, operation: str, explicit: bool = False, outside: bool = False) -> Narrow:
        return Narrow(operation, current_line(self.namespace), explicit, outside)

    def _origin(self, tensor: Tensor) -> Narrow | None:
        """Returns where a tensor that would be float32 comes from; None for all other tensors."""
        if id(tensor) in self.narrow:
            return self.narrow[id(tensor)][0]
        # it was there before the question was asked, or was made by something that is not a function of torch
        return self._here("", outside=True) if tensor.dtype == torch.float32 else None

    def _wide(self, item: Any) -> Any:
        if isinstance(item, Tensor):
            return item.to(self.dtype) if item.dtype == torch.float32 else item
        if type(item) in (list, tuple):
            return type(item)(map(self._wide, item))
        return self.dtype if _is_float32(item) else item


def _is_float32(item: Any) -> bool:
    return isinstance(item, (torch.dtype, type, str)) and item in FLOAT32


def _tensors(items: Any) -> list[Tensor]:
    """Returns the tensors among items and in the lists and tuples among them."""
    found: list[Tensor] = []
    for item in items:
        if isinstance(item, Tensor):
            found.append(item)
        elif isinstance(item, (list, tuple)):
            found += _tensors(item)
    return found
