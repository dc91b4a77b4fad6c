"""Whatever a notebook has switched on: a check and a comparison say what they say without it, and leave it as it is."""

import random
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch._subclasses import FakeTensorMode

import attention_lab
from attention_lab.checking.ask.usual import forget_devices, usual_state
from attention_lab.compare import compare
from attention_lab.notebook.check import verdict_on
from solutions.se import reference

pytestmark = pytest.mark.quick

CHECKS = Path(attention_lab.__file__).parent / "lessons/se/checks"
KEPT = []  # a context ends if nothing holds it


def kept(context):
    KEPT.append(context)
    context.__enter__()


# What is switched on, and how that is seen.
SWITCHES = {
    **{f"the default device {device}": (lambda device=device: torch.set_default_device(device),
                                        lambda: str(torch.utils._device.CURRENT_DEVICE))
       for device in ("cuda:0", "mps", "meta")},
    "a device that was entered": (lambda: torch.device("meta").__enter__(), lambda: torch.zeros(1).device.type),
    "two devices": (lambda: [torch.set_default_device("meta"), torch.device("cuda:0").__enter__()],
                    lambda: (str(torch.get_default_device()), torch._C._len_torch_function_stack())),
    "a dtype": (lambda: torch.set_default_dtype(torch.float64), torch.get_default_dtype),
    "no gradients": (lambda: torch.set_grad_enabled(False), torch.is_grad_enabled),
    "inference": (lambda: kept(torch.inference_mode()), torch.is_inference_mode_enabled),
    "fake tensors": (lambda: kept(FakeTensorMode()), torch._C._len_torch_dispatch_stack),
    "saved tensors": (lambda: kept(torch.autograd.graph.save_on_cpu(pin_memory=True)),
                      lambda: torch._C._autograd._top_saved_tensors_default_hooks(True) is None),
    "kernels of attention": (lambda: torch.backends.cuda.enable_math_sdp(False), torch.backends.cuda.math_sdp_enabled),
    "precision, in the new way": (lambda: setattr(torch.backends.cuda.matmul, "fp32_precision", "tf32"),
                                  lambda: torch.backends.cuda.matmul.fp32_precision),
    "autocast": (lambda: torch.autocast("cpu").__enter__(), lambda: torch.is_autocast_enabled("cpu")),
    "anomalies": (lambda: torch.autograd.set_detect_anomaly(True), torch.is_anomaly_enabled),
    "deterministic": (lambda: torch.use_deterministic_algorithms(True), torch.are_deterministic_algorithms_enabled),
    "threads": (lambda: torch.set_num_threads(2), torch.get_num_threads),
    "print options": (lambda: torch.set_printoptions(precision=1), lambda: str(torch.tensor([0.123]))),
    "numpy's errors": (lambda: np.seterr(all="raise"), np.geterr),
    "warnings": (lambda: warnings.simplefilter("error"), lambda: warnings.filters[0][0]),
    "recursion": (lambda: sys.setrecursionlimit(350), sys.getrecursionlimit),
    "seeds": (lambda: [random.seed(3), np.random.seed(3), torch.manual_seed(3)],
              lambda: [random.getstate(), np.random.get_state()[2], torch.get_rng_state().sum()]),
}


@pytest.mark.parametrize("switch, seen", SWITCHES.values(), ids=SWITCHES)
def test_what_a_notebook_has_switched_on_costs_nothing_and_stays(switch, seen):
    usual = {name: verdict_on(vars(reference)[name], CHECKS) for name in ("squeeze", "Excitation", "SEBlock")}
    with usual_state():
        before = seen()
        switch()
        switched = seen()
        assert {name: verdict_on(vars(reference)[name], CHECKS) for name in usual} == usual
        assert compare(reference.SEBlock, "SEBlock").same and seen() == switched
        while KEPT:
            KEPT.pop().__exit__(None, None, None)
        torch.backends.cuda.matmul.fp32_precision = "none"
    assert seen() == before or seen is SWITCHES["threads"][1]


def test_after_a_device_that_this_machine_lacks_tensors_are_made_on_the_cpu():
    with usual_state():
        torch.device("cuda").__enter__()
        torch.set_default_device("mps")
        forget_devices()
        assert torch.zeros(1).device.type == "cpu" == torch.get_default_device().type
        with torch.device("meta"):
            assert torch.zeros(1).device.type == "meta"
