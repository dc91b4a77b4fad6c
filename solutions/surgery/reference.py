"""Operations on a trained network: the reference of e4_surgery. They work on any network.

The wrapper of `identity_start` is the residual form of SkipInit and ReZero (De and Smith 2020, Bachlechner et al.
2020), around the difference that the module makes.
"""

import copy
import difflib
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn


class Behind(nn.Sequential):
    """A module and another one behind it. The first gets all inputs, and has the attributes: `attn[0].qkv`."""

    def forward(self, *inputs: Any, **named: Any) -> Tensor:
        return self[1](self[0](*inputs, **named))


def insert(network: nn.Module, make: Callable[[int], nn.Module], names: Sequence[str], example: Tensor) -> nn.Module:
    """Returns a copy of the network with `make(channels)` behind each module of these names.

    The channels are those of the module's output, a map (B, C, H, W) or tokens (B, N, C), if the network is given
    `example`. `Behind(module, make(channels))` takes the module's place, and the new module is in its mode and has its
    output's dtype and device. Of a module with two names, only the use by the name that is given changes. The original
    is untouched.

    Raises ValueError for a name that is not there, or whose output is no map or tokens, or has its channels last.
    """
    copied, probe = copy.deepcopy(network), copy.deepcopy(network).eval()
    modules, probed = (dict(each.named_modules(remove_duplicate=False)) for each in (copied, probe))
    names = [names] if isinstance(names, str) else list(names)
    outputs: dict[str, Any] = {}
    for name in names:
        if not name or name not in modules:
            near = difflib.get_close_matches(name, [*modules][1:], 1, 0)
            raise ValueError(f"there is no module {name!r} in the network; the nearest is {near[0]!r}")
        probed[name].register_forward_hook(lambda _module, _inputs, output, name=name: outputs.update({name: output}))
    with torch.inference_mode():
        probe(example)
    for name in names:
        shape = tuple(getattr(outputs.get(name), "shape", ()))
        if len(shape) not in (3, 4):
            raise ValueError(f"{name!r} gives neither a map (B, C, H, W) nor tokens (B, N, C)")
        if len(shape) == 4 == getattr(example, "ndim", 0):
            form = example.shape[2] / example.shape[3]
            if abs(shape[2] - shape[3] * form) >= 1 > abs(shape[1] - shape[2] * form):
                raise ValueError(f"{name!r} gives {shape}, a map whose channels are last, of which your module would "
                                 "take the rows for channels: name a place whose channels come first")
        module = make(shape[1] if len(shape) == 4 else shape[2]).to(outputs[name])
        module.train(modules[name].training)
        parent, _, last = name.rpartition(".")
        setattr(modules[parent], last, Behind(getattr(modules[parent], last), module))
    return copied


class FromIdentity(nn.Module):
    """x + gamma * (inner(x) - x), where gamma is 0 at the start: the identity, exactly, and still it learns."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        difference = self.inner(x.clone()) - x  # a copy, because it may work in place
        return x + (self.gamma * difference).to(x.dtype)


def identity_start(module: nn.Module) -> nn.Module:
    """Wraps a module that keeps its input's shape: `inner` is the module, and `gamma: Parameter(zeros(1))`.

    Another shape is not noticed if it can be broadcast, such as that of gates alone.
    """
    return FromIdentity(module)


def load_by_key(model: nn.Module, state: dict[str, Any], rename: Callable[[str], str]) -> dict[str, list[str]]:
    """Loads every entry of `state` whose new name, `rename(name)`, is an entry of the model, of the same shape.

    Returns the receipt. Of the model's names, `loaded` got an entry and `new` did not. Of the names in `state`, `left`
    have no place in the model, and `wrong_shape` have one of another shape. No entry is loaded in part. A tensor with
    two names in the model is loaded under both.

    Raises ValueError, and loads nothing, if two entries have the same place, or if one is a state of its own.
    """
    own = model.state_dict(keep_vars=True)
    found: dict[str, Any] = {}
    left, wrong_shape = [], []
    for name, tensor in state.items():
        place = rename(name)
        if place not in own and isinstance(tensor, dict):
            raise ValueError(f"{name!r} is a dict, as in a checkpoint: if it holds the weights, load state[{name!r}]")
        elif place not in own:
            left.append(name)
        elif getattr(own[place], "shape", None) != getattr(tensor, "shape", None):
            wrong_shape.append(name)
        elif place in found:
            raise ValueError(f"two entries belong to {place}; one of them is {name}")
        else:
            found[place] = tensor
    model.load_state_dict(found, strict=False)
    filled = {id(own[place]) for place in found}
    return {"loaded": [name for name in own if id(own[name]) in filled],
            "new": [name for name in own if id(own[name]) not in filled], "left": left, "wrong_shape": wrong_shape}


def keep_statistics(norm: nn.Module, _inputs: tuple) -> None:
    """A hook, called before a norm works. It stands outside of `freeze`, so that a network with it can be saved."""
    if norm.statistics_are_kept:
        norm.eval()


def freeze(network: nn.Module, but: Sequence[str]) -> list[str]:
    """Lets only the parameters be trained whose names begin with one of `but`, and returns the names of these.

    All norms of which no entry's name begins so keep their running statistics, even after `network.train()`. Called
    again, it decides anew; norms that are no longer frozen collect statistics from the next `train()` on. Dropout stays
    random in training mode, and a gradient from before stays until `zero_grad`, so an optimiser would still use it.

    Raises ValueError for a text with which no entry's name begins.
    """
    begins, entries = (but,) if isinstance(but, str) else tuple(but), network.state_dict(keep_vars=True)
    for start in begins:
        if not any(name.startswith(start) for name in entries):
            raise ValueError(f"no name begins with {start!r}; they are like {next(iter(entries), '')!r}")
    chosen = {id(entry) for name, entry in entries.items() if name.startswith(begins)}
    for entry in network.parameters():
        entry.requires_grad_(id(entry) in chosen)
    for norm in network.modules():
        if getattr(norm, "running_mean", None) is not None:
            if not hasattr(norm, "statistics_are_kept"):
                norm.register_forward_pre_hook(keep_statistics)
            norm.statistics_are_kept = chosen.isdisjoint(map(id, norm.state_dict(keep_vars=True).values()))
    return [name for name, parameter in network.named_parameters() if parameter.requires_grad]
