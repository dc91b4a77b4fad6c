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
    """A module and another one behind it. The first gets whatever it is called with, also more than one input."""

    def forward(self, *inputs: Any, **named: Any) -> Tensor:
        return self[1](self[0](*inputs, **named))


def insert(network: nn.Module, make: Callable[[int], nn.Module], names: Sequence[str], example: Tensor) -> nn.Module:
    """Returns a copy of the network with `make(channels)` behind each module of these names.

    The channels are those of the module's output, a map (B, C, H, W) or tokens (B, N, C), if the network is given
    `example`. `Behind(module, make(channels))` takes the module's place, and the new module is in its mode. The
    original is untouched.

    Raises ValueError for a name that the network does not have, or whose output is neither a map nor tokens.
    """
    copied, probe = copy.deepcopy(network), copy.deepcopy(network).eval()
    modules, probed = dict(copied.named_modules()), dict(probe.named_modules())
    shapes: dict[str, tuple[int, ...]] = {}
    for name in names:
        if not name or name not in modules:
            near = difflib.get_close_matches(name, modules, 1, 0)
            raise ValueError(f"there is no module {name!r}; the nearest is {near[0]!r}")
        probed[name].register_forward_hook(
            lambda _module, _inputs, output, name=name: shapes.update({name: tuple(getattr(output, "shape", ()))}))
    with torch.inference_mode():
        probe(example)
    for name in names:
        shape = shapes.get(name, ())
        if len(shape) not in (3, 4):
            raise ValueError(f"{name!r} gives neither a map (B, C, H, W) nor tokens (B, N, C)")
        module = make(shape[1] if len(shape) == 4 else shape[2])
        module.train(modules[name].training)
        parent, _, last = name.rpartition(".")
        setattr(modules[parent], last, Behind(modules[name], module))
    return copied


class FromIdentity(nn.Module):
    """x + gamma * (inner(x) - x), where gamma is 0 at the start: the identity, exactly, and still it learns."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return x + (self.gamma * (self.inner(x) - x)).to(x.dtype)


def identity_start(module: nn.Module) -> nn.Module:
    """Wraps a module that keeps its input's shape: `inner` is the module, and `gamma: Parameter(zeros(1))`."""
    return FromIdentity(module)


def load_by_key(model: nn.Module, state: dict[str, Tensor], rename: Callable[[str], str]) -> dict[str, list[str]]:
    """Loads every entry of `state` whose new name, `rename(name)`, is an entry of the model, of the same shape.

    Returns the receipt. Of the model's names, `loaded` got an entry and `new` did not. Of the names in `state`, `left`
    have no place in the model, and `wrong_shape` have one of another shape. No entry is loaded in part.

    Raises ValueError, and loads nothing, if two entries have the same place.
    """
    own = model.state_dict()
    found: dict[str, torch.Tensor] = {}
    left, wrong_shape = [], []
    for name, tensor in state.items():
        place = rename(name)
        if place not in own:
            left.append(name)
        elif own[place].shape != tensor.shape:
            wrong_shape.append(name)
        elif place in found:
            raise ValueError(f"two entries belong to {place}; one of them is {name}")
        else:
            found[place] = tensor
    model.load_state_dict(found, strict=False)
    return {"loaded": list(found), "new": [name for name in own if name not in found], "left": left,
            "wrong_shape": wrong_shape}


def keep_statistics(norm: nn.Module, _inputs: tuple) -> None:
    """A hook, called before a norm works. It stands outside of `freeze`, so that a network with it can be saved."""
    if norm.frozen:
        norm.eval()


def freeze(network: nn.Module, but: Sequence[str]) -> list[str]:
    """Lets only the parameters be trained whose names begin with one of `but`, and returns these names.

    All other norms keep their running statistics, even after `network.train()`. Called again, it decides anew; norms
    that are no longer frozen collect statistics from the next `train()` on.

    Raises ValueError for a text with which no name begins.
    """
    begins, parameters = tuple(but), dict(network.named_parameters())
    norms = {f"{name}.": module for name, module in network.named_modules()
             if getattr(module, "running_mean", None) is not None}
    for start in begins:
        if not any(name.startswith(start) for name in [*parameters, *norms]):
            raise ValueError(f"no parameter's name begins with {start!r}; they are like {next(iter(parameters), '')!r}")
    for name, parameter in parameters.items():
        parameter.requires_grad_(name.startswith(begins))
    for name, norm in norms.items():
        if not hasattr(norm, "frozen"):
            norm.register_forward_pre_hook(keep_statistics)
        norm.frozen = not name.startswith(begins)
    return [name for name in parameters if name.startswith(begins)]
