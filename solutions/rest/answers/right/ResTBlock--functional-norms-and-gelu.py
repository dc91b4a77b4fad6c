# F.layer_norm, F.linear and F.gelu on the parameters of the layers; ModuleDict for the mlp
import torch.nn.functional as F


class ResTBlock(nn.Module):
    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        width = int(mlp_ratio * dim)
        self.dim = dim
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, width), "fc2": nn.Linear(width, dim)})

    def normed(self, x, norm):
        return F.layer_norm(x, (self.dim,), norm.weight, norm.bias, norm.eps)

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        x = self.attn(self.normed(x, self.norm1), H, W) + x
        fc1, fc2 = self.mlp["fc1"], self.mlp["fc2"]
        y = F.gelu(F.linear(self.normed(x, self.norm2), fc1.weight, fc1.bias))
        return F.linear(y, fc2.weight, fc2.bias) + x
