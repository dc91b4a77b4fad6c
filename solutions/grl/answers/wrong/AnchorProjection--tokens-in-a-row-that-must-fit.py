# expect: You average d · d tokens that follow each other in the list
class AnchorProjection(nn.Module):
    def __init__(self, dim, down_factor):
        super().__init__()
        self.d = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x, image_size):
        b, n, c = x.shape
        h, w = image_size
        d = self.d
        x = x.reshape(b, -1, d * d, c).mean(2)
        return self.reduction(x).reshape(b, h // d, w // d, c // 2)
