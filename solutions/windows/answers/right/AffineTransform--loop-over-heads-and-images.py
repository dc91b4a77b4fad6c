# loops over heads, and over images for the mask
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        layers = [nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False)]
        self.cpb_mlp = nn.Sequential(*layers)
        self.logit_scale = nn.Parameter(torch.empty(num_heads, 1, 1).fill_(math.log(10)))

    def forward(self, attn, table, index, mask=None):
        values = 16 * self.cpb_mlp(table).sigmoid()[0].flatten(0, 1)      # sigmoid before reading: same thing
        heads = []
        for head in range(attn.shape[1]):
            s = self.logit_scale[head, 0, 0].clamp(max=math.log(100)).exp()
            heads.append(attn[:, head] * s + values[:, head][index])
        logits = torch.stack(heads, dim=1)
        if mask is None:
            return logits
        return torch.cat([image + mask[:, None] for image in logits.split(len(mask))])
