# projects first, then averages with two 0/1 matrices in one einsum
class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def averaging(self, n, like):
        m = n // self.d
        block = torch.arange(n, device=like.device) // self.d
        return (block == torch.arange(m, device=like.device)[:, None]).to(like.dtype) / self.d

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        h, w = image_size
        # a mean of projections is the projection of the mean (the weights sum to 1)
        y = self.reduction(x).reshape(x.shape[0], h, w, -1)
        return torch.einsum("ih,jw,bhwc->bijc", self.averaging(h, y), self.averaging(w, y), y)
