import math


class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(math.log(10) * torch.ones(num_heads)[:, None, None])
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        scale = torch.minimum(self.logit_scale, torch.full_like(self.logit_scale, math.log(100))).exp()
        cells = self.cpb_mlp(table.reshape(-1, 2)).T  # (heads, cells)
        bias = torch.stack([head[index] for head in cells])
        out = scale * attn + torch.sigmoid(bias) * 16
        if mask is None:
            return out
        images = out.shape[0] // mask.shape[0]
        return out + torch.cat([mask] * images)[:, None]
