# expect: no bias
class AttnMap(nn.Module):
    """Two 1 x 1 convolutions with a SiLU between them."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(dim, dim, 1, bias=False)
        self.conv2 = nn.Conv2d(dim, dim, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)
        x = F.silu(x)
        x = self.conv2(x)
        return x
