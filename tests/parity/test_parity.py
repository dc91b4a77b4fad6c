"""The reference against what the authors' own code computed, in float64.

A recorded system is a folder `solutions/<topic>/parity/<system>/`, with its adapter. `PARITY_DIR=DIR` checks every case
below DIR instead of those folders. A system that has no adapter yet is listed as skipped; apart from that only an
adapter's explicit rule skips a case.
"""
import dataclasses
import os
from functools import cache
from pathlib import Path

import pytest
from torch import Tensor

from autograder.lessons.topics import SOLUTIONS, topic
from solutions.shared.parity import Case, Skip, Unit, read

DIRECTORY = Path(os.environ.get("PARITY_DIR") or SOLUTIONS)
FILES = sorted(path for path in (DIRECTORY.rglob("*.safetensors") if "PARITY_DIR" in os.environ else
                                 SOLUTIONS.glob("*/parity/*/*.safetensors"))
               if not path.with_suffix(".json").exists())  # that is a whole network's: test_networks.py
ADAPTERS = {path.parent.name: path for path in SOLUTIONS.glob("*/parity/*/adapter.py")}
TOLERANCE = 1e-10
BUFFER_TOLERANCE = 1e-12
TABLE_TOLERANCE = 1e-6  # GRL's tables are float32 in the published code
COMPARED = "output", "grad_input", "grad_param", "after_buffer"


def has_adapter(case: Case) -> bool:
    return case.system in ADAPTERS


def adapt(case: Case) -> Unit | Skip:
    """Our counterpart of the unit. Raises on a unit, or a key of its configuration, that the adapter does not know."""
    folder = ADAPTERS[case.system].parents[2]
    units = topic(folder.name).module(f"parity.{case.system}.adapter").UNITS
    assert case.unit in units, f"unknown unit {case.unit!r} of {case.system}"
    return units[case.unit](case, **case.config)


def tolerance(name: str, expected: Tensor) -> float:
    kind, _, official = name.partition(".")
    if not expected.is_floating_point() or official.startswith("mask"):
        return 0.0
    if official.startswith("table"):
        return TABLE_TOLERANCE
    return BUFFER_TOLERANCE if kind == "after_buffer" else TOLERANCE


def errors(case: Case, observed: dict[str, Tensor]) -> dict[str, float]:
    """The largest absolute difference of each compared tensor."""
    expected = {name: t for name, t in case.tensors.items() if name.partition(".")[0] in COMPARED}
    assert observed.keys() == expected.keys(), f"observed {sorted(observed)}, recorded {sorted(expected)}"
    result = {}
    for name, tensor in expected.items():
        ours = observed[name]
        if name.startswith("grad_param."):
            ours = ours.reshape(tensor.shape)
        assert ours.shape == tensor.shape, f"{name}: {tuple(ours.shape)}, recorded {tuple(tensor.shape)}"
        result[name] = (ours.to(tensor.dtype) - tensor).abs().max().item()
    return result


def broken(case: Case, found: dict[str, float]) -> dict[str, float]:
    """What is farther off than it may be (a NaN is)."""
    return {name: error for name, error in found.items() if not error <= tolerance(name, case.tensors[name])}


@cache
def judge(path: Path) -> str | dict[str, float]:
    """The errors of a case, or why it is skipped."""
    case = read(path)
    if not has_adapter(case):
        return f"{case.system}: lesson not there yet"
    unit = adapt(case)
    return unit.reason if isinstance(unit, Skip) else errors(case, unit.observe(case))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DIRECTORY)))
def test_case(path, record_property):
    case = read(path)
    record_property("parity", (case.system, has_adapter(case)))
    verdict = judge(path)
    if isinstance(verdict, str):
        pytest.skip(verdict)
    record_property("largest error", max(verdict.values()))
    too_far = broken(case, verdict)
    assert not too_far


def test_nothing_is_skipped_silently():
    assert FILES, f"no cases below {DIRECTORY}"
    passed = skipped = 0
    for path in FILES:
        case, verdict = read(path), judge(path)
        if isinstance(verdict, str):
            skipped += not has_adapter(case) or isinstance(adapt(case), Skip)
        else:
            passed += not broken(case, verdict)
    assert passed + skipped == len(FILES)


@pytest.mark.nightly
def test_a_small_change_breaks_every_case():
    """1e-6 on the parameter (or, without parameters, input) element with the largest gradient must be noticed."""
    unnoticed = []
    for path in FILES:
        case = read(path)
        kind = "param" if case.of("param") else "input"
        gradients = case.of(f"grad_{kind}")
        if isinstance(judge(path), str) or not gradients:
            continue
        name = max(gradients, key=lambda name: gradients[name].abs().max())
        changed = case.tensors[f"{kind}.{name}"].clone()
        changed.view(-1)[gradients[name].abs().argmax()] += 1e-6
        case = dataclasses.replace(case, tensors=case.tensors | {f"{kind}.{name}": changed})
        if not broken(case, errors(case, adapt(case).observe(case))):
            unnoticed.append(path.name)
    assert not unnoticed


def test_a_vision_transformer_takes_every_argument_of_the_contract():
    config = {"img_size": 16, "patch_size": 8, "embed_dim": 12, "depth": 1, "num_heads": 2, "num_classes": 3,
              "mlp_ratio": 2, "global_pool": "avg"}
    unit = adapt(Case("vit", "VisionTransformer", config, "eval", {}))
    assert isinstance(unit, Unit) and unit.module.blocks[0].mlp.fc1.out_features == 24
