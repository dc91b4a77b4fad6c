"""The output of a module inside a network."""

from __future__ import annotations

import torch
from torch import Tensor, nn


@torch.no_grad()
def output_inside(network: nn.Module, name: str, inputs: Tensor) -> Tensor:
    """Returns the output of the first module called `name`, at any depth, while the network computes `inputs` in eval
    mode.

    Raises ValueError if no module has this name.
    """
    found = [module for path, module in network.named_modules() if path.split(".")[-1] == name]
    if not found:
        raise ValueError(f"the network has no module `{name}`")
    outputs: list[Tensor] = []
    handle = found[0].register_forward_hook(lambda module, given, output: outputs.append(output))
    try:
        network.eval()(inputs)
    finally:
        handle.remove()
    return outputs[0]
