# the mask is repeated for every image; gather, minimum, own sigmoid helper
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.h = num_heads
        self.logit_scale = nn.Parameter(math.log(10.0) * torch.ones(self.h, 1, 1))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, self.h, bias=False))

    def scale(self):
        ceiling = torch.full_like(self.logit_scale, math.log(100.0))
        return torch.minimum(self.logit_scale, ceiling).exp()

    def bias(self, table, index):
        per_head = self.cpb_mlp(table.reshape(-1, 2)).t()                 # h, cells
        wanted = index.reshape(1, -1).expand(self.h, -1)
        return 16.0 * per_head.gather(1, wanted).reshape(self.h, *index.shape).sigmoid()

    def forward(self, attn, table, index, mask=None):
        result = self.scale() * attn + self.bias(table, index)
        if mask is not None:
            images = attn.shape[0] // mask.shape[0]
            result = result + mask.repeat(images, 1, 1).unsqueeze(1)
        return result
