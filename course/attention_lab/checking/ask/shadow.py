"""Keeps the numbers of tensors on torch's device `meta`, which itself keeps none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, UntypedStorage
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten, tree_map_only

META, CPU = torch.device("meta"), torch.device("cpu")


class Numbers:
    """Keeps a storage on the CPU for each storage on `meta`. Every operation is carried out on the CPU. A tensor of
    the same shape on `meta` stands for its result. A TorchDispatchMode calls `follow` for each operation."""

    def __init__(self):
        # By the address of either, which no other storage can get while both are kept;
        # the one on `meta` takes no memory.
        self.held: dict[int, tuple[UntypedStorage, UntypedStorage]] = {}

    def of(self, tensor: Tensor) -> Tensor | None:
        """Returns the same view of the numbers; None if they are not known."""
        held = self.held.get(tensor.untyped_storage()._cdata)
        return held and _view(tensor, held[1])

    def follow(self, function: Callable, args: tuple, kwargs: dict[str, Any]) -> Any:
        """Returns the result of an operation. Raises the errors that the operation raises on the CPU."""
        given: dict[int, tuple[Tensor, Tensor]] = {}  # with what stands for each, by that one's id
        places: set[str] = set()

        def on_the_cpu(each: Any) -> Any:
            if isinstance(each, Tensor):
                twin = self.of(each) if each.is_meta else each
                if twin is None:
                    raise LookupError("numbers that are not known")
                given[id(twin)] = each, twin
                return twin
            if isinstance(each, torch.device):
                places.add(each.type)
                return CPU if each == META else each
            return each

        def back(each: Any) -> Any:
            if id(each) in given:
                return given[id(each)][0]
            return self._moved(each) if isinstance(each, Tensor) else each

        try:
            twins, named = _each(on_the_cpu, args), {name: _each(on_the_cpu, value) for name, value in kwargs.items()}
        except LookupError:
            return function(*args, **kwargs)
        numbers = function(*twins, **named)
        for each, twin in given.values():
            # `squeeze_` and the like, with which torch multiplies vectors
            if each.is_meta and _shape(each) != _shape(twin):
                each.set_(self._storage(twin), twin.storage_offset(), twin.size(), twin.stride())
        if "cpu" in places or not places and not any(each.is_meta for each, _ in given.values()):
            return numbers
        return _each(back, numbers)

    def _moved(self, numbers: Tensor) -> Tensor:
        """Returns the tensor on `meta` that stands for this tensor."""
        return _view(numbers, self._storage(numbers))

    def _storage(self, numbers: Tensor) -> UntypedStorage:
        """Returns the storage on `meta` that belongs to the storage of these numbers."""
        storage = numbers.untyped_storage()
        if storage._cdata not in self.held:
            pair = UntypedStorage(storage.nbytes(), device=META), storage
            self.held |= {each._cdata: pair for each in pair}
        return self.held[storage._cdata][0]


class Reading(TorchFunctionMode):
    """Handles the functions that read or make tensors above torch's dispatcher, where `Numbers` does not see them."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function is Tensor.__format__ and _on_meta(args[0]) and args[0].ndim == 0:
            args = (torch.tensor(args[0].item()), *args[1:])
        if function is Tensor.new_tensor:
            own, *args = args
            function, kwargs = torch.tensor, {"dtype": own.dtype, "device": own.device} | kwargs
        if function in (Tensor.__getitem__, Tensor.__setitem__) and _on_meta(args[0]):
            args = (args[0], _index(args[1]), *args[2:])
        if function in (torch.tensor, torch.as_tensor, torch.asarray):
            return _made(function, *args, **kwargs)
        return function(*args, **kwargs)


def _made(function: Callable, data: Any, *, device: Any = None, **options: Any) -> Tensor:
    """Returns the tensor made from `data`: numbers, an array, a tensor, or tensors without axes in lists."""
    data = (
        tree_map_only(Tensor, lambda t: t.item() if _on_meta(t) else t, data)
        if isinstance(data, (list, tuple))
        else data
    )
    if device is None or torch.device(device) != META or isinstance(data, Tensor):
        return function(data, **options) if device is None else function(data, device=device, **options)
    wanted = options.pop("requires_grad", False)
    return function(data, device="cpu", **options).to(META).requires_grad_(wanted)


def _index(index: Any) -> Any:
    """Returns an index in which lists of numbers have become tensors. Otherwise torch would make tensors of them on the
    indexed tensor's device, where they would have no numbers."""
    if isinstance(index, tuple):
        return tuple(map(_index, index))
    numbers = tree_flatten(index)[0] if isinstance(index, list) else []
    return torch.tensor(index) if numbers and all(isinstance(each, int) for each in numbers) else index


def _each(change: Callable, value: Any) -> Any:
    """Applies `change` to each part of the lists and tuples that an operation takes or returns. (torch's own tree_map
    is made for any container, and takes longer than a small operation.)"""
    if isinstance(value, (list, tuple)):
        changed = [_each(change, item) for item in value]
        return tuple(changed) if isinstance(value, tuple) else changed
    return change(value)


def _view(like: Tensor, storage: UntypedStorage) -> Tensor:
    return torch.empty(0, dtype=like.dtype, device=storage.device).set_(storage, like.storage_offset(), like.size(),
                                                                        like.stride())


def _shape(tensor: Tensor) -> tuple[torch.Size, tuple[int, ...], int | torch.SymInt]:
    return tensor.shape, tensor.stride(), tensor.storage_offset()


def _on_meta(value: Any) -> bool:
    return isinstance(value, Tensor) and value.is_meta
