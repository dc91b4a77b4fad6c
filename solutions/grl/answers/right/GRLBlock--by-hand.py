# LayerNorm, GELU and Linear by hand from the parameters of the layers
class GRLBlock(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f"stripe_type must be 'H' or 'W', not {stripe_type!r}")
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        self.res_scale = res_scale
        self.attn = MixedAttention(
            dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups,
            window_shift, stripe_shift, down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        hidden = int(dim * mlp_ratio)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        parts = [x, self.res_scale * self.normed(self.attn(x, image_size), self.norm1)]
        if self.local is not None:
            parts.append(self.local(x, image_size))
        y = torch.stack(parts).sum(dim=0)
        h = torch.einsum("bld,hd->blh", y, self.mlp.fc1.weight) + self.mlp.fc1.bias
        h = h * 0.5 * torch.erfc(-h * 0.5 ** 0.5)
        h = torch.einsum("blh,dh->bld", h, self.mlp.fc2.weight) + self.mlp.fc2.bias
        return torch.add(y, self.normed(h, self.norm2), alpha=self.res_scale)

    @staticmethod
    def normed(t, norm):
        centred = t - t.mean(dim=-1, keepdim=True)
        variance = centred.square().mean(dim=-1, keepdim=True)
        return centred * torch.rsqrt(variance + norm.eps) * norm.weight + norm.bias
