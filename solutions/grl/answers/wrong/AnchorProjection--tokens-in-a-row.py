# expect: You average d · d tokens that follow each other in the list
class AnchorProjection(nn.Module):
    def __init__(self, dim, down_factor):
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        d = self.d
        h, w = H // d, W // d
        blocks = x[:, : h * w * d * d].reshape(B, h, w, d * d, C)
        return self.reduction(blocks.mean(dim=3))
