"""Trials: what a question lets an exercise do, where its arguments or its result are no data, such as a network.

A trial gets the learner's function and the question's arguments. It makes small networks whose weights follow from a
number, calls the function with them, and returns tensors, texts and numbers that say what has become of everything.
Nothing in a trial decides what is right: the reference goes through it as well, and the results are compared. So what a
function leaves behind is never told as true or false, but by numbers that nobody has who did not do the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ...networks.lite0 import Lite0, small_lite0
from ...networks.rule_weights import drawn, rule_state

RATE = 0.1  # of the one step of `identity_start`
WRONG_SHAPE, SHORT, UNKNOWN, TWICE = "another shape", "one entry less", "an unknown entry", "one place for two"


class Marked(nn.Module):
    """Stands for an inserted module: each channel times a number, plus another number, plus 1 in training mode."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight, self.bias = (nn.Parameter(torch.ones(channels, 1, 1).double()) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight + self.bias + self.training


class Gate(nn.Module):
    """Stands for an attention module: a gate of each channel from the means of all, or a convolution."""

    def __init__(self, channels: int, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.layer = nn.Conv2d(channels, channels, 1 if kind == "gate" else 3, padding=0 if kind == "gate" else 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.layer(x.mean((2, 3), keepdim=True)).sigmoid() if self.kind == "gate" else self.layer(x)


def network_of(seed: int) -> Lite0:
    return small_lite0(seed, dtype=torch.float64)


def pictures(seed: int, batch: int = 2) -> Tensor:
    return drawn((batch, 3, 18, 14), seed)


def give_weights(module: nn.Module, seed: int) -> None:
    shapes = [(name, tuple(tensor.shape)) for name, tensor in module.state_dict().items()]
    module.load_state_dict(rule_state(shapes, seed), strict=False)


def in_order(names: Any) -> Any:
    """Returns a list of names in the order of the alphabet, and anything else as it is."""
    return sorted(names) if isinstance(names, list | tuple | set) and all(isinstance(n, str) for n in names) else names


def insert(thing: Callable, where: str, blocks: Sequence[int], seed: int, training: bool = False) -> dict[str, Any]:
    network, x, made = network_of(seed).train(training), pictures(seed), []

    def make(channels: int) -> Marked:
        made.append(channels)
        return Marked(channels)

    copied = thing(network, make, where, blocks)
    if not isinstance(copied, nn.Module):
        raise TypeError(f"insert returns an object of type {type(copied).__name__}; return the copy of the network")
    found = [module for module in copied.modules() if isinstance(module, Marked)]
    for number, module in enumerate(found):
        give_weights(module, 100 * seed + number)
    with torch.no_grad():
        result = {"channels given to make": sorted(made), "modules in the copy": len(found),
                  "answers of the copy in the mode that it has": copied(x),
                  "answers of the copy": copied.eval()(x), "answers of the original": network.eval()(x)}
        for parameter in copied.parameters():
            parameter.add_(0.5)
        return result | {"answers of the original after a change of the copy": network(x)}


def identity_start(thing: Callable, kind: str, channels: int, seed: int) -> dict[str, Any]:
    inner, x, direction = Gate(channels, kind), *(drawn((2, channels, 5, 4), seed + i) for i in range(2))
    give_weights(inner, seed)
    wrapped = thing(inner)
    if not isinstance(wrapped, nn.Module):
        raise TypeError(f"identity_start returns an object of type {type(wrapped).__name__}; return an nn.Module")
    wrapped.double()

    def gradients() -> dict[str, Tensor]:
        wrapped.zero_grad()
        output = wrapped(x)
        if output.requires_grad:
            (output * direction).sum().backward()
        return {name: torch.zeros_like(p) if p.grad is None else p.grad.clone()
                for name, p in sorted(wrapped.named_parameters())}

    start = wrapped(x).detach()
    result = {"what it trains": in_order([name for name, p in wrapped.named_parameters() if p.requires_grad]),
              "the start": start, "first gradients": gradients()}
    with torch.no_grad():
        for parameter in wrapped.parameters():
            if parameter.grad is not None:
                parameter.sub_(RATE * parameter.grad)
    result |= {"after one step": wrapped(x).detach(), "gradients after one step": gradients()}
    with torch.no_grad():
        for name, parameter in wrapped.named_parameters():
            if name == "gamma":
                parameter.fill_(0.5)
        return result | {"with gamma one half": wrapped(x)}


def load_by_key(thing: Callable, prefix: str, renamed: bool, spoilt: Sequence[str], seed: int) -> dict[str, Any]:
    """prefix: of all names in the state; `rename` takes it away. renamed: whether `rename` knows of the wrapped block.
    spoilt: what does not fit."""
    model, source = network_of(seed), network_of(seed + 1)
    block: Any = model.blocks[1]
    model.blocks[1] = nn.Sequential(block, Marked(block.out_channels))
    for number, norm in enumerate(_norms(source)):
        norm.num_batches_tracked.fill_(number + 5)
    state = {prefix + name: tensor for name, tensor in source.state_dict().items()}
    names = list(state)
    if WRONG_SHAPE in spoilt:
        state[names[-1]] = state[names[-1]][:1]  # a bias that could be broadcast
        state[names[0]] = state[names[0]][:2]
    if SHORT in spoilt:
        del state[names[6]]
    if UNKNOWN in spoilt:
        state[f"{prefix}blocks.1.teacher"] = drawn((3,), seed)
    if TWICE in spoilt:
        state["copy of " + names[0]] = state[names[0]] + 1

    def rename(name: str) -> str:
        name = name.removeprefix("copy of ").removeprefix(prefix)
        return name.replace("blocks.1.", "blocks.1.0.", 1) if renamed else name

    parameters = list(model.parameters())
    receipt = thing(model, state, rename)
    with torch.no_grad():
        result = {"receipt": {name: in_order(keys) for name, keys in sorted(receipt.items())}
                  if isinstance(receipt, dict) else receipt,
                  "answers afterwards": model(pictures(seed)), "counters": _counters(model),
                  "names of the state afterwards": list(state),
                  "sums of the state afterwards": torch.tensor([_sum(tensor) for tensor in state.values()])}
        for parameter in parameters:
            parameter.add_(0.5)
        return result | {"answers after a change of the parameters that there were": model(pictures(seed))}


def freeze(thing: Callable, but: Sequence[str], seed: int) -> dict[str, Any]:
    network = network_of(seed)
    block: Any = network.blocks[2]
    block.project.append(nn.Sequential(Marked(block.out_channels), nn.BatchNorm2d(block.out_channels).double()))
    network.blocks[1].requires_grad_(False)
    network.train()
    names = thing(network, but)
    network(pictures(seed, batch=3))
    means = torch.cat([norm.running_mean.clone() for norm in _norms(network)])
    trained = [name for name, p in network.named_parameters() if p.requires_grad]
    network.train()
    for step in range(2):
        scores = network(pictures(seed + step, batch=3))
    network.eval()
    with torch.no_grad():
        return {"returned": in_order(names), "trained": in_order(trained), "answers in training mode": scores,
                "means of the BatchNorms, at first": means,
                "later": torch.cat([norm.running_mean for norm in _norms(network)]),
                "counters": _counters(network), "answers in eval mode": network(pictures(seed))}


def _sum(tensor: Any) -> float:
    """Returns the sum of a tensor's numbers, each times another one."""
    numbers = torch.as_tensor(tensor).detach().double().flatten()
    return (numbers * torch.arange(1, 1 + len(numbers)).double().cos()).sum().item()


def _norms(network: nn.Module) -> list[Any]:
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]


def _counters(network: nn.Module) -> list[int]:
    return [int(tensor) for name, tensor in network.state_dict().items() if name.endswith("num_batches_tracked")]


TRIALS: dict[str, Callable[..., Any]] = {trial.__name__: trial
                                         for trial in (insert, identity_start, load_by_key, freeze)}
