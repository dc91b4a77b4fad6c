class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size should be odd, not {kernel_size}")
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        tokens = x.flatten(2).transpose(1, 2)
        pooled = torch.stack((tokens.amax(-1), tokens.mean(-1)), dim=-1)
        pooled = torch.einsum("bhwd->bdhw", pooled.unflatten(1, x.shape[2:]))
        return torch.sigmoid(torch.einsum("bchw->bhwc", self.bn(self.conv(pooled)))).permute(0, 3, 1, 2)
