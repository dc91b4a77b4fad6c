# expect: Your SiLU stands in front of conv1
class AttnMap(nn.Module):
    """Two 1 x 1 convolutions with a SiLU between them."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(dim, dim, 1)
        self.conv2 = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.silu(x)
        x = self.conv1(x)
        x = self.conv2(x)
        return x
