# expect: All images of the batch use the weights of the first one
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # the memory is the same for all images, so one set of weights will do
        weights = double_normalize(self.mk(x[:1]))
        return self.mv(weights).expand_as(x)
