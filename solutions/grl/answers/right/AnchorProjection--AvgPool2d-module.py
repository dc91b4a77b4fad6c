# nn.AvgPool2d as a sub-module, permute and reshape
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(kernel_size=down_factor, stride=down_factor)
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        B, L, C = x.shape
        H, W = image_size
        x = x.permute(0, 2, 1).reshape(B, C, H, W)
        x = self.pool(x)
        x = x.permute(0, 2, 3, 1)
        return self.reduction(x)
