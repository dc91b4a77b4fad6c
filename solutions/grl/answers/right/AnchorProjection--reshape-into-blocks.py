# no pooling function: crop, reshape into blocks, mean over two axes
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
        grid = x.reshape(B, H, W, C)[:, : h * d, : w * d]   # drop what is left over
        blocks = grid.reshape(B, h, d, w, d, C)
        return self.reduction(blocks.mean(dim=(2, 4)))
