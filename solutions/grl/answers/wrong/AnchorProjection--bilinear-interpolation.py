# expect: what `reduction` receives
import torch.nn.functional as F


class AnchorProjection(nn.Module):
    def __init__(self, dim, down_factor):
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        d = self.d
        h, w = H // d, W // d
        grid = x.reshape(B, H, W, C)[:, : h * d, : w * d]   # drop what is left over
        small = F.interpolate(grid.permute(0, 3, 1, 2), size=(h, w), mode="bilinear")
        return self.reduction(small.permute(0, 2, 3, 1))
