# expect: Your bias is transposed
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 1, 0))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits
