# expect: through a sigmoid
import math


class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        attn = attn * self.logit_scale.clamp(max=math.log(100)).exp()
        attn = attn + self.cpb_mlp(table).reshape(-1, attn.shape[1])[index].permute(2, 0, 1)
        if mask is not None:
            attn = attn + mask.repeat(attn.shape[0] // mask.shape[0], 1, 1)[:, None]
        return attn
