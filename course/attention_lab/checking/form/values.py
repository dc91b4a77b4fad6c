"""What a case hands to an exercise and what comes back, as plain data: JSON nodes and a flat dict of named tensors.

A node is a JSON scalar, a list, or an object with one of these keys:

    {"tuple": [...]}  {"dict": {...}}  {"size": [...]}  {"dtype": "float64"}
    {"tensor": NAME, "layout": LAYOUT, "dtype": DTYPE}   a tensor of the dict; its dtype where it is not its question's
    {"module": CLASS, "args": [...], "kwargs": {...}, "frozen": [...], "tied": {...}, "state": PREFIX, "shared": NAME}
                                             of torch.nn; those that share a name are the same module
    {"exercise": NAME, "args": [...], "kwargs": {...}, "state": PREFIX}   built from the learner's own class NAME
    {"affine": {"scale": node, "bias": node}}   the callable t -> scale * t + bias
    {"blend": true}                          the callable (a, b, s, t) -> (lerp(a, b, s), lerp(b, a, t))
    {"factory": node}                        the callable that builds a module node, with its argument for {"given": true}
    {"object": TEXT}                         an output that is none of these, described
Nothing here is ever unpickled or evaluated.
"""  # noqa: E501

from __future__ import annotations

import numbers
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import torch
from torch import Tensor, nn

from .bounds import AXES, BITS, DTYPES, ELEMENTS, ITEMS, KEYS, NAME, NESTED, TEXT
from .protocol import Located

DTYPE = {str(dtype).removeprefix("torch."): dtype for dtype in DTYPES}
LAYOUTS: dict[str, Callable[[Tensor], Tensor]] = {
    "contiguous": lambda t: t.clone(memory_format=torch.contiguous_format),
    "channels_last": lambda t: t.clone(memory_format=torch.channels_last),
    "strided": lambda t: torch.stack([t, t.detach()], dim=-1)[..., 0],  # every second element of a larger buffer
    "transposed": lambda t: t.mT.clone(memory_format=torch.contiguous_format).mT,
}


def relayout(tensor: Tensor, layout: str) -> Tensor:
    """Returns a differentiable copy of `tensor` with the strides of `layout` (a key of LAYOUTS)."""
    if layout not in LAYOUTS:
        raise ValueError(f"layout {layout!r} is not one of {', '.join(LAYOUTS)}")
    return LAYOUTS[layout](tensor)


def encode(value: Any, tensors: dict[str, Tensor], name: str, devices: dict[str, Located] | None = None,
           meta: Callable[[Tensor], Tensor | None] = lambda _: None) -> Any:
    """Returns the node of `value`. Its tensors are detached, copied to the CPU and added to `tensors` as `name`,
    `name.0`, `name.0.1`, and so on.

    A value that is larger than anything expected anywhere (see `bounds`) is described in words.

    devices: if given, where each tensor is, with its shape and dtype, is added to it, under the same names.
    meta: returns the numbers of a tensor on that device, if they are known.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if len(value) <= TEXT else {"object": f"a text of {len(value):,} characters"}
    if isinstance(value, Tensor):
        if devices is not None and not value.is_nested and value.ndim <= AXES:
            devices[name] = Located(str(value.device), list(value.shape), str(value.dtype).removeprefix("torch."))
        if value.device.type == "meta" and (known := meta(value)) is not None:
            value = known
        if unusual := _unusual(value):
            return {"object": unusual}
        tensors[name] = value.detach().cpu().clone(memory_format=torch.contiguous_format)
        return {"tensor": name}
    if isinstance(value, numbers.Integral):
        return int(value) if int(value).bit_length() <= BITS else {"object": "an integer of hundreds of digits"}
    if (
        isinstance(value, (numbers.Real, Decimal))
        or getattr(value, "shape", None) == ()
        and hasattr(value, "__float__")
    ):
        return float(value)
    if isinstance(value, torch.Size) and len(value) <= AXES:
        return {"size": list(value)}
    if isinstance(value, torch.dtype):
        return {"dtype": str(value).removeprefix("torch.")}
    if isinstance(value, (list, tuple, dict)) and (much := _much(value, name)):
        return {"object": much}
    if isinstance(value, (list, tuple)):
        nodes = [encode(item, tensors, f"{name}.{i}", devices, meta) for i, item in enumerate(value)]
        return {"tuple": nodes} if isinstance(value, tuple) else nodes
    if isinstance(value, dict):
        return {"dict": {str(key): encode(item, tensors, f"{name}.{key}", devices, meta)
                         for key, item in value.items()}}
    return {"object": f"an object of type {type(value).__name__}"}


def _much(value: list | tuple | dict, name: str) -> str | None:
    """Describes a value that holds more, or nests deeper, than any answer does; None for any other."""
    if len(value) > (KEYS if isinstance(value, dict) else ITEMS):
        return f"a {type(value).__name__} of {len(value):,}"
    if (
        len(name) > NAME
        or name.count(".") > NESTED
        or isinstance(value, dict)
        and any(len(str(key)) > NAME // 2 for key in value)
    ):
        return f"a {type(value).__name__} that is nested very deep, or has very long keys"
    return None


def _unusual(tensor: Tensor) -> str | None:
    """Describes a tensor whose numbers cannot be compared; None for any other."""
    if tensor.is_nested or tensor.layout is not torch.strided:
        return "a nested tensor" if tensor.is_nested else f"a sparse tensor ({tensor.layout})"
    if tensor.device.type == "meta":
        return "a tensor without numbers, on the device meta"
    if tensor.is_complex() or tensor.is_quantized:
        return "a complex tensor" if tensor.is_complex() else "a quantized tensor"
    if tensor.dtype not in DTYPES:
        return f"a tensor of type {tensor.dtype}"
    if tensor.ndim > AXES:
        return f"a tensor with {tensor.ndim:,} axes"
    return f"a tensor of {tensor.numel():,} numbers" if tensor.numel() > ELEMENTS else None


def decode(node: Any, tensors: dict[str, Tensor], build: Callable[[dict], Any]) -> Any:
    """Returns the value of `node`. build: makes a module or function from a `module`, `exercise`, `affine`, `blend` or
    `factory` node."""
    if isinstance(node, list):
        return [decode(item, tensors, build) for item in node]
    if not isinstance(node, dict):
        return node
    if "tensor" in node:
        return relayout(tensors[node["tensor"]], node.get("layout", "contiguous"))
    if "tuple" in node:
        return tuple(decode(node["tuple"], tensors, build))
    if "size" in node:
        return torch.Size(node["size"])
    if "dict" in node:
        return {key: decode(item, tensors, build) for key, item in node["dict"].items()}
    if "dtype" in node:
        return DTYPE[node["dtype"]]
    return build(node)


def leaves(node: Any, path: str = "") -> list[tuple[str, Any]]:
    """Returns every scalar, tensor and object below `node` with its path ("", "0", "0.1", "mask", ...), in order.

    A torch.Size counts as a tuple of integers, as it does in Python.
    """
    below = items(node)
    return (
        [(path, node)]
        if below is None
        else [leaf for key, item in below for leaf in leaves(item, f"{path}.{key}".lstrip("."))]
    )


def items(node: Any) -> list[tuple[str, Any]] | None:
    """Returns the content of a list, tuple, torch.Size or dict, by key or number; None for anything else."""
    if isinstance(node, dict) and "dict" in node:
        return list(node["dict"].items())
    held = node.get("tuple", node.get("size")) if isinstance(node, dict) else node
    return [(str(i), item) for i, item in enumerate(held)] if isinstance(held, list) else None


def lent(node: Any, path: str) -> list[tuple[str, str]]:
    """Returns the path and the kind of every tensor, list and dict in a node. If a module is passed, its own tensors
    and lists do not count."""
    if isinstance(node, dict) and "tensor" in node:
        return [(path, "tensor")]
    kind = (
        [(path, "list")]
        if isinstance(node, list)
        else [(path, "dict")] if isinstance(node, dict) and "dict" in node else []
    )
    return kind + [each for key, item in items(node) or () for each in lent(item, f"{path}.{key}")]


def structure(node: Any) -> str:
    """Describes the nesting of a node in words for a learner: `a tuple of 3`, `a list of 2`, `a tensor`, `None`."""
    if isinstance(node, list):
        return f"a list of {len(node)}"
    if isinstance(node, dict):
        if "tuple" in node:
            return f"a tuple of {len(node['tuple'])}"
        if "size" in node:
            return f"a torch.Size of {len(node['size'])}"
        if "dict" in node:
            return f"a dict with {', '.join(node['dict']) or 'no keys'}"
        return node.get("object") or (f"the dtype torch.{node['dtype']}" if "dtype" in node else "a tensor")
    if node is None or isinstance(node, bool):
        return "None" if node is None else "a bool"
    return "a text" if isinstance(node, str) else f"a number of type {type(node).__name__}"


def torch_module(node: dict, tensors: dict[str, Tensor], build: Callable[[dict], Any]) -> nn.Module:
    """Returns the torch.nn module that a `module` node describes: built, tied and frozen."""
    if node["module"] not in nn.modules.__all__:
        raise ValueError(f"torch.nn has no module {node['module']!r}")
    kind = getattr(nn, node["module"])
    module = kind(*decode(node.get("args", []), tensors, build),
                  **{key: decode(item, tensors, build) for key, item in node.get("kwargs", {}).items()})
    for name, source in node.get("tied", {}).items():
        owner, _, local = name.rpartition(".")
        setattr(module.get_submodule(owner), local, module.get_parameter(source))
    for name in node.get("frozen", []):
        module.get_parameter(name).requires_grad_(False)
    return module


def blend(a: Tensor, b: Tensor, s: Tensor, t: Tensor, /) -> tuple[Tensor, Tensor]:
    """Computes what a `blend` node describes: moves `a` towards `b` by the share `s`, and `b` towards `a` by `t`. All
    have the same dtype."""
    return torch.lerp(a, b, s), torch.lerp(b, a, t)


def factory(node: dict, build: Callable[[dict], Any]) -> Callable[[Any], Any]:
    """Returns the callable that a `factory` node describes; each call makes a new module."""
    def make(given: Any, /) -> Any:
        return build(filled(node["factory"], given))
    return make


def filled(node: Any, given: Any) -> Any:
    """Returns a node with a value in every place of {"given": true}."""
    if isinstance(node, list):
        return [filled(item, given) for item in node]
    if isinstance(node, dict):
        return given if node == {"given": True} else {key: filled(item, given) for key, item in node.items()}
    return node
