# loops over rows and columns, stacked
import torch


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    rows = [x[:, :, i].mean(-1) for i in range(x.shape[2])]
    columns = [x[:, :, :, j].mean(-1) for j in range(x.shape[3])]
    return torch.stack(rows, dim=2).unsqueeze(3), torch.stack(columns, dim=2).unsqueeze(2)
