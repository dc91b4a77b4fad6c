"""Trials: what a question lets an exercise do, where its arguments or its result are no data, such as a network.

A trial gets the learner's function and the question's arguments. It makes small networks whose weights follow from a
number, calls the function with them, and returns tensors, texts and numbers that say what has become of everything.
Nothing in a trial decides what is right: the reference goes through it as well, and the results are compared. So what a
function leaves behind is never told as true or false, but by numbers that nobody has who did not do the same.
"""

from __future__ import annotations

import copy
import io
import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from types import FunctionType
from typing import Any

import torch
from torch import Tensor, nn

from ...networks.lite0 import Lite0, small_lite0
from ...networks.rule_weights import drawn, rule_state

NETWORKS = 3  # with weights of their own: to make one takes longer than most questions
RATE = 0.1  # of the one step of `identity_start`
WRONG_SHAPE, SHORT, UNKNOWN = "another shape", "one entry less", "an unknown entry"
TWICE, TWICE_IN_NAME = "one place for two", "one place for two, of which one has another shape"


class Marked(nn.Module):
    """Stands for an inserted module: each channel times a number, plus another number, plus 1 in training mode."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight, self.bias = (nn.Parameter(torch.ones(channels, 1, 1).double()) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = (p if x.ndim == 4 else p.flatten() for p in (self.weight, self.bias))
        return x * weight + bias + self.training


class Gate(nn.Module):
    """Stands for an attention module: a gate of each channel from the means of all, a convolution, or tokens' layer."""

    def __init__(self, channels: int, kind: str) -> None:
        super().__init__()
        self.kind, side = kind, 3 if kind == "convolution" else 1
        self.layer = (nn.Linear(channels, channels) if kind == "tokens"
                      else nn.Conv2d(channels, channels, side, padding=side // 2))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.layer(x.mean((2, 3), keepdim=True)).sigmoid() if self.kind == "gate" else self.layer(x)


class OfTokens(nn.Module):
    """Scores of pictures from their tokens. `mix` gets two inputs, `pair` gives two tensors, `fc` no tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.norm = nn.Conv2d(3, 6, 4, stride=4), nn.BatchNorm2d(6)
        self.blocks = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 6))
        self.mix, self.spare = nn.Bilinear(6, 6, 6), nn.Identity()
        self.pair, self.fc = nn.GRU(6, 6, batch_first=True), nn.Linear(6, 7)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.embed(x)).flatten(2).transpose(1, 2)
        return self.fc(self.pair(self.mix(x + self.blocks(x), input2=x))[0].mean(1))


def network_of(seed: int) -> Lite0:
    """Returns a network that nobody else has; each seed is that of one of a few."""
    with torch._C.DisableTorchFunction():  # the modes, which see nothing of a learner's here
        return _twin(_made(seed % NETWORKS))


@cache
def _made(seed: int) -> Lite0:
    with torch.random.fork_rng(devices=[]):  # whoever is the first draws what the others draw
        return small_lite0(seed, dtype=torch.float64)


def _twin(module: Any) -> Any:
    """Returns a copy of a module that has been run only here, six times as fast as `copy.deepcopy`."""
    twin = module.__new__(type(module))
    for name, value in vars(module).items():
        vars(twin)[name] = value.copy() if isinstance(value, dict) else value
    twin._parameters.update({name: nn.Parameter(p.detach().clone()) for name, p in module._parameters.items()
                             if p is not None})
    twin._buffers.update({name: buffer.clone() for name, buffer in module._buffers.items()})
    twin._modules.update({name: _twin(part) for name, part in module._modules.items()})
    return twin


def pictures(seed: int, batch: int = 2) -> Tensor:
    return drawn((batch, 3, 18, 14), seed)


def give_weights(module: nn.Module, seed: int) -> None:
    shapes = [(name, tuple(tensor.shape)) for name, tensor in module.state_dict().items()]
    module.load_state_dict(rule_state(shapes, seed), strict=False)


def in_order(names: Any) -> Any:
    """Returns a list of names in the order of the alphabet, and anything else as it is."""
    return sorted(names) if isinstance(names, list | tuple | set) and all(isinstance(n, str) for n in names) else names


def insert(thing: Callable, names: Sequence[str], seed: int, kind: str = "", training: bool = False) -> dict[str, Any]:
    """kind: "tokens", or a network of Lite0's form. training: its mode, but for the mode of a part."""
    network, x, made = OfTokens().double() if kind == "tokens" else network_of(seed), pictures(seed), []
    if kind == "tokens":
        give_weights(network, seed)
    network.train(training)
    list(network.children())[1].requires_grad_(False).eval()  # the blocks, or the norm
    for parameter in network.parameters():
        parameter.grad = torch.ones_like(parameter)

    def make(channels: int) -> Marked:
        made.append(channels)
        return Marked(channels)

    example = drawn((1, 3, 4, 4), seed)  # so small that a BatchNorm refuses it in training mode
    copied = thing(network, make, names, example)
    if not isinstance(copied, nn.Module):
        raise TypeError(f"insert returns an object of type {type(copied).__name__}; return the copy of the network")
    found = [module for module in copied.modules() if isinstance(module, Marked)]
    for number, module in enumerate(found):
        give_weights(module, 100 * seed + number)
    with torch.no_grad():
        result = {"channels given to make": sorted(made), "modules in the copy": len(found), "the example": example,
                  "answers of the copy in the mode that it has": copied(x), "answers of the copy": copied.eval()(x)}
    scores = network(x)
    scores.sum().backward()
    with torch.no_grad():
        result |= {"answers of the original in the mode that it has": scores.detach(),
                   "sums of the original's gradients": _sums(p.grad for _, p in _named(network)),
                   "answers of the original": network.eval()(x)}
        for _, parameter in _named(copied):
            parameter.add_(0.5)
        return result | {"answers of the original after a change of the copy": network(x)}


def identity_start(thing: Callable, kind: str, channels: int, seed: int) -> dict[str, Any]:
    """kind: what is wrapped, a Gate, or "half": no parameters, and x is in half precision, while gamma is not."""
    inner = nn.ReLU() if kind == "half" else Gate(channels, kind)
    shape = (2, 5, channels) if kind == "tokens" else (2, channels, 5, 4)
    x, direction = (drawn(shape, seed + i) for i in range(2))
    give_weights(inner, seed)
    wrapped = thing(inner)
    if not isinstance(wrapped, nn.Module):
        raise TypeError(f"identity_start returns an object of type {type(wrapped).__name__}; return an nn.Module")
    if kind == "half":
        return {"the start, after 1,000 was added in its dtype": (wrapped(x.half()) + 1000).detach().double()}
    wrapped.double()
    x.requires_grad_()

    def gradients() -> dict[str, Tensor]:
        wrapped.zero_grad()
        x.grad = None
        output = wrapped(x)
        if output.requires_grad:
            (output * direction).sum().backward()
        return {name: torch.zeros_like(p) if p.grad is None else p.grad.clone()
                for name, p in [("x", x), *sorted(_named(wrapped))]}

    start = wrapped(x).detach()
    result = {"what it trains": in_order([name for name, p in _named(wrapped) if p.requires_grad]),
              "the start": start, "first gradients": gradients()}
    with torch.no_grad():
        for _, parameter in _named(wrapped):
            if parameter.grad is not None:
                parameter.sub_(RATE * parameter.grad)
    result |= {"after one step": wrapped(x).detach(), "gradients after one step": gradients()}
    with torch.no_grad():
        for name, parameter in _named(wrapped):
            if name == "gamma":
                parameter.fill_(0.5)
        return result | {"with gamma one half": wrapped(x)}


def load_by_key(thing: Callable, prefix: str, renamed: bool, spoilt: Sequence[str], seed: int,
                refused: bool = False) -> dict[str, Any]:
    """prefix: of all names in the state; `rename` takes it away. renamed: whether `rename` knows of the wrapped block.
    spoilt: what does not fit. refused: the answer is what is left after a ValueError."""
    model, source = network_of(seed), network_of(seed + 1)
    block: Any = model.blocks[1]
    model.blocks[1] = nn.Sequential(block, Marked(block.out_channels))
    for number, norm in enumerate(_norms(source)):
        norm.num_batches_tracked.fill_(number + 5)
    state = {prefix + name: tensor for name, tensor in source.state_dict().items()}
    names = list(state)
    if WRONG_SHAPE in spoilt:
        state[names[-1]] = state[names[-1]][:1]  # a bias that could be broadcast
        state[names[-2]] = state[names[-2]].mT  # as many numbers
        state[names[0]] = state[names[0]][:, :2]
    if SHORT in spoilt:
        del state[names[6]]
    if UNKNOWN in spoilt:
        state[f"{prefix}blocks.1.teacher"] = drawn((3,), seed)
    if TWICE in spoilt:
        state["copy of " + names[0]] = state[names[0]] + 1
    if TWICE_IN_NAME in spoilt:
        state["copy of " + names[0]] = state[names[0]][:2]

    def rename(name: str) -> str:
        name = name.removeprefix("copy of ").removeprefix(prefix)
        return name.replace("blocks.1.", "blocks.1.0.", 1) if renamed else name

    parameters = list(model.parameters())
    try:
        receipt = thing(model, state, rename)
    except ValueError:
        if not refused:
            raise
        receipt = "a ValueError"
    with torch.no_grad():
        result = {"your receipt": {name: in_order(keys) for name, keys in sorted(receipt.items())}
                  if isinstance(receipt, dict) else receipt,
                  "answers afterwards": model(pictures(seed)), "counters of the norms": _counters(model),
                  "names of the state afterwards": list(state),
                  "sums of the state afterwards": _sums(state.values())}
        for parameter in parameters:
            parameter.add_(0.5)
        return result | {"answers after a change of the parameters that there were": model(pictures(seed))}


def freeze(thing: Callable, but: Sequence[str], seed: int, before: Sequence[str] | None = None,
           way: str = "") -> dict[str, Any]:
    """before: the texts of an earlier call. way: what becomes of the network afterwards, "copied" or "saved"."""
    network = network_of(seed)
    block: Any = network.blocks[2]
    width, sides = block.out_channels, (5, 4)
    norms = nn.Sequential(nn.Flatten(2), nn.BatchNorm1d(width), nn.Unflatten(2, (1, *sides)), nn.BatchNorm3d(width),
                          nn.Flatten(2), nn.Unflatten(2, sides), nn.SyncBatchNorm(width),
                          nn.InstanceNorm2d(width, track_running_stats=True)).double()
    block.project.append(nn.Sequential(OrderedDict(head=Marked(width), norms=norms)))  # other names begin with "head"
    network.blocks[1].requires_grad_(False)
    network.train()
    if before is not None:
        thing(network, before)
        network(pictures(seed + 2, batch=3))
        network.train()
    names = thing(network, but)
    if way:
        was, network = network, copy.deepcopy(network) if way == "copied" else _saved(network)
        was.train()(pictures(seed + 3))
    network(pictures(seed, batch=3))
    means = torch.cat([norm.running_mean.clone() for norm in _norms(network)])
    trained = [name for name, p in _named(network) if p.requires_grad]
    network.train()
    scores = network(pictures(seed, batch=3))
    x = pictures(seed + 1, batch=3)
    for part in (network.stem, *network.blocks, network.head):  # each is called by itself
        x = part.train()(x)
    network.eval()
    with torch.no_grad():
        return {"what is returned": in_order(names), "what is trained": in_order(trained),
                "answers in training mode": scores, "a map in training mode": x, "means of the norms, at first": means,
                "means of the norms, later": torch.cat([norm.running_mean for norm in _norms(network)]),
                "counters of the norms": _counters(network), "answers in eval mode": network(pictures(seed))}


def _saved(network: nn.Module) -> Any:
    """Returns a network as a file gives it back, in which functions and classes stand by their names."""
    named: list[Any] = []

    def by_name(thing: Any) -> int | None:
        if not isinstance(thing, type | FunctionType):
            return None
        if "<" in thing.__qualname__:
            raise TypeError(f"a network with {thing.__qualname__} can't be saved: it is made within another function")
        named.append(thing)
        return len(named) - 1

    writer: Any = pickle.Pickler(file := io.BytesIO())
    writer.persistent_id = by_name
    writer.dump(network)
    reader: Any = pickle.Unpickler(io.BytesIO(file.getvalue()))
    reader.persistent_load = named.__getitem__
    return reader.load()


def _sums(tensors: Any) -> Tensor:
    """Returns of each tensor the sum of its numbers, each times another one."""
    flat = [torch.as_tensor(0 if t is None else t).detach().double().flatten() for t in tensors]
    return torch.tensor([(numbers * torch.arange(1, 1 + len(numbers)).double().cos()).sum() for numbers in flat],
                        dtype=torch.float64)


def _named(module: nn.Module, before: str = "") -> Iterator[tuple[str, nn.Parameter]]:
    """Yields every parameter with its name. The methods of a module that a function was lent are its own to change."""
    yield from ((before + name, p) for name, p in vars(module)["_parameters"].items() if p is not None)
    for name, child in vars(module)["_modules"].items():
        yield from _named(child, f"{before}{name}.")


def _norms(network: nn.Module) -> list[Any]:
    return [module for module in network.modules() if getattr(module, "running_mean", None) is not None]


def _counters(network: nn.Module) -> list[int]:
    return [int(tensor) for name, tensor in network.state_dict().items() if name.endswith("num_batches_tracked")]


TRIALS: dict[str, Callable[..., Any]] = {trial.__name__: trial
                                         for trial in (insert, identity_start, load_by_key, freeze)}
