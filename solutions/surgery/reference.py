"""Operations on a trained network: the reference of e4_surgery.

They work on every network of Lite0's form (attention_lab.networks.lite0). `load_by_key`, `freeze` and `grad_cam` work
on any network. Grad-CAM follows Selvaraju et al. (ICCV 2017); the wrapper of `identity_start` is the residual form of
SkipInit and ReZero (De and Smith 2020, Bachlechner et al. 2020), around the difference that the module makes.
"""

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

PLACES = ("branch", "depthwise", "after")


def insert(network: nn.Module, make: Callable[[int], nn.Module], where: str, blocks: Sequence[int]) -> nn.Module:
    """Returns a copy of the network with `make(channels)` at one place in the blocks of these numbers.

    where: "branch", last in the residual branch, before the sum; "depthwise", behind the depthwise unit; "after",
        behind the sum. The original is untouched, and each new module is in the mode of its block.

    Raises ValueError for another place, or a block that the network does not have.
    """
    if where not in PLACES:
        raise ValueError(f"{where!r} is no place; the places are {', '.join(PLACES)}")
    copied = copy.deepcopy(network)
    for number in blocks:
        if not 0 <= number < len(copied.blocks):
            raise ValueError(f"there is no block {number}; the network has {len(copied.blocks)}")
        block = copied.blocks[number]
        module = make(block.hidden_channels if where == "depthwise" else block.out_channels)
        module.train(block.training)
        if where == "branch":
            block.project.append(module)
        elif where == "depthwise":
            block.depthwise.append(module)
        else:
            copied.blocks[number] = nn.Sequential(block, module)
    return copied


class FromIdentity(nn.Module):
    """x + gamma * (inner(x) - x), where gamma is 0 at the start: the identity, exactly, and still it learns."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.gamma * (self.inner(x) - x)


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


def freeze(network: nn.Module, but: Sequence[str]) -> list[str]:
    """Lets only the parameters be trained whose names begin with one of `but`, and returns these names.

    All other BatchNorms keep their statistics, even after `network.train()`.
    """
    def keep(norm: nn.Module, _inputs: tuple) -> None:
        norm.eval()

    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name.startswith(tuple(but)))
    for name, module in network.named_modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) and not f"{name}.".startswith(tuple(but)):
            module.register_forward_pre_hook(keep)
    return [name for name, parameter in network.named_parameters() if parameter.requires_grad]


def grad_cam(network: nn.Module, layer: nn.Module, x: Tensor, target: int) -> Tensor:
    """Where the features of `layer` speak for the class `target`: (B, 3, H, W) -> (B, H', W').

    The ReLU of the sum over the channels of the layer's map, each weighted by the mean over the positions of the
    gradient of the class's score. The network is asked in eval mode; its modes, gradients and hooks are left as they
    were.
    """
    seen: list[Tensor] = []
    hook = layer.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    modes = {module: module.training for module in network.modules()}
    try:
        network.eval()
        scores = network(x.detach().clone().requires_grad_())
    finally:
        hook.remove()
        for module, training in modes.items():
            module.training = training
    (gradient,) = torch.autograd.grad(scores[:, target].sum(), seen[0])
    weights = gradient.mean((2, 3), keepdim=True)
    return (weights * seen[0]).sum(1).relu().detach()
