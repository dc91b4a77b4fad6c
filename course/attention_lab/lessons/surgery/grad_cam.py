"""Grad-CAM (Selvaraju and others, ICCV 2017): where the features of a layer speak for a class."""

from __future__ import annotations

import math
from numbers import Integral

import torch
from torch import Tensor, nn


def grad_cam(network: nn.Module, layer: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    """Returns where the features of `layer` speak for the class `target`: (B, 3, H, W) -> (B, H', W').

    target: the class, or a tensor of B classes, one for each picture.
    This is the ReLU of the sum over the channels of the layer's map, each weighted by the mean over the positions of
    the gradient of the class's score. The layer gives a map, with its channels first or last, or tokens. The network
    is asked in eval mode; its modes, gradients and hooks are left as they were, and it may be frozen.

    A ViT that reads its class token has no gradient at the other tokens of its last block: ask `blocks[-1].norm1`.

    Raises ValueError if the layer takes no part, or gives no map or tokens of each picture, and for another target.
    """
    one_each = isinstance(target, Tensor) and target.shape == x.shape[:1] and not target.is_floating_point()
    if not one_each and not isinstance(target, Integral):
        raise ValueError(f"target is a class, or a tensor of {len(x)} classes, one for each picture: got {target}")
    seen: list[Tensor] = []

    def keep(_layer: nn.Module, _inputs: tuple, output: Tensor) -> Tensor | None:
        if not isinstance(output, Tensor):
            return None
        seen.append(output)
        return output.clone()  # what comes next may work in place

    modes = {module: module.training for module in network.modules()}
    hook = layer.register_forward_hook(keep)
    try:
        with torch.enable_grad():
            # x asks for a gradient, so there is one in a frozen network, too
            score = network.eval()(x.detach().requires_grad_().clone())[range(len(x)), target].sum()
    finally:
        hook.remove()
        for module, training in modes.items():
            module.training = training
    if not seen:
        raise ValueError("the layer gives no tensor: it is not used, or gives several")
    if len(seen[-1]) != len(x):
        raise ValueError(f"the layer gives {tuple(seen[-1].shape)} for a batch of {len(x)}: its first axis is another "
                         "one, such as that of windows")
    (gradient,) = torch.autograd.grad(score, seen[-1])
    gradient, features = (as_map(each.detach(), x.shape[2] / x.shape[3]) for each in (gradient, seen[-1]))
    return (gradient.mean((2, 3), keepdim=True) * features).sum(1).relu()


def as_map(features: Tensor, form: float) -> Tensor:
    """Returns features as a map (B, C, H', W'). form: the picture's height in widths.

    Of four axes, the two whose form is nearest to the picture's are the positions, and in doubt the last two. Of tokens
    (B, N, C), those in front that fill no grid of the picture's form are left out, such as the class token.
    """
    if features.ndim == 4:
        first, last = (abs(math.log(h / w / form)) for h, w in (features.shape[2:], features.shape[1:3]))
        return features if first <= last else features.permute(0, 3, 1, 2)
    if features.ndim == 3:
        for count in range(features.shape[1], 0, -1):
            height, width = round((count * form) ** 0.5), round((count / form) ** 0.5)
            if height * width == count:
                return features[:, -count:].transpose(1, 2).unflatten(2, (height, width))
    raise ValueError(f"a layer of shape {tuple(features.shape)} gives neither a map nor tokens")
