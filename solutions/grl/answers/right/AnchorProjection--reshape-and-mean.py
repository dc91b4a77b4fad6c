class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.down_factor = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        b, l, c = x.shape
        h, w = image_size
        d = self.down_factor
        grid = x.reshape(b, h, w, c)[:, :h // d * d, :w // d * d]
        blocks = grid.reshape(b, h // d, d, w // d, d, c)
        return self.reduction(blocks.mean(4).mean(2))
