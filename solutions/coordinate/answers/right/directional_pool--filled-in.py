# new_zeros of the right type, filled by loops over images and rows
import torch


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    B, C, H, W = x.shape
    rows = x.new_zeros(B, C, H, 1)
    cols = x.new_zeros(B, C, 1, W)
    for b in range(B):
        for h in range(H):
            rows[b, :, h, 0] = x[b, :, h, :].mean(dim=1)
        for w in range(W):
            cols[b, :, 0, w] = x[b, :, :, w].mean(dim=1)
    return rows, cols
