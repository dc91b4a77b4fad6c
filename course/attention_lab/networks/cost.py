"""Measures what a module or a function costs: parameters, multiply-adds, time and memory.

    cost(SEBlock(64), torch.randn(1, 64, 32, 32))

Multiply-adds are those of matrix products, convolutions and attention. As in the papers' tables, element-wise work (a
sigmoid, a ReLU, the product of a gate and its input), sums and means, normalisation, pooling and interpolation count as
nothing. Recurrent layers, nn.Bilinear and cdist count as nothing either. So a product that is written `(a * b).sum(-1)`
counts as nothing, and the same product written `a @ b` counts. A convolution counts its padding as if it were computed.
A causal or masked attention counts the whole map.

The numbers come from torch's `FlopCounterMode`, which counts two operations for one multiply-add. It is right for
convolutions (groups, strides, dilation, transposed), `linear`, `mm`, `bmm` and the products that `einsum` makes of
them. In torch 2.13 on the CPU, it finds nothing in the fused kernel of `scaled_dot_product_attention`. It also finds
nothing in the fused inference path of nn.MultiheadAttention and nn.TransformerEncoderLayer, and in `mv`, `addmv`, `dot`
and `addbmm` (so in `matmul` with a vector). These are added here. Its count of the backward pass of a grouped
convolution is too high, but only forward passes are counted here.

Memory is counted in tensors, not as the resident size of the process, which depends on the allocator. It is the number
of bytes of all tensors that the call made and that exist together at the worst moment. Inputs, parameters and buffers
existed before and are not counted. The working space inside a kernel (a fused attention's blocks, an unfolded
convolution) depends on the machine and is not counted either.
"""

from __future__ import annotations

import html
import statistics
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count

WARM_UP, FEWEST_RUNS, LEAST_SECONDS = 2, 5, 0.2


@dataclass(frozen=True, repr=False)
class Cost:
    """The measured costs, for the inputs as given (a batch of 8 costs as much as eight images).

    what: the name of the module or function, and the shapes of its inputs.
    parameters: the number of trainable parameters, a shared one counted once; None for a function, whose parameters
        cannot be known.
    multiply_adds: those of one forward pass.
    forward_memory: the bytes at the peak of a forward pass without gradients.
    training_memory: the bytes at the peak of a forward and backward pass, with the gradients of parameters and inputs,
        or None. The output and its gradient are included, because the caller keeps them to the end.
    latency: the seconds of one forward pass without gradients, as the median of several after a warm-up, or None.
    frozen: the number of the other parameters.
    """

    what: str
    parameters: int | None
    multiply_adds: int
    forward_memory: int
    training_memory: int | None
    latency: float | None
    frozen: int = 0

    def _rows(self) -> list[tuple[str, str]]:
        frozen = f" trainable, {self.frozen:,} frozen" * bool(self.frozen)
        unknown = "not known for a function"
        rows = [("parameters", unknown if self.parameters is None else f"{self.parameters:,}{frozen}")]
        rows += [("multiply-adds", f"{self.multiply_adds:,}"), ("peak memory, forward", _bytes(self.forward_memory))]
        if self.training_memory is not None:
            rows.append(("peak memory, forward and backward", _bytes(self.training_memory)))
        if self.latency is not None:
            rows.append(("latency, forward", _seconds(self.latency)))
        return rows

    def __repr__(self) -> str:
        rows = self._rows()
        width = max(len(name) for name, _ in rows)
        return "\n".join([self.what, *(f"  {name.ljust(width)}  {value}" for name, value in rows)])

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{name}</td><td>{html.escape(value)}</td></tr>" for name, value in self._rows())
        return f"<table><tr><th colspan='2'>{html.escape(self.what)}</th></tr>{rows}</table>"


def cost(call: Callable[..., Any], *inputs: Any, backward: bool = False, latency: bool = True) -> Cost:
    """Measures the call `call(*inputs)` and returns its `Cost`.

    call: a module, a method of a module, or a function.
    inputs: the arguments of the call, with at least one tensor; nested tuples and numbers are passed on.
    backward: True also measures the memory of a forward and backward pass. That pass runs in training mode and with
        gradients of the floating-point inputs, as in the middle of a network. Everything else is measured in eval mode.
    latency: False leaves out the time, the one number that differs between two measurements. Time is taken with as many
        threads as torch is set to use.

    Afterwards the module is as it was before: its modes, buffers and gradients, and torch's random numbers.

    Raises TypeError if there is nothing to call or no tensor, ValueError if backward finds nothing to differentiate. An
    error that the call itself raises gets a note with the shapes.
    """
    if not callable(call):
        raise TypeError(f"cost() measures a module or a function, got {call!r} of type {type(call).__name__}")
    tensors = [leaf for leaf in tree_leaves(inputs) if isinstance(leaf, Tensor)]
    if not tensors:
        given = ", ".join(type(i).__name__ for i in inputs) or "nothing"
        raise TypeError(f"cost() needs the inputs of {_name(call)}, at least one of them a tensor: got {given}")
    module = call if isinstance(call, nn.Module) else getattr(call, "__self__", None)
    module = module if isinstance(module, nn.Module) else None
    shapes = ", ".join(str(tuple(t.shape)) for t in tensors)
    what = f"{_name(call)} on {shapes}, {str(tensors[0].dtype).removeprefix('torch.')}, {tensors[0].device}"
    try:
        training_memory = None
        if backward:  # first, so that attributes that the module sets come, in the end, from a pass without gradients
            with _borrowed(module, tensors, training=True), _unfused():
                training_memory = _training_memory(call, inputs, module)
        # Inference mode would hide what scaled_dot_product_attention does inside.
        with _borrowed(module, tensors, training=False), torch.inference_mode(False), torch.no_grad():
            with _unfused():
                multiply_adds = _multiply_adds(call, inputs)
                with _LiveTensors() as live:
                    call(*inputs)
            seconds = _latency(call, inputs, tensors[0].device) if latency else None
    except Exception as error:
        error.add_note(f"This happened while measuring {what}.")
        raise
    trained, frozen = (sum(p.numel() for p in module.parameters() if p.requires_grad == kind)
                       if module is not None else None for kind in (True, False))
    return Cost(what, trained, multiply_adds, live.peak, training_memory, seconds, frozen or 0)


def _multiply_adds(call: Callable[..., Any], inputs: tuple[Any, ...]) -> int:
    aten = torch.ops.aten
    missing = {  # formulas are asked for operations: two for each multiply-add
        aten._scaled_dot_product_flash_attention_for_cpu: lambda q, k, v, *_, **__: sdpa_flop_count(q, k, v),
        aten.mv: lambda matrix, vector, **_: 2 * prod(matrix),
        aten.addmv: lambda start, matrix, vector, **_: 2 * prod(matrix),
        aten.dot: lambda a, b, **_: 2 * prod(a),
        aten.addbmm: lambda start, a, b, **_: 2 * prod(a) * b[-1],
    }
    with FlopCounterMode(display=False, custom_mapping=missing) as counter:
        call(*inputs)
    return int(counter.get_total_flops()) // 2


def _training_memory(call: Callable[..., Any], inputs: tuple[Any, ...], module: nn.Module | None) -> int:
    leaves = tree_map_only(Tensor, lambda t: t.detach().requires_grad_(t.is_floating_point()), inputs)
    wanted = [leaf for leaf in tree_leaves(leaves) if isinstance(leaf, Tensor) and leaf.requires_grad]
    wanted += [p for p in module.parameters() if p.requires_grad] if module is not None else []
    with torch.enable_grad(), _LiveTensors() as live:
        outputs = [o for o in tree_leaves(call(*leaves)) if isinstance(o, Tensor) and o.requires_grad]
        if not outputs:
            raise ValueError("backward=True found nothing to differentiate: no output has a gradient")
        torch.autograd.grad(outputs, wanted, [torch.ones_like(o) for o in outputs], allow_unused=True)
    return live.peak


def _latency(call: Callable[..., Any], inputs: tuple[Any, ...], device: torch.device) -> float:
    for _ in range(WARM_UP):
        call(*inputs)
    times: list[float] = []
    begin = time.perf_counter()
    while len(times) < FEWEST_RUNS or time.perf_counter() - begin < LEAST_SECONDS:
        start = time.perf_counter()
        call(*inputs)
        if device.type not in ("cpu", "meta"):
            torch.accelerator.synchronize(device)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


class _LiveTensors(TorchDispatchMode):
    """Follows the memory of every tensor made while it is active. `peak`: the most bytes alive at once.

    (torch.distributed's MemTracker counts a view of an outside tensor as a new tensor; the profiler counts the
    kernels' working space, which depends on the number of threads.)
    """

    def __init__(self) -> None:
        super().__init__()
        self.peak = self.alive = 0
        # Weak references, because holding a memory block would keep it alive. Blocks that were there before are
        # known too, with size 0, so that a view of them is not taken for something new.
        self.known: dict[int, tuple[weakref.ref, int]] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if func is not torch.ops.aten.lift_fresh.default:  # torch.tensor([...]) arrives here: its argument is new
            self._note((args, kwargs), new=False)
        result = func(*args, **(kwargs or {}))
        self._note(result, new=True)
        self.peak = max(self.peak, self.alive)
        return result

    def _note(self, values: Any, new: bool) -> None:
        for value in tree_leaves(values):
            if isinstance(value, Tensor) and value.layout is torch.strided:
                storage = value.untyped_storage()
                if id(storage) not in self.known:
                    size = storage.nbytes() if new else 0
                    self.known[id(storage)] = weakref.ref(storage, self._forget(id(storage))), size
                    self.alive += size

    def _forget(self, key: int) -> Callable[[weakref.ref], None]:
        def died(_: weakref.ref) -> None:
            self.alive -= self.known.pop(key)[1]

        return died


@contextmanager
def _borrowed(module: nn.Module | None, tensors: list[Tensor], training: bool) -> Iterator[None]:
    """Puts the module into the given mode, and restores its modes, its buffers and torch's random numbers afterwards.
    """
    modes = {m: m.training for m in module.modules()} if module is not None else {}
    buffers = [(b, b.clone()) for b in module.buffers()] if module is not None else []
    devices = {t.device for t in tensors if t.is_cuda}
    with torch.random.fork_rng(devices=devices):
        try:
            for m in modes:
                m.training = training
            yield
        finally:
            for m, mode in modes.items():
                m.training = mode
            with torch.no_grad():
                for buffer, value in buffers:
                    buffer.copy_(value)


@contextmanager
def _unfused() -> Iterator[None]:
    """Turns off the fused inference path of nn.MultiheadAttention, which no counter can look into."""
    enabled = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(enabled)


def _name(call: Callable[..., Any]) -> str:
    return type(call).__name__ if isinstance(call, nn.Module) else getattr(call, "__name__", type(call).__name__)


def _bytes(n: int) -> str:
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if n >= size:
            return f"{n / size:.1f} {unit} ({n:,} bytes)"
    return f"{n:,} bytes"


def _seconds(t: float) -> str:
    return f"{t:.2f} s" if t >= 1 else f"{1e3 * t:.2f} ms" if t >= 1e-3 else f"{1e6 * t:.1f} µs"
