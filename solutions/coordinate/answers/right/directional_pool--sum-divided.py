# sum divided by the size, negative axes
import torch


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    H, W = x.shape[-2:]
    rows = x.sum(-1, keepdim=True) / W
    cols = x.sum(-2, keepdim=True) / H
    return rows, cols
