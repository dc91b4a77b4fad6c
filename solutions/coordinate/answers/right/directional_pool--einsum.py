# einsum with the size as divisor
import torch


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    h, w = x.shape[2], x.shape[3]
    row = torch.einsum("bchw->bch", x) / w
    col = torch.einsum("bchw->bcw", x) / h
    return row[..., None], col[:, :, None, :]
