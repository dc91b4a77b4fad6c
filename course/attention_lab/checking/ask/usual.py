"""Asks code as a fresh notebook would, whatever this notebook has switched on: a check, a hidden grader and `compare`
all ask `as_usual`.

A setting is not part of an answer, and another machine may not even have what it names, such as a GPU.
"""

from __future__ import annotations

import contextlib
import functools
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

import numpy as np
import torch
from torch._tensor_str import PRINT_OPTS
from torch.overrides import TorchFunctionMode, _pop_mode, _push_mode
from torch.utils import _device

P = ParamSpec("P")
T = TypeVar("T")
UNREAD = object()
KERNELS = ("flash", "math", "mem_efficient", "cudnn")  # of scaled_dot_product_attention
# How a setting is read, how it is set, and its value in a fresh notebook.
SETTINGS: tuple[tuple[Callable[[], Any], Callable[[Any], Any], Any], ...] = (
    (torch.get_default_dtype, torch.set_default_dtype, torch.float32),
    (torch.is_grad_enabled, torch._C._set_grad_enabled, True),
    (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly, False),
    (torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode, 0),
    (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest"),
    # with another number of threads, sums are taken in another order
    (torch.get_num_threads, torch.set_num_threads, 1),
    *((lambda kind=kind: torch.is_autocast_enabled(kind), lambda on, kind=kind: torch.set_autocast_enabled(kind, on),
       False) for kind in ("cpu", "cuda")),
    *((getattr(torch.backends.cuda, f"{kernel}_sdp_enabled"), getattr(torch.backends.cuda, f"enable_{kernel}_sdp"),
       True) for kernel in KERNELS),
    (lambda: dict(vars(PRINT_OPTS)), vars(PRINT_OPTS).update, dict(vars(PRINT_OPTS))),
    (np.geterr, lambda wanted: np.seterr(**wanted), np.geterr()),
    (sys.getrecursionlimit, sys.setrecursionlimit, sys.getrecursionlimit()),
)


@contextlib.contextmanager
def usual_state() -> Iterator[None]:
    """Gives torch, numpy and Python the settings of a fresh notebook, on one CPU thread, and afterwards those that they
    had. Random numbers drawn meanwhile are not missing afterwards."""
    before = [_read(read) for read, _, _ in SETTINGS]
    drawn = random.getstate(), np.random.get_state()
    device, modes = _taken()
    try:
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            _set([usual for _, _, usual in SETTINGS])
            yield
    finally:
        _set(before)
        random.setstate(drawn[0])
        np.random.set_state(drawn[1])
        _taken()
        _given_back(device, modes)


def forget_devices() -> None:
    """Has tensors made on the CPU again, whatever default device was set or entered."""
    if torch._C._len_torch_function_stack():
        _, modes = _taken()
        _given_back(None, [mode for mode in modes if not isinstance(mode, _device.DeviceContext)])


def as_usual(function: Callable[P, T]) -> Callable[P, T]:
    """Has a function run in `usual_state`. If something is switched on that only the code which did it can switch off,
    the function runs in a thread of its own, which has nothing of that."""
    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with usual_state():
            return function(*args, **kwargs)

    @functools.wraps(function)
    def started(*args: P.args, **kwargs: P.kwargs) -> T:
        if not (torch.is_inference_mode_enabled() or torch._C._len_torch_dispatch_stack()
                or torch._C._autograd._top_saved_tensors_default_hooks(True)):
            return run(*args, **kwargs)
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(run, *args, **kwargs).result()
    return started


def _read(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except RuntimeError:  # as where precision was set in the old way and in the new one: torch knows of neither then
        return UNREAD


def _set(values: list[Any]) -> None:
    for (read, put, _), value in zip(SETTINGS, values):
        if _read(read) not in (value, UNREAD) and value is not UNREAD:
            put(value)


def _taken() -> tuple[_device.DeviceContext | None, list[TorchFunctionMode]]:
    """Takes all function modes away. A default device that was set or entered is one of them. Returns the one that was
    set, and all, the innermost first."""
    device = getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)
    torch._GLOBAL_DEVICE_CONTEXT.device_context = _device.CURRENT_DEVICE = None
    return device, [_pop_mode() for _ in range(torch._C._len_torch_function_stack())]


def _given_back(device: _device.DeviceContext | None, modes: list[TorchFunctionMode]) -> None:
    torch._GLOBAL_DEVICE_CONTEXT.device_context = device
    for mode in reversed(modes):
        _push_mode(mode)
        if isinstance(mode, _device.DeviceContext):
            _device.CURRENT_DEVICE = mode.device
