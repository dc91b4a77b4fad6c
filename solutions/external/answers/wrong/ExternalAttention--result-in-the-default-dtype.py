# expect: its dtype is torch.float
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.zeros(x.shape)
        for b in range(len(x)):
            out[b] = self.mv(double_normalize(self.mk(x[b:b + 1])))[0]
        return out
