# layers are named fc_in and fc_out, the activation is a layer
class AttnMap(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.fc_in = nn.Conv2d(dim, dim, (1, 1), bias=True)
        self.act = nn.SiLU()
        self.fc_out = nn.Conv2d(dim, dim, (1, 1), bias=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.fc_in(x)
        x = self.act(x)
        x = self.fc_out(x)
        return x
