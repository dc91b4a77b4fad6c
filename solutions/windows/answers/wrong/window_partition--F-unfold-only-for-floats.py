# expect: whole numbers
import torch.nn.functional as F


def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh or W % ww:
        raise ValueError("windows do not divide the grid")
    patches = F.unfold(x.permute(0, 3, 1, 2), kernel_size=(wh, ww), stride=(wh, ww))  # B, C*wh*ww, nW
    return patches.transpose(1, 2).reshape(-1, C, wh, ww).permute(0, 2, 3, 1)
