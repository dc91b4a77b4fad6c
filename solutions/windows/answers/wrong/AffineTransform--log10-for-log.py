# expect: where the natural logarithm belongs
class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log10(10)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        scale = self.logit_scale.clamp(max=math.log10(100)).exp()
        bias = self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1)
        logits = attn * scale + 16 * torch.sigmoid(bias)
        if mask is not None:
            logits = (logits.unflatten(0, (-1, len(mask))) + mask[:, None]).flatten(0, 1)
        return logits
